"""Previews of content on orders that nobody placed: which there are, and the mixin that gives them to a model.

``class SpecialMessage(OrderPreviewMixin, PreviewableMixin, models.Model)`` has them all; it says in
:meth:`OrderPreviewMixin.preview_layout` or :meth:`OrderPreviewMixin.preview_messages` where it stands.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from wagtail.models import PreviewableMixin, Site

from ..backends import get_channel
from ..conf import conf
from ..events import Medium, Milestone
from ..exceptions import BackendError
from . import epoch
from .audience import Stage
from .layout import Placed, layout_for
from .sentence import STAGES

#: What an order can be at in a preview, in the order of its life. :mod:`order_status_plugin.view.samples` plays them.
SCENES: Mapping[str, str | Promise] = {
    "confirmed": STAGES[Stage.CONFIRMED],
    "part_sent": STAGES[Stage.PART_SENT],
    "in_transit": STAGES[Stage.IN_TRANSIT],
    "delayed": pgettext_lazy("stage", "in transit, delayed"),
    "out_for_delivery": STAGES[Stage.OUT_FOR_DELIVERY],
    "attempted_delivery": STAGES[Stage.ATTEMPTED_DELIVERY],
    "ready_for_pickup": pgettext_lazy("stage", "ready for pickup"),
    "delivered": STAGES[Stage.DELIVERED],
    "delivered_in_part": STAGES[Stage.DELIVERED_IN_PART],
    "sent": STAGES[Stage.SENT],
    "returned": STAGES[Stage.RETURNED],
    "lost": STAGES[Stage.LOST],
    "cancelled": STAGES[Stage.CANCELLED],
    "refunded": STAGES[Stage.REFUNDED],
}

MAILS: Mapping[Milestone, str | Promise] = {
    Milestone.CONFIRMED: gettext_lazy("Confirmed"),
    Milestone.SHIPPED: gettext_lazy("On its way"),
    Milestone.OUT_FOR_DELIVERY: gettext_lazy("Out for delivery"),
    Milestone.ATTEMPTED_DELIVERY: gettext_lazy("Attempted delivery"),
    Milestone.READY_FOR_PICKUP: gettext_lazy("Ready for pickup"),
    Milestone.DELIVERED: gettext_lazy("Delivered"),
    Milestone.DELAYED: gettext_lazy("Delayed"),
    Milestone.ESTIMATE_MOVED: gettext_lazy("A new date"),
    Milestone.EXCEPTION: gettext_lazy("A problem on the way"),
    Milestone.RETURNED: gettext_lazy("On its way back"),
    Milestone.CANCELLED: gettext_lazy("Cancelled"),
    Milestone.REFUNDED: gettext_lazy("Paid back"),
    Milestone.NOTE: gettext_lazy("A note"),
    Milestone.STALLED: gettext_lazy("No news yet"),
}

MEDIA: Mapping[Medium, str | Promise] = {
    Medium.MAIL: gettext_lazy("Mail"),
    Medium.SMS: gettext_lazy("Text message"),
    Medium.PUSH: gettext_lazy("Notification"),
}


def scene_modes() -> list[tuple[str, str]]:
    """Return the modes of the page of an order, with their names in the language that is active."""
    return [(name, _("Order: %(status)s") % {"status": words}) for name, words in SCENES.items()]


def message_mode(medium: Medium, milestone: Milestone) -> str:
    """Return the name of the mode that shows this message."""
    return f"{medium.value}-{milestone.value}"


def message_of(mode: str) -> tuple[Medium, Milestone] | None:
    """Return the message that a mode shows, None for one of the page."""
    medium, _dash, milestone = mode.partition("-")
    is_known = medium in [each.value for each in MEDIA] and milestone in [each.value for each in Milestone]
    return (Medium(medium), Milestone(milestone)) if is_known else None


def message_modes(medium: Medium, *, every: bool = False) -> list[tuple[str, str]]:
    """Return the modes of the messages that this shop sends by a medium, or of every one that there could be."""
    words = {
        Medium.MAIL: _("Mail: %(news)s"),
        Medium.SMS: _("Text: %(news)s"),
        Medium.PUSH: _("Notification: %(news)s"),
    }
    told = [milestone for milestone in MAILS if every or milestone.value in conf.MILESTONES]
    return [(message_mode(medium, each), words[medium] % {"news": MAILS[each]}) for each in told]


def media() -> list[Medium]:
    """Return what the shop's channels carry, mail always among it."""
    found = {Medium.MAIL}
    for alias in conf.CHANNELS:
        with contextlib.suppress(KeyError, BackendError, ImproperlyConfigured):
            found.add(get_channel(alias).medium)
    return [medium for medium in MEDIA if medium in found]


class OrderPreviewMixin(PreviewableMixin):
    """Gives a model previews for each status and each mail. Put it before ``Page`` or ``PreviewableMixin``."""

    @property
    def own_preview_modes(self) -> list[tuple[str, Any]]:
        """Return modes of the model's own, which :meth:`serve_own_preview` answers. They stand first."""
        return []

    def serve_own_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """Answer a mode of the model's own."""
        raise NotImplementedError

    def preview_layout(self, language: str) -> Sequence[Placed]:
        """Return the blocks of an order's page in a preview: those that are live. Override it to place this among them."""
        site = self.preview_site()
        return layout_for(site.pk if site else None, language, epoch.current())

    def preview_messages(self, live: Iterable[Any]) -> Sequence[Any]:
        """Return the special messages of a preview: those that are live. Override it to place this among them."""
        return list(live)

    def preview_texts(self, live: Iterable[Any]) -> Sequence[Any]:
        """Return the texts of messages of a preview, the first going before others: those that are live."""
        return list(live)

    def preview_brand(self) -> Any:
        """Return the brand settings in which the site is shown, None for those that are saved."""
        return None

    def preview_site(self) -> Any:
        """Return the Wagtail Site whose shop is shown."""
        found = self.get_site() if hasattr(self, "get_site") else None
        return found or Site.objects.filter(is_default_site=True).first()

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """Return every mode: the model's own, each status, each message."""
        messages = [mode for medium in media() for mode in message_modes(medium)]
        return [*self.own_preview_modes, *scene_modes(), *messages]

    def make_preview_request(
        self,
        original_request: HttpRequest | None = None,
        preview_mode: str | None = None,
        extra_request_attrs: Mapping[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Render a preview; the switches of its bar come with the address of the request that asks for it."""
        extra = {
            "order_status_switches": original_request.GET.dict() if original_request is not None else {},
            "order_status_language": get_language() or "",
            **(extra_request_attrs or {}),
        }
        answer: HttpResponseBase = super().make_preview_request(original_request, preview_mode, extra)
        return answer

    def serve_preview(self, request: HttpRequest, mode_name: str | None) -> HttpResponseBase:
        """Show editors what customers will see."""
        mode_name = mode_name or self.default_preview_mode
        if mode_name in dict(self.own_preview_modes):
            return self.serve_own_preview(request, mode_name)
        # By name: the views stand above this room.
        answer: HttpResponseBase = import_string("order_status_plugin.page.preview.serve")(self, request, mode_name)
        return answer
