"""Letters that are no news of an order: a code, a warning, links that were asked for.

They go through the outbox as milestones do, and by its relay. They are part of what the customer does, so that no
unsubscribing stops them, and they carry neither ``X-Order-Status`` nor a way to unsubscribe.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..access import codes, ending
from ..access.links import order_url
from ..access.models import Grant, MailedCode
from ..access.site import OWN_FIRST, orders_at
from ..backends import get_channel
from ..channels.base import Message
from ..cms.look import look_for
from ..conf import conf
from ..events import ContactSnapshot
from ..exceptions import BackendError, TemporaryFailure
from ..tracking.contact import email_digests
from ..tracking.models import Order, OrderContact
from ..view import dates
from ..view.names import first_name
from ..worker.wake import wake
from .language import language_of
from .models import OutboxMessage
from .outbox import DRAIN
from .person import person
from .recipient import masked, signed
from .render import render_notice
from .rules import rules_for
from .withheld import NO_ADDRESS, OVER, Withheld

logger = logging.getLogger(__name__)

#: Links in one mail.
_MOST_LINKS = 10


class Notice(StrEnum):
    """What such a letter is about. The value stands in the outbox where a milestone would."""

    DEVICE = "device"
    CODE = "code"
    LINKS = "links"
    SUPPORT = "support"
    #: No letter: a wallet looks at the order again, see :mod:`.updates`.
    UPDATE = "update"


WORDS = frozenset(Notice)


def owe(order: Order, notice: Notice, occurrence: str) -> OutboxMessage | None:
    """Write one row to the outbox, by the first channel that reaches this customer; None where none does.

    The same occurrence, owed again, is the same row.
    """
    contact = person(order.pk)
    for alias in conf.CHANNELS if contact else ():
        try:
            channel = get_channel(alias)
            recipient = channel.recipient(contact).strip() if channel.takes_notices and contact else ""
        except Exception:  # a channel's code is not ours
            logger.exception("channel %s could not say where order %s is reached", alias, order.pk)
            continue
        if not recipient:
            continue
        return _owe(order, notice, occurrence, alias, recipient, "order")
    return None


def _owe(order: Order, notice: Notice, occurrence: str, alias: str, recipient: str, subject: str) -> OutboxMessage:
    known_as = signed(alias, recipient)
    about = "\0".join((str(order.pk), notice.value, occurrence, alias, known_as))
    now = timezone.now()
    row, _is_new = OutboxMessage.objects.get_or_create(
        key=hashlib.sha256(about.encode()).hexdigest()[:32],
        defaults={
            "order": order,
            "milestone": notice.value,
            "subject": subject,
            "occurrence": occurrence,
            "channel": alias,
            "recipient_digest": known_as,
            "recipient_masked": masked(recipient),
            "happened_at": now,
            "created_at": now,
            "due_at": now,
        },
    )
    wake("outbox", DRAIN)
    return row


def owe_support(order: Order, subject: str, occurrence: str) -> OutboxMessage | None:
    """Tell the shop's support that an order, or a parcel of it, does not move; None where nobody is to be told.

    The same stall, owed again, is the same row.
    """
    address = rules_for(order.site_id).support_email()
    contact = ContactSnapshot(email=address)
    for alias in conf.CHANNELS if address else ():
        try:
            channel = get_channel(alias)
            is_right = channel.takes_notices and channel.recipient(contact).strip() == address
        except Exception:  # a channel's code is not ours
            logger.exception("channel %s could not say whether it reaches support", alias)
            continue
        if is_right:
            return _owe(order, Notice.SUPPORT, occurrence, alias, address, subject)
    return None


def compose(row: OutboxMessage) -> Message:
    """Return the letter of this row. Raises Withheld, or TemporaryFailure to try later."""
    order = row.order
    is_support = row.milestone == Notice.SUPPORT
    contact = ContactSnapshot(email=rules_for(order.site_id).support_email()) if is_support else person(order.pk)
    try:
        recipient = get_channel(row.channel).recipient(contact) if contact else ""
    except (KeyError, BackendError) as error:
        raise TemporaryFailure(f"The channel {row.channel!r} cannot be used: {error}") from error
    if contact is None or not recipient:
        raise Withheld(NO_ADDRESS)
    language = settings.LANGUAGE_CODE if is_support else language_of(order.locale)
    with translation.override(language):
        look = look_for(order.site_id)
        shop = look.shop
        subject, context = _TEXTS[Notice(row.milestone)](row, shop)
        texts = render_notice(
            subject,
            {
                "look": look,
                "shop": shop,
                "base": order_url(order),
                "number": order.number,
                "first_name": first_name(contact.name),
                **context,
            },
        )
    return Message(
        key=row.key,
        recipient=recipient,
        subject=texts.subject,
        text=texts.text,
        html=texts.html,
        language=language,
        sender_name=shop,
        host=order.host,
    )


def _device(row: OutboxMessage, shop: str) -> tuple[str, dict[str, Any]]:
    grant = Grant.objects.filter(pk=row.occurrence, order=row.order).select_related("device").first()
    link = order_url(row.order)
    end = reverse("order_status:end-devices", args=[ending.token_for(row.order, row.created_at)])
    moment = row.happened_at.astimezone(dates.shop_zone())
    when = f"{dates.full_day(moment)}, {date_format(moment, 'TIME_FORMAT')}"
    device = str(grant.device) if grant and grant.device.label else _("a browser that does not say its name")
    return _("Your order details were opened on a new device"), {
        "lines": [
            _("Somebody opened the private details of this order on a new device: %(device)s, %(when)s.")
            % {"device": device, "when": when},
            _("If that was you, there is nothing to do."),
        ],
        "button": {"url": link, "label": _("See your order")},
        "after": _("If it was not you, hide the details on every device:"),
        "link": {"url": urljoin(link, end), "label": _("Hide them everywhere")},
    }


def _code(row: OutboxMessage, shop: str) -> tuple[str, dict[str, Any]]:
    asked = MailedCode.objects.filter(
        pk=row.occurrence, order=row.order, spent_at=None, expires_at__gt=timezone.now()
    ).first()
    if asked is None:
        raise Withheld(OVER)
    minutes = int(conf.CODE_LIFETIME.total_seconds() // 60)
    return _("Your code for your order at %(shop)s") % {"shop": shop}, {
        "lines": [_("Type this code where you asked for it:")],
        "code": codes.text_of(asked),
        "after": _(
            "It works once, for %(minutes)s minutes, and only in the browser that asked for it. "
            "If that was not you, there is nothing to do: nobody sees your details without it."
        )
        % {"minutes": minutes},
    }


def _support(row: OutboxMessage, shop: str) -> tuple[str, dict[str, Any]]:
    link = order_url(row.order)
    staff = admin_path(row.order)
    number = {"number": row.order.number}
    return _("Order %(number)s does not move") % number, {
        "lines": [
            _("A parcel of this order was not scanned for days.")
            if row.subject.startswith("parcel:")
            else _("Nothing of this order was sent yet."),
            _("Its customer is told, too, where the rules for messages say so."),
        ],
        "button": {"url": urljoin(link, staff) if staff else link, "label": _("Order %(number)s") % number},
        "number": "",
        "first_name": "",
    }


def admin_path(order: Order) -> str:
    """Return where staff see an order, "" in a project without Django's admin."""
    try:
        return reverse("admin:order_status_plugin_order_change", args=[order.pk])
    except NoReverseMatch:
        return ""


def _links(row: OutboxMessage, shop: str) -> tuple[str, dict[str, Any]]:
    orders = orders_of(email_digests(_email_of(row.order)), row.order.site_id)
    return _("The links of your orders at %(shop)s") % {"shop": shop}, {
        "lines": [_("You asked for the links of your orders. Here they are:")],
        "links": [
            {"url": order_url(order), "label": _("Order %(number)s") % {"number": order.number}} for order in orders
        ],
        "after": _("If you did not ask for them, there is nothing to do."),
        "number": "",
    }


_TEXTS: dict[Notice, Callable[[OutboxMessage, str], tuple[str, dict[str, Any]]]] = {
    Notice.DEVICE: _device,
    Notice.CODE: _code,
    Notice.LINKS: _links,
    Notice.SUPPORT: _support,
}


def orders_of(digests: list[str], site_id: int | None) -> list[Order]:
    """Return the latest orders at a site that have this email address now: its own first, of these the newest."""
    orders = Order.objects.filter(contact__email_digest__in=digests, erased_at=None).exclude(number="")
    return list(orders_at(orders, site_id).order_by(OWN_FIRST, "-placed_at", "-pk")[:_MOST_LINKS])


def _email_of(order: Order) -> str:
    return OrderContact.objects.filter(order=order).values_list("email", flat=True).first() or ""
