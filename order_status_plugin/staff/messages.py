"""What went out about an order and what its customer agreed to, for support staff; and what they may do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..access.audit import Action, audit
from ..conf import conf
from ..messages import consent, replay, suppression
from ..messages.corrected import CorrectedContact, correct
from ..messages.ledger import ConsentEntry, ConsentSource
from ..messages.models import OutboxMessage
from ..messages.suppression import Suppression
from ..messages.told import digests_of, label_of
from ..messages.withheld import SUPPRESSED
from ..tracking import record
from ..tracking.models import Order
from .deeds import DEEDS, Deed, Given, NothingToDo, OrderForm, ReasonForm
from .read_only import ReadOnlyAdmin, ReadOnlyInline
from .subscriptions import DEVICES_DEED


class MessageInline(ReadOnlyInline):
    """Every message of an order, with what the provider said. To whom, masked, stands on the message's own page."""

    model = OutboxMessage
    fk_name = "order"
    fields = ("milestone", "channel", "state", "reason", "attempts", "created_at", "sent_at", "delivery", "provider_id")
    show_change_link = True


class ConsentInline(ReadOnlyInline):
    """What the customer said of messages."""

    model = ConsentEntry
    fields = (
        "happened_at",
        "channel",
        "recipient_masked",
        "topic",
        "is_given",
        "source",
        "actor",
        "wording",
        "wording_locale",
        "wording_version",
        "network",
    )


class SuppressionAdmin(ReadOnlyAdmin):
    """Addresses that nothing is sent to. One is released from its order, where somebody can see whose it is."""

    list_display = ("channel", "reason", "at", "detail", "lifted_at", "lifted_by", "lifted_because")
    list_filter = ("channel", "reason", "at", "lifted_at")
    show_full_result_count = False
    fields = list_display


class AddressForm(OrderForm):
    """Where messages of one order go instead."""

    email = forms.EmailField(label=_("email"), required=False)
    phone = forms.CharField(
        label=_("phone"), required=False, max_length=64, help_text=_("With its country: +351 912 345 678.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show what stands."""
        super().__init__(*args, **kwargs)
        found = CorrectedContact.objects.filter(order=self.order).first()
        if found is not None:
            self.initial = {**self.initial, "email": found.email, "phone": found.phone}


class NoticeForm(OrderForm):
    """Which shipments the customer is told about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show a box for each."""
        super().__init__(*args, **kwargs)
        for row in self.order.fulfillments.all():
            self.fields[f"fulfillment-{row.pk}"] = forms.BooleanField(
                label=f"{row.reference}, {row.sent_at:%Y-%m-%d}", required=False, initial=row.notify_customer
            )


class WishForm(OrderForm):
    """What the customer asked staff for, e.g. on the phone."""

    channel = forms.ChoiceField(label=_("channel"))
    is_given = forms.ChoiceField(label=_("wish"), choices=(("no", _("no messages")), ("yes", _("messages, please"))))
    wording = forms.CharField(
        label=_("how they said it"), max_length=500, help_text=_("It is kept as proof: when, and in which words.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the channels that there are."""
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [(alias, label_of(alias)) for alias in conf.CHANNELS]  # type: ignore[attr-defined]


def _correct(order: Order, actor: str, given: Given) -> str:
    correct(order, actor, email=given["email"], phone=given["phone"])
    return gettext("Messages of this order go there from now on.")


def _choose(order: Order, actor: str, given: Given) -> str:
    for row in order.fulfillments.all():
        if (notify := given.get(f"fulfillment-{row.pk}")) is not None and notify is not row.notify_customer:
            record.choose_notice(row, notify=notify)
    audit(Action.NOTICE_CHOSEN, order, actor)
    return gettext("It counts for what has not left yet, too.")


def _resend(order: Order, actor: str, _given: Given) -> str:
    count = replay.send_again(replay.of_order(order), replay.NOT_ARRIVED)
    if not count:
        raise NothingToDo
    audit(Action.MESSAGES_RESENT, order, actor, str(count))
    return ngettext("%d message is tried again.", "%d messages are tried again.", count) % count


def _counted(order: Order) -> str:
    count = replay.of_order(order).count()
    return (
        ngettext(
            "1 customer would get %d message, if they still want it.",
            "1 customer would get %d messages, if they still want them.",
            count,
        )
        % count
    )


def _against(order: Order, digests: Iterable[str] = ()) -> QuerySet[Suppression]:
    """Return what stands against addresses that the order's messages went to: the order's page reads no contact."""
    written = order.messages.values_list("recipient_digest", flat=True).distinct()
    return Suppression.objects.filter(
        recipient_digest__in={*written, *digests} - {""}, channel__in=list(conf.CHANNELS), lifted_at=None
    )


def _was_held(order: Order) -> bool:
    """Say whether a message was held back for its address: that may be kept under a key that is older than the row."""
    return order.messages.filter(state=OutboxMessage.State.HELD, reason__in=SUPPRESSED.values()).exists()


def _lift(order: Order, actor: str, given: Given) -> str:
    if not [row for row in _against(order, digests_of(order)) if suppression.lift(row, actor, given["reason"])]:
        raise NothingToDo
    audit(Action.SUPPRESSION_LIFTED, order, actor)
    return gettext("The address can be written to again.")


def _said(order: Order) -> str:
    found = _against(order, digests_of(order))
    return ", ".join(f"{label_of(row.channel)}: {row.get_reason_display()}" for row in found)


def _wish(order: Order, actor: str, given: Given) -> str:
    consent.say(
        order,
        given["channel"],
        is_given=given["is_given"] == "yes",
        source=ConsentSource.STAFF,
        recipient=consent.addressed(order, given["channel"]),
        wording=given["wording"],
        actor=actor,
    )
    audit(Action.CONSENT_ENTERED, order, actor)
    return gettext("The wish is kept, and counts from now on.")


def _is_there(order: Order) -> bool:
    return order.erased_at is None


MESSAGE_DEEDS = (
    Deed(
        "correct-address",
        _("Correct the address of messages"),
        _(
            "News of this order goes there instead. What opens the order stays the checkout's: codes and links that are"
            " asked for go to the address that the shop has. Leave both empty to take it back."
        ),
        _correct,
        _is_there,
        form=AddressForm,
    ),
    Deed(
        "notices",
        _("Messages about shipments"),
        _("A shipment without a tick is not told of, whatever the shop says later."),
        _choose,
        lambda order: _is_there(order) and order.fulfillments.exists(),
        form=NoticeForm,
    ),
    Deed(
        "wish",
        _("Enter a wish about messages"),
        _("The customer's last word counts, wherever it was said."),
        _wish,
        lambda order: _is_there(order) and bool(conf.CHANNELS),
        form=WishForm,
    ),
    Deed(
        "resend",
        _("Send messages again"),
        _("What was held back or given up is tried once more, with the order as it is now."),
        _resend,
        lambda order: _is_there(order) and replay.of_order(order).exists(),
        counts=_counted,
    ),
    Deed(
        "lift-suppression",
        _("Release the address"),
        _("Nothing is sent to an address of this customer. Release it only if you know that the cause is gone."),
        _lift,
        lambda order: _is_there(order) and (_against(order).exists() or _was_held(order)),
        form=ReasonForm,
        counts=_said,
    ),
)
ALL_DEEDS = (*MESSAGE_DEEDS, DEVICES_DEED, *DEEDS)
