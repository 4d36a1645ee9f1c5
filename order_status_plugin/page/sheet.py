"""The overview sheet: every status at once, small, so that an editor sees where a block or a message appears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..cms.audience import Audience
from ..cms.base import AudienceBlock
from ..cms.preview import MEDIA, OrderPreviewMixin, media, message_modes, scene_modes
from ..cms.sentence import TIERS, sentence
from ..events import Medium, Tier
from ..view import samples
from .preview import Switches


class Published(OrderPreviewMixin):
    """What customers see now."""

    def __str__(self) -> str:
        return _("as customers see it now")


def subject_of(request: HttpRequest, kwargs: Mapping[str, Any]) -> OrderPreviewMixin:
    """Return what is to be previewed: the latest draft of one object, or what is live where none is named.

    Raises Http404, and PermissionDenied for who may not change it.
    """
    if "pk" not in kwargs:
        return Published()
    try:
        model = apps.get_model(kwargs["app_label"], kwargs["model_name"])
    except LookupError as error:
        raise Http404 from error
    if not issubclass(model, OrderPreviewMixin):
        raise Http404
    found: Any = get_object_or_404(model._default_manager.all(), pk=unquote(kwargs["pk"]))
    if not _may_change(request.user, found):
        raise PermissionDenied
    draft: OrderPreviewMixin = (
        found.get_latest_revision_as_object() if hasattr(found, "get_latest_revision_as_object") else found
    )
    return draft


def _may_change(user: Any, found: Any) -> bool:
    if hasattr(found, "permissions_for_user"):  # a page: by its place in the tree
        return bool(found.permissions_for_user(user).can_edit())
    meta = found._meta
    return any(user.has_perm(f"{meta.app_label}.{deed}_{meta.model_name}") for deed in ("change", "publish"))


def sheet_url(subject: Any = None) -> str:
    """Return the address of the sheet of an object, or of what is live."""
    return _url("sheet", subject)


def _url(name: str, subject: Any) -> str:
    if subject is None or isinstance(subject, Published):
        return reverse(f"order_status_{name}")
    meta = subject._meta
    return reverse(f"order_status_{name}_of", args=[meta.app_label, meta.model_name, quote(subject.pk)])


class SentenceView(View):
    """For whom an audience is that an editor is choosing: its form comes in, a sentence goes out. Nothing is kept."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Say it."""
        prefix = request.POST.get("prefix", "")
        try:
            given = AudienceBlock().value_from_datadict(request.POST, request.FILES, prefix)
            said = sentence(Audience.of(given))
        except (ArithmeticError, KeyError, ValueError):
            said = ""  # half a date, half a number: the form says so at save
        return HttpResponse(said, content_type="text/plain; charset=utf-8")


class LookView(View):
    """One mode of one object, as the sheet frames it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show it."""
        return subject_of(request, kwargs).make_preview_request(request, request.GET.get("mode", ""))


class SheetView(WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]  # Wagtail is untyped
    """All of them."""

    template_name = "order_status_plugin/cms/sheet.html"
    page_title = gettext_lazy("Every status at once")
    header_icon = "view"
    _show_breadcrumbs = True

    def get_page_subtitle(self) -> str:
        """Return what is previewed."""
        return str(self.subject)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": "", "label": self.get_page_title(), "sublabel": str(self.subject)},
        ]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find what is to be previewed."""
        super().setup(request, *args, **kwargs)
        self.subject = subject_of(request, kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the switches and the frames."""
        request = self.request
        now = Switches.of(request, self.subject, request.GET.dict())
        what = {"page": _("Page"), **{medium.value: MEDIA[medium] for medium in media()}}
        shown = next((each for each in what if each == request.GET.get("what")), "page")
        given = {"tier": now.tier.value, "parcels": now.parcels, "language": now.language}
        look = _url("look", self.subject)
        own = [mode for mode in self.subject.own_preview_modes if mode[0] != ""]
        modes = [*own, *scene_modes()] if shown == "page" else message_modes(Medium(shown))
        cells = [
            {
                "mode": mode,
                "name": str(name).partition(": ")[2] or name,
                "src": f"{look}?{urlencode({**given, 'mode': mode, 'bar': 'no'})}",
                "url": f"{look}?{urlencode({**given, 'mode': mode})}",
            }
            for mode, name in modes
        ]
        parcels = {samples.NONE: _("None"), samples.ONE: _("One"), samples.MANY: _("Several")}
        tiers = {tier.value: TIERS[tier] for tier in (Tier.PUBLIC, Tier.PRIVATE)}
        fields = [
            ("what", _("Show"), shown, what),
            *([("tier", _("Seen by"), now.tier.value, tiers)] if shown == "page" else []),
            ("parcels", _("Parcels"), now.parcels, parcels),
            ("language", _("Language"), now.language, dict(settings.LANGUAGES)),
        ]
        return {**super().get_context_data(**kwargs), "cells": cells, "fields": fields, "subject": self.subject}
