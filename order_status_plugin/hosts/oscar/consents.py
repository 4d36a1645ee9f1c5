"""Ask at checkout whether messages are wanted: a box on the address form, kept in the session until the order is placed.

Three mixins, for the shop's fork of Oscar's checkout app (see docs/messages.md)::

    class ShippingAddressForm(AsksForMessages, forms.ShippingAddressForm):
        order_status_asks = {"sms": _("Text me when my parcel is on its way.")}

    class ShippingAddressView(KeepsAnswers, views.ShippingAddressView): ...
    class PaymentDetailsView(TakesAnswers, views.PaymentDetailsView): ...
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language

from ...conf import conf
from ...events import ConsentSnapshot

PREFIX = "order_status_"
_SESSION = ("order_status", "answers")

_answers: ContextVar[tuple[ConsentSnapshot, ...]] = ContextVar("order_status_answers", default=())


@contextmanager
def answered(answers: Iterable[ConsentSnapshot]) -> Iterator[None]:
    """Let the order that is placed inside take these answers along."""
    token = _answers.set(tuple(answers))
    try:
        yield
    finally:
        _answers.reset(token)


def answers_now() -> tuple[ConsentSnapshot, ...]:
    """Return the answers that belong to the order being placed."""
    return _answers.get()


class AsksForMessages:
    """For a form of the checkout: a box a channel. One that ``ORDER_STATUS`` does not have is not asked about."""

    #: Channel alias → what stands beside the box.
    order_status_asks: ClassVar[Mapping[str, str | Promise]] = {}
    #: The shop's own name for these words; change it with them.
    order_status_wording: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the boxes, unticked: silence is no yes."""
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for alias, words in self.order_status_asks.items():
            if alias in conf.CHANNELS:
                fields[PREFIX + alias] = forms.BooleanField(label=words, required=False)  # type: ignore[arg-type]

    def order_status_answers(self, ip_address: str = "") -> list[dict[str, Any]]:
        """Return what was answered, as a session can keep it."""
        given: Mapping[str, Any] = self.cleaned_data  # type: ignore[attr-defined]
        return [
            {
                "channel": alias,
                "is_given": bool(given[PREFIX + alias]),
                "wording": str(words),
                "version": self.order_status_wording,
                "locale": get_language() or "",
                "ip_address": ip_address,
                "happened_at": timezone.now().isoformat(),
            }
            for alias, words in self.order_status_asks.items()
            if PREFIX + alias in given
        ]


class KeepsAnswers:
    """For the view of that form."""

    def form_valid(self, form: Any) -> Any:
        """Keep the answers in the checkout's session."""
        request: Any = self.request  # type: ignore[attr-defined]
        session: Any = self.checkout_session  # type: ignore[attr-defined]
        session._set(*_SESSION, form.order_status_answers(request.META.get("REMOTE_ADDR", "")))
        return super().form_valid(form)  # type: ignore[misc]


class TakesAnswers:
    """For the view that places the order."""

    def place_order(self, *args: Any, **kwargs: Any) -> Any:
        """Place it with the answers that the session kept."""
        session: Any = self.checkout_session  # type: ignore[attr-defined]
        with answered(_snapshot(said) for said in session._get(*_SESSION) or ()):
            return super().place_order(*args, **kwargs)  # type: ignore[misc]


def _snapshot(said: Mapping[str, Any]) -> ConsentSnapshot:
    moment: dt.datetime | None = parse_datetime(said["happened_at"])
    return ConsentSnapshot(**{**said, "happened_at": moment})
