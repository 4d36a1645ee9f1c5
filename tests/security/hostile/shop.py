"""A shop in which everybody who can write anything writes hostile words, and everywhere that one can look at them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from wagtail.contrib.settings.models import BaseGenericSetting, BaseSiteSetting
from wagtail.models import Locale
from wagtail.signal_handlers import disable_reference_index_auto_update

from order_status_plugin.access import sharing
from order_status_plugin.access.links import order_path
from order_status_plugin.access.models import ShareLink
from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.cms.fields import IntroField, LayoutField
from order_status_plugin.cms.placeholders import PLACEHOLDERS
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.cms.texts import MessageText
from order_status_plugin.cms.writing import write
from order_status_plugin.events import Milestone, ParcelStatus, Recommendation
from order_status_plugin.feedback.models import Feedback
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.messages.relay import drain
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in
from tests.cms.sites import site
from tests.orders import scan

from .fill import ADDRESS, HTML, UPS, block_data, columns, news, order, stream
from .payloads import Payload

HOST = "shop.test"
ORIGIN = f"http://{HOST}"
#: Models whose words come in below, by the door that they come in by in life.
WRITTEN = frozenset(
    {"OrderStatusPage", "SpecialMessage", "OrderNote", "OrderNoteEdit", "MerchantCarrier", "Feedback", "ShareLink"}
    | {"MessageText"}
    | {"Order", "OrderContact", "OrderLine", "Fulfillment", "Parcel", "TrackingEvent", "DeliveryEstimate"}
)
#: Models with text that only our own code writes, or that no page shows.
UNWRITTEN = frozenset(
    {"AttemptCount", "AuditEntry", "Device", "Grant", "InboxMessage", "KeptPage", "LinksRequest", "MailedCode"}
    | {"MessageAttempt", "OutboxMessage", "Poll", "Pulse", "PushedOrder", "SourceState", "SpentClaim", "StaffView"}
    | {"Stall"}
    | {"ChannelState", "ConsentEntry", "CorrectedContact", "MessageRules", "SentCount", "Subscription", "Suppression"}
    | {"WalletRegistration", "NumberImport", "NumberImportLine", "PageViewCount", "SaleorInstall", "SaleorLink"}
    | {"WebhookDelivery", "WebhookEndpoint"}
    | {"ApiKey"}
)


def settings_models() -> list[type[models.Model]]:
    """Return the settings that editors of a site have in Wagtail."""
    return [model for model in ours() if issubclass(model, (BaseSiteSetting, BaseGenericSetting))]


def ours() -> list[type[models.Model]]:
    """Return our models."""
    return [model for model in apps.get_models() if model._meta.app_label.startswith("order_status")]


RIGHT = "https://www.youtube.com/watch?v=aqz-KE-bpKQ"
#: So that the values of placeholders, which are hostile too, are filled in.
FILLED = "<p>" + " ".join(each.spelled for each in PLACEHOLDERS.values()) + "</p>"


#: How often a block with words stands on a page.
TIMES = 6


class Supply:
    """Gives out words for each sort of field, one after the other and again from the first, and counts the fields."""

    def __init__(self, words: Sequence[Payload]) -> None:
        # In no order, or a field would meet one kind of vector only.
        words = random.Random(len(words)).sample(words, len(words))
        everything = [each.text for each in words]
        # A right address now and then, or what stands beside it would not be shown.
        addresses = [text for each in words if each.is_address for text in (each.text, RIGHT)]
        self.words = {"": everything, HTML: everything, ADDRESS: addresses}
        self.taken = dict.fromkeys(self.words, 0)
        self.fields: Counter[str] = Counter()

    def take(self, name: str) -> str:
        sort = next((end for end in (HTML, ADDRESS) if name.endswith(end)), "")
        self.fields[name] += 1
        self.taken[sort] += 1
        return self.words[sort][(self.taken[sort] - 1) % len(self.words[sort])]

    def lacks(self, sort: str) -> bool:
        """Say whether words of this sort have had no field yet."""
        return self.taken[sort] < len(self.words[sort])


@dataclass
class Hostile:
    """One filled shop."""

    order: Order
    page: OrderStatusPage
    form: OrderStatusPage  # a draft that stands in Wagtail's own form of it
    messages: list[SpecialMessage]
    mails: list[str]
    clients: dict[str, Client]
    looks: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> (who, path)
    without_policy: set[str] = field(default_factory=set)  # pages that are not of ours alone, and mails

    def answer(self, who: str, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return what somebody gets there: status, headers, body."""
        if path.startswith("/mails/"):
            return 200, {"Content-Type": "text/html; charset=utf-8"}, self.mails[int(path.split("/")[2])].encode()
        response = self.clients[who].get(path, secure=True, headers={"host": HOST})
        body = b"".join(response.streaming_content) if response.streaming else response.content
        headers = {name: value for name, value in response.headers.items() if name.lower() != "set-cookie"}
        return response.status_code, headers, body


def stand_in(monkeypatch: Any) -> None:
    """Let the demo host offer what other hosts do."""

    def recommendations(self: Any, reference: str, most: int) -> list[Recommendation]:
        return HOSTILE_OFFERS[:most]

    monkeypatch.setattr(DemoHost, "recommendations", recommendations, raising=False)
    monkeypatch.setattr(DemoHost, "reorder_url", lambda self, reference: "/account/orders/1/", raising=False)


HOSTILE_OFFERS: list[Recommendation] = []


def layout(block: Any, supply: Supply) -> Iterator[dict[str, Any]]:
    """Yield every block, those with words several times, and those again that take what is left of each sort of words."""
    yield {"type": "text", "value": {"text": FILLED}}
    for time in range(TIMES):
        for name, child in block.child_blocks.items():
            before = supply.fields.total()
            data = {"type": name, "value": block_data(child, supply.take, name)}
            if not time or supply.fields.total() > before:
                yield data
    for sort, name in (("", "heading"), (HTML, "text"), (ADDRESS, "embed")):
        while supply.lacks(sort):
            yield {"type": name, "value": block_data(block.child_blocks[name], supply.take, name)}


@disable_reference_index_auto_update()
def fill(supply: Supply, number: int) -> Hostile:
    """Fill the shop with these words, each at least once; ``number`` tells one filling from the next."""
    take, here = supply.take, site()
    SpecialMessage.objects.all().delete()
    MerchantCarrier.objects.all().delete()
    MessageText.objects.all().delete()
    for model in settings_models():
        given = columns(model, take)
        where = {"site": here} if issubclass(model, BaseSiteSetting) else {}
        model._default_manager.update_or_create(**where, defaults=given)
    MerchantCarrier.objects.create(slug="hostile", **{**columns(MerchantCarrier, take), "aliases": "hostile courier"})
    messages = [
        SpecialMessage(
            locale=Locale.get_default(),
            level=SpecialMessage.Level.choices[place % 4][0],
            is_beside_parcels=place % 3 == 0,
            is_in_mails=True,
            audience={"shipping_methods": [take("audience")]} if place == 11 else {},
            **columns(SpecialMessage, take),
        )
        for place in range(12)
    ]
    for message in messages:
        message.save()
    for about in Milestone:
        for medium in ("mail", "sms", "push"):
            given = {**columns(MessageText, take), "milestone": about.value, "medium": medium}
            MessageText.objects.create(locale=Locale.get_default(), **given)
    HOSTILE_OFFERS[:] = [
        Recommendation(
            title=take("offer"),
            url=take("offer" + ADDRESS),
            image_url=take("offer" + ADDRESS),
            price_text=take("offer"),
        ),
        Recommendation(title=take("offer"), url="/", image_url=take("offer" + ADDRESS), price_text=take("offer")),
    ]
    page = OrderStatusPage.objects.first()
    if page is None:
        page = here.root_page.add_child(instance=OrderStatusPage(title="Where is my order?", slug="my-order"))
    given = columns(OrderStatusPage, take, with_streams=False)
    streams = {field.name: field for field in page._meta.fields if isinstance(field, (IntroField, LayoutField))}
    for name, words in given.items():
        setattr(page, name, words)
    page.body = stream(streams["body"].stream_block, take)
    now = timezone.now()
    DemoHost.orders.clear()
    snapshot = order(take, 20, placed_at=now - dt.timedelta(hours=1), sent_at=now - dt.timedelta(minutes=30))
    snapshot = dataclasses.replace(snapshot, reference=f"hostile-{number}")
    if number % 2:  # a hostile address gets no mail, and mails are looked at, too
        contact = dataclasses.replace(snapshot.contact, email=f"ada-{number}@shop.example")
        snapshot = dataclasses.replace(snapshot, contact=contact)
    DemoHost.orders["shop", snapshot.reference] = snapshot
    row = record.order("shop", snapshot)
    for parcel, end in zip(UPS, (ParcelStatus.DELIVERED, ParcelStatus.READY_FOR_PICKUP), strict=True):
        way = (ParcelStatus.PICKED_UP_BY_CARRIER, ParcelStatus.IN_TRANSIT, None, end)
        scans = (
            {"status": status, "local_time": scan(status, minutes).local_time, "utc_offset": 60}
            for minutes, status in enumerate(way)
        )
        record.tracking("aftership", news(take, parcel, scans))
    for place in range(8):
        write(row, take("OrderNote.text"), author=take("OrderNote.author"), is_public=place % 2 == 0, is_told=not place)
    shared = sharing.make(row, ShareLink.Scope.ITEMS, 1, take("ShareLink.label"))
    page.layout = json.dumps(list(layout(streams["layout"].stream_block, supply)))
    page.save()
    page.save_revision().publish()
    row.refresh_from_db()
    mail.outbox.clear()
    drain()
    mails = [str(part.content) for sent in mail.outbox for part in getattr(sent, "alternatives", ())]
    customer, staff = Client(), Client()
    customer.cookies.load(let_in(row))
    customer.post(f"{order_path(row)}feedback/", {"rating": "bad", **columns(Feedback, take)}, secure=True)
    staff.force_login(_admin())
    shop = Hostile(
        row, page, draft(page, supply), messages, mails, {"public": Client(), "private": customer, "staff": staff}
    )
    theirs = dict(_looks_elsewhere(shop))
    shop.looks, shop.without_policy = dict(_looks(shop, shared)) | theirs, set(theirs)
    return shop


def draft(beside: OrderStatusPage, supply: Supply) -> OrderStatusPage:
    """Return the page that editors see in Wagtail's form: every block once, for the form builds each of them anew.

    Rich text is what the editor makes of words that somebody types: Wagtail reads nothing else there.
    """

    def take(name: str) -> str:
        if name.endswith(HTML):
            return f"<p>{escape(supply.take(name.removesuffix(HTML)))}</p>"
        return supply.take(name)

    block = OrderStatusPage._meta.get_field("layout").stream_block  # type: ignore[union-attr]
    page = OrderStatusPage.objects.filter(slug="draft").first() or OrderStatusPage(slug="draft", live=False)
    for name, words in columns(OrderStatusPage, take, with_streams=False).items():
        setattr(page, name, words)
    page.layout = stream(block, take)
    if page.pk:
        page.save()
    else:
        beside.add_sibling(instance=page)
    page.save_revision()
    return page


def _admin() -> Any:
    user = get_user_model()
    return user.objects.filter(username="ada").first() or user.objects.create_superuser("ada", "ada@shop.example", "x")


def _looks(shop: Hostile, shared: ShareLink) -> Iterator[tuple[str, tuple[str, str]]]:
    path = order_path(shop.order)
    yield "public", ("public", path)
    yield "private", ("private", path)
    yield "staff view", ("staff", path)
    yield "look-up", ("public", re.sub(r"^https?://[^/]+", "", shop.page.full_url))
    yield "feedback", ("private", f"{path}feedback/")
    yield "share", ("private", f"{path}share/")
    yield "shared", ("public", sharing.path_of(shared))
    draft = f"/cms/pages/{shop.page.pk}/view_draft/"
    for mode in ("", "in_transit", "mail-shipped", "sms-shipped", "push-shipped"):
        yield f"preview {mode or 'look-up'}", ("staff", f"{draft}?mode={mode}&tier=private")
    look = reverse("order_status_look_of", args=["order_status_plugin", "specialmessage", shop.messages[0].pk])
    yield "preview of a message", ("staff", f"{look}?mode=part_sent&tier=public")


def _looks_elsewhere(shop: Hostile) -> Iterator[tuple[str, tuple[str, str]]]:
    for place, _mail in enumerate(shop.mails):
        yield f"mail {place}", ("public", f"/mails/{place}/")
    yield "form of the page", ("staff", f"/cms/pages/{shop.form.pk}/edit/")
    yield "feedback report", ("staff", "/cms/reports/order-feedback/")
    yield "messages", ("staff", "/cms/snippets/order_status_plugin/specialmessage/")
    yield "texts", ("staff", "/cms/snippets/order_status_plugin/messagetext/")
    yield "notes", ("staff", reverse("order_status_notes:order", args=[shop.order.pk]))
    yield "admin of the order", ("staff", reverse("admin:order_status_plugin_order_change", args=[shop.order.pk]))
    yield "admin of carriers", ("staff", reverse("admin:order_status_plugin_merchantcarrier_changelist"))
