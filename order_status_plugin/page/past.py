"""What a customer saw at a moment: the page built from what was stored by then, for staff, to read and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..access.headers import put_headers
from ..access.tiers import PERMISSION, log_look
from ..carriers import catalogue
from ..cms import epoch, notes
from ..cms.layout import asks_loyalty, layout_for, needs_of
from ..cms.look import look_for
from ..cms.messages import messages_for
from ..cms.sentence import TIERS
from ..conf import conf
from ..events import Tier
from ..tracking import past
from ..tracking.models import Order
from ..view.build import build
from ..view.notes import views_of
from .language import language_of
from .preview import NOWHERE, SCRIPT
from .render import answer, link_hole, render

URL, FRAME_URL = "order_status_past", "order_status_past_frame"
_LOOKS = {Tier.PUBLIC.value: Tier.PUBLIC, Tier.PRIVATE.value: Tier.PRIVATE}


#: No script runs and no form is sent, whatever the page holds.
SANDBOX = "sandbox allow-same-origin"


class MomentForm(forms.Form):
    """Which moment, and seen by whom: by the clock of the shop, or by one of the order's own moments."""

    at = forms.DateTimeField(
        label=gettext_lazy("As of"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M"),
    )
    tier = forms.ChoiceField(label=gettext_lazy("Seen by"), required=False, choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer both tiers of customers."""
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = [(value, TIERS[tier]) for value, tier in _LOOKS.items()]  # type: ignore[attr-defined]


def at_of(moment: dt.datetime) -> str:
    """Return a moment as the form writes it: by the shop's clock, to the minute."""
    return moment.astimezone(conf.zone()).strftime("%Y-%m-%dT%H:%M")


class _Past(View):
    """The base: who may, which order, which moment."""

    order: Order
    moments: list[dt.datetime]
    moment: dt.datetime
    tier: Tier

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Turn away who may not, find the rest."""
        user: Any = request.user
        if not user.has_perm(PERMISSION):
            raise PermissionDenied
        self.order = get_object_or_404(Order.objects.select_related("site"), pk=kwargs["pk"])
        # To the whole minute's end: that is how exactly the form can say it.
        ends = (
            moment.replace(second=0, microsecond=0) + dt.timedelta(minutes=1) for moment in past.moments(self.order)
        )
        self.moments = sorted(set(ends))
        with timezone.override(conf.zone()):
            self.form = MomentForm(request.GET or None)
            given = self.form.cleaned_data if self.form.is_bound and self.form.is_valid() else {}
        self.moment = min(self._asked(request, given), timezone.now())
        self.tier = _LOOKS.get(str(given.get("tier")), Tier.PRIVATE)
        return super().dispatch(request, *args, **kwargs)

    def _asked(self, request: HttpRequest, given: Any) -> dt.datetime:
        number = request.GET.get("moment", "")
        if number.isdecimal() and self.moments:
            return self.moments[min(int(number[:6]), len(self.moments) - 1)]
        return given.get("at") or (self.moments[-1] if self.moments else timezone.now())


class PastView(WagtailAdminTemplateMixin, _Past, TemplateView):  # type: ignore[misc]  # Wagtail is untyped
    """The controls, and the page in a frame."""

    template_name = "order_status_plugin/staff/orders/past.html"
    page_title = gettext_lazy("What the customer saw")
    header_icon = "history"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("order_status_orders:index"), "label": _("Orders")},
            {"url": reverse("order_status_orders:order", args=[self.order.pk]), "label": str(self.order)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, the slider and the frame's address."""
        passed = [number for number, moment in enumerate(self.moments) if moment <= self.moment]
        now = passed[-1] if passed else 0
        form = MomentForm(initial={"at": self.moment.astimezone(conf.zone()), "tier": self.tier.value})
        query = urlencode({"at": at_of(self.moment), "tier": self.tier.value})
        return {
            **super().get_context_data(**kwargs),
            "order": self.order,
            "form": form,
            "at": at_of(self.moment),
            "moment": self.moment.astimezone(conf.zone()),
            "tier": self.tier.value,
            "number": now,
            "last": len(self.moments) - 1,
            "moments": [moment.astimezone(conf.zone()) for moment in self.moments],
            "marks": [at_of(moment) for moment in self.moments],
            "zone": str(conf.zone()),
            "frame": f"{reverse(FRAME_URL, args=[self.order.pk])}?{query}",
        }


class PastFrameView(_Past):
    """The page itself: no script runs, no form is sent, nothing is kept, and the look is logged."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Build it."""
        response = xframe_options_sameorigin(self._shown)(request)
        response["Content-Security-Policy"] = f"{response['Content-Security-Policy']}; {SANDBOX}"
        return response

    def _shown(self, request: HttpRequest) -> HttpResponse:
        order, tier = self.order, self.tier
        log_look(order, request.user.get_username(), tier)
        with translation.override(language_of(order, request)):
            number, language = epoch.current(), translation.get_language() or ""
            catalogue.refresh(number)
            found = past.picture_at(order, tier, self.moment)
            layout = layout_for(order.site_id, language, number)
            view = build(
                found.order,
                tier,
                now=self.moment,
                with_loyalty=asks_loyalty(layout),
                needs=needs_of(layout),
                messages=messages_for(order.site_id, language, number),
                found=found,
                link=link_hole(),
                look=look_for(order.site_id, number),
                notes=views_of(notes.shown_at(order, tier, self.moment)),
            )
            html = SCRIPT.sub("", render(view, layout, epoch=number)).replace(
                '<form method="post"', '<form inert method="post"'
            )
            response = answer(request, html, NOWHERE, now=self.moment)
        put_headers(response, "'self'")
        return response
