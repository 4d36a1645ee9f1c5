"""The customer-safe picture of an order. Page, stream, mail and API render these and nothing else.

Every text is ready to print, in the language that was active when the view was built; every field is one that
the tier may see. What a tier may not see is not masked here: it was never read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from ..cms.audience import Traits
from ..cms.look import PLAIN, Look
from ..events import Headline, Milestone, Overlay, ParcelStatus, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time to show: for machines in ``iso``, for people in the rest."""

    iso: str  # for <time datetime>: a date, or a local time with its offset where that is known
    day: str  # "Wed 25 November"
    clock: str = ""  # "21:42", "" for a date

    def __str__(self) -> str:
        """Return day and time."""
        return f"{self.day}, {self.clock}" if self.clock else self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class RailStep:
    """One step of the rail: Confirmed, In transit, Out for delivery, (Attempted delivery,) Delivered."""

    status: Headline
    name: str
    state: str  # "done", "now", "todo"
    when: Moment | None = None  # a day
    note: str = ""  # a word before the day: "Expected", "Planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """Some of one line."""

    title: str
    quantity: int
    details: str = ""
    image_url: str = ""
    initial: str = ""  # stands in for the picture
    is_physical: bool = True
    total: str = ""  # money, only where prices may be seen
    personal_text: str = ""  # private tier


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One thing that happened, newest first in its list."""

    title: str  # our words for the status; in the private tier the carrier's own where we have none
    when: Moment  # public tier: the day only
    place: str = ""  # private tier: "Cologne, Germany"
    detail: str = ""  # private tier: the carrier's own words, where the title is ours
    zone: str = ""  # "UTC+1": whose clock it is, where that changes in the list
    is_same_day: bool = False  # the event above is of the same day
    is_corrected: bool = False  # the carrier took it back later
    why: str = ""  # private tier: source, raw code, rule, received


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """When a parcel is expected."""

    label: str  # "Arriving", "Now arriving", "Was expected", "Ready for pickup"
    day: str
    iso: str
    hours: str = ""  # "10:00 to 14:00"
    note: str = ""  # "was Wednesday 25", "now overdue"
    by: str = ""  # "Estimate by UPS", "Entered by the shop"
    is_overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """One statement of a source about the date, newest first in its list."""

    title: str  # "Now Wednesday 25 November"
    reason: str
    when: Moment
    by: str = ""  # "Estimate by UPS"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What the customer does next."""

    title: str
    text: str = ""
    is_action: bool = False  # tinted, loud: somebody must act
    is_for_carrier: bool = False  # the carrier can be asked: where its link is known, it stands here
    is_for_shop: bool = False  # the shop can be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverView:
    """The carrier that brings a parcel the last part of its way."""

    name: str
    number: str = ""  # private tier, in groups as people read it
    url: str = ""  # private tier
    site: str = ""  # "laposte.fr": whose site the link leads to


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingView:
    """What to do when a parcel is said to be there and is not."""

    steps: tuple[str, ...]  # in the order in which they are worth trying


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A word of warning at a parcel."""

    text: str
    tone: str = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLink:
    """Where a parcel can be followed if it travels with this carrier: nobody said that it does."""

    name: str
    url: str
    host: str  # "ups.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialMessageView:
    """The shop's own words to many."""

    level: str  # "info", "success", "warning", "critical"
    title: str
    body: SafeString  # HTML of a few tags; "" for none
    button_label: str  # "" for no button
    button_url: str  # of this site: begins with "/", else absolute
    html: SafeString  # the whole message as it stands in its place on the page


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlace:
    """One place of a map, for the interactive one: a city at the finest."""

    kind: str  # "origin", "passed", "here", "destination"
    name: str
    latitude: float  # degrees, WGS 84, to two digits
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """Where a parcel was, is and goes."""

    svg: SafeString
    sentence: str  # the same in words
    places: tuple[MapPlace, ...]  # in the order of travel


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelView:
    """One parcel: the card."""

    anchor: str  # "parcel-1": the id of its element, the same for as long as the order lives
    status: ParcelStatus
    overlay: Overlay
    tone: str  # "", "good", "warn", "quiet"
    kicker: str  # "Parcel 1 of 2 · UPS"
    state: str  # the heading
    line: str = ""  # "Left Cologne, Germany" in private, the plain state of things in public
    flags: tuple[Flag, ...] = ()
    window: WindowView | None = None
    moves: tuple[MoveView, ...] = ()
    next_step: NextStep | None = None
    items: tuple[ItemView, ...] = ()
    items_title: str = ""  # "In this parcel", "In these 3 parcels"
    events: tuple[EventView, ...] = ()
    carrier_name: str = ""
    carrier_host: str = ""  # "ups.com": whose site the link leads to
    is_live: bool = False  # somebody tells us where it is
    is_folded: bool = False  # delivered, beside others that are not: shown as a row
    tracking_number: str = ""  # private tier, in groups as people read it
    tracking_url: str = ""  # private tier
    #: Private tier: nobody said who carries it, and its number looks like theirs.
    candidates: tuple[CandidateLink, ...] = ()
    checked: str = ""  # private tier: "Last checked with UPS 12 minutes ago."
    handover: HandoverView | None = None
    signed_by: str = ""  # private tier
    left_at: str = ""  # private tier
    proof_url: str = ""  # private tier, https
    pickup_place: str = ""  # private tier, a line each
    pickup_hours: str = ""  # private tier, a line each
    missing: MissingView | None = None  # of a parcel that has arrived
    mail_subject: str = ""  # private tier: of a mail to the shop about this parcel
    special_messages: tuple[SpecialMessageView, ...] = ()
    is_in_calendar: bool = False  # the first card with a day ahead: the calendar's link stands there
    map: MapView | None = None  # private tier, unless the shop says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationView:
    """A product that the shop recommends."""

    title: str
    url: str
    image_url: str = ""
    initial: str = ""  # stands in for the picture
    price: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingView:
    """What is not sent yet."""

    kicker: str
    title: str
    planned: Moment | None = None
    items: tuple[ItemView, ...] = ()
    is_all: bool = False  # nothing was sent at all: a plain card


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One row of the bill."""

    label: str
    amount: str
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateView:
    """What only the customer sees."""

    number: str
    placed: Moment | None
    deliver_to: tuple[str, ...]  # name and address, line by line
    bill_to: tuple[str, ...]  # empty when it is the same
    payment: str
    sums: tuple[Sum, ...]
    email: str  # masked
    phone: str  # masked


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note to the customer."""

    anchor: str  # "note-7": the id of its element
    html: SafeString  # paragraphs, lists, weight and links
    when: Moment
    changed: Moment | None = None
    is_private: bool = True  # those with no more than the link do not see it


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message that was sent or held back, newest first in its list. Private tier."""

    title: str
    how: str  # "Email to n•••@example.org", "Not sent: …"
    when: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order as one tier may see it."""

    tier: Tier
    headline: Headline
    tone: str  # "", "good", "warn", "quiet"
    word: str  # "In transit." - first half of the headline sentence
    promise: str  # "Arriving Wednesday, 25 November." - the second half, may be ""
    count: str  # "2 parcels sent." - strong
    rest: str  # "1 item not sent yet." - after it
    over: str  # the line above: "Order TS-20418" in private, "Your order at Tilia & Sal" in public
    rail: tuple[RailStep, ...]  # empty where a rail would lie
    parcels: tuple[ParcelView, ...]  # those that need something first, folded ones last
    pending: PendingView | None
    digital: tuple[ItemView, ...]  # nothing to send
    private: PrivateView | None  # None in the public tier
    shop: str
    version: int
    updated: Moment
    valid_until: dt.datetime  # aware: when a word of this turns stale without any news (a day ends, silence begins)
    language: str
    is_rtl: bool
    handover: str = ""
    look: Look = PLAIN  # of its site: logo, colours, where the shop is reached
    is_erased: bool = False  # a stub: headline and help, nothing else
    special_messages: tuple[SpecialMessageView, ...] = ()  # at the top of the page
    notes: tuple[NoteView, ...] = ()  # newest first
    traits: Traits | None = None  # what content is chosen by; None for a stub
    reorder_url: str = ""  # private tier: where the shop takes the same order again
    recommendations: tuple[RecommendationView, ...] = ()
    fillings: Mapping[str, str] = field(default_factory=dict)  # what placeholders say, by name; a link is not there
    extra: Mapping[str, Any] = field(default_factory=dict)  # what the hook construct_order_view added, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """One parcel in a calendar."""

    uid: str  # stable, and tells nothing
    summary: str  # "Parcel from Tilia & Sal"
    description: str  # "Parcel 1 of 2 · UPS"
    first: dt.date  # or, in the private tier, a datetime: the clock of the place, without a zone
    last: dt.date  # the last day that is meant, or a datetime
    zone: str  # IANA name of the place's zone, "" where it is not known
    sequence: int  # how often that was changed
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """One order in a calendar."""

    shop: str
    days: tuple[DayView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletItem:
    """Some of one line, in a wallet."""

    title: str
    details: str
    quantity: int
    price: str = ""  # a plain decimal number in the order's currency, "" where it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletParcel:
    """One parcel in a wallet. Times are aware."""

    uid: str  # stable, and tells nothing
    is_pickup: bool  # it waits at a counter, or was collected there
    status: str  # in Apple's words
    description: str  # "In transit. Arriving Wed 25 November"
    carrier: str
    tracking_number: str
    tracking_url: str
    sent_at: dt.datetime | None  # None while the carrier does not have it
    arrived_at: dt.datetime | None
    expected_at: dt.datetime | None
    window: dt.timedelta | None  # how long the expected hours are, None for a day
    place: str  # of a pickup: its name
    notes: str  # of a pickup: address and hours, a line each
    items: tuple[WalletItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletView:
    """One order in a wallet, as the private tier sees it."""

    number: str
    shop: str
    status: str  # in Apple's words
    description: str  # "In transit. Arriving Wednesday, 25 November."
    created_at: dt.datetime  # aware
    updated_at: dt.datetime
    items: tuple[WalletItem, ...]
    parcels: tuple[WalletParcel, ...]
    total: str  # a plain decimal number, "" where it is not known
    currency: str  # ISO 4217, "" where it is not known
    payment: str  # in Apple's words, "" where nobody said
    recipient: Mapping[str, Any]  # the stored address; empty where the shop does not put it into the file
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """What somebody sees whom the customer gave a link of its own: less than the public page."""

    headline: Headline
    tone: str
    word: str
    promise: str
    rail: tuple[RailStep, ...]
    items: tuple[ItemView, ...]  # title and quantity only; empty where only the arrival is shared
    shop: str
    updated: Moment
    language: str
    is_rtl: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWordsView:
    """What the shop says in a message in its own words, ready to print. "" stands for ours."""

    subject: str = ""  # of a mail; title of a notification
    body: SafeString = SafeString()  # of a mail: HTML of a few tags
    text: str = ""  # of a text message or a notification


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneView:
    """What a message says: the news, and the order around it."""

    milestone: Milestone
    subject: str  # of the mail
    word: str
    sentence: str
    order: OrderView
    parcel: ParcelView | None = None
    special_messages: tuple[SpecialMessageView, ...] = ()  # those for mails
    own: OwnWordsView = OwnWordsView()
