"""The page that editors own: its address is the look-up form, with their words above it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPMethod
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from ..access.headers import put_headers
from .fields import IntroField, LayoutField
from .layout import Placed, place
from .preview import OrderPreviewMixin


class OrderStatusPageMixin(OrderPreviewMixin, models.Model):
    """Makes a Wagtail page the order status page: put it before the page class that the project uses.

    Links to orders do not hang on it: it may move and be renamed, and mails that were sent keep working.
    """

    body = IntroField(
        verbose_name=_("above the form"),
        blank=True,
        help_text=_("Stands above the look-up form; empty shows a sentence of ours."),
    )
    layout = LayoutField(
        verbose_name=_("an order's page"),
        blank=True,
        help_text=_("What customers see of an order, in this order; empty shows everything in our order."),
    )

    #: By this the look-up knows the page that takes its place, in whatever app it is.
    is_order_status_page: ClassVar[bool] = True
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("body"), FieldPanel("layout")]
    subpage_types: ClassVar[list[str]] = []
    #: What a form needs; Wagtail refuses the rest.
    allowed_http_methods: ClassVar[list[HTTPMethod]] = [
        HTTPMethod.GET,
        HTTPMethod.HEAD,
        HTTPMethod.OPTIONS,
        HTTPMethod.POST,
    ]

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the look-up form, and answer it."""
        # By name: the views stand above this room.
        answer: HttpResponseBase = import_string("order_status_plugin.page.editors.serve")(self, request)
        return answer

    def check_request_method(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuse other methods as Wagtail does, with the headers of every other answer of ours."""
        refusal: HttpResponse | None = super().check_request_method(request, *args, **kwargs)
        if refusal is not None:
            put_headers(refusal)
        return refusal

    def handle_options_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say which methods there are, with our headers."""
        answer: HttpResponse = super().handle_options_request(request, *args, **kwargs)
        put_headers(answer)
        return answer

    @property
    def own_preview_modes(self) -> list[tuple[str, Any]]:
        """Return the look-up form."""
        return [("", _("Look-up form"))]

    def serve_own_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """Show editors the form."""
        request.is_preview = True  # type: ignore[attr-defined]
        return self.serve(request)

    def preview_layout(self, language: str) -> Sequence[Placed]:
        """Return these blocks, as they are in the editor."""
        return place(self.layout, language) if self.layout else super().preview_layout(language)
