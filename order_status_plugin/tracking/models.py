"""What we know of orders and parcels. Written by ``record`` alone.

One index a query, here and in the other rooms: a foreign key has none of its own where an index or a constraint begins
with it, and what must be unique says so by a constraint.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..events import (
    FulfillmentKind,
    Headline,
    OrderState,
    Overlay,
    ParcelStatus,
    PaymentState,
    PlacePrecision,
    Precision,
    Reason,
)
from .fold import ENDED

#: A parcel that should be scanned again soon. One that waits to be collected waits for its customer.
MOVING = (
    ParcelStatus.CONFIRMED,
    ParcelStatus.LABEL_CREATED,
    ParcelStatus.PICKED_UP_BY_CARRIER,
    ParcelStatus.IN_TRANSIT,
    ParcelStatus.OUT_FOR_DELIVERY,
    ParcelStatus.ATTEMPTED_DELIVERY,
)

#: Orders whose time of being kept has begun, and those that nobody has ended yet. See ``access.retention``.
ENDED_ORDER = models.Q(delivered_at__isnull=False) | models.Q(closed_at__isnull=False)
OPEN_ORDER = models.Q(delivered_at__isnull=True, closed_at__isnull=True, erased_at__isnull=True)


def choices(enum: type) -> list[tuple[str, str]]:
    """Return an enum of ours as Django's choices, in its own words."""
    return [(member.value, member.value.replace("_", " ")) for member in enum if member.value]  # type: ignore[attr-defined]


class Order(models.Model):
    """One order of one host: nothing personal stands here."""

    host = models.CharField(_("host"), max_length=40)
    reference = models.CharField(_("reference"), max_length=190)
    number = models.CharField(_("number"), max_length=190, blank=True)
    number_key = models.CharField(max_length=190, blank=True, editable=False, help_text=_("As the host normalises it."))
    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    locale = models.CharField(_("language"), max_length=35, blank=True)
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, default=OrderState.OPEN)
    state_text = models.CharField(_("state at the host"), max_length=190, blank=True)
    payment = models.CharField(_("payment"), max_length=20, default=PaymentState.UNKNOWN)
    currency = models.CharField(_("currency"), max_length=12, blank=True)
    items_total = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    shipping_total = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    tax_total = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=3, null=True, blank=True)
    refunded_total = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    country = models.CharField(_("destination country"), max_length=2, blank=True)
    shipping_method = models.CharField(_("shipping method"), max_length=190, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    expected_dispatch = models.DateField(_("expected dispatch"), null=True, blank=True)
    handover = models.CharField(max_length=190, blank=True)

    locator = models.CharField(max_length=16, editable=False)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    #: Counts every change that a page could show; the stream says no more than this number.
    version = models.PositiveBigIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(db_index=True, editable=False)
    headline = models.CharField(_("headline"), max_length=30, default=Headline.CONFIRMED, choices=choices(Headline))
    headline_at = models.DateTimeField(null=True, blank=True, editable=False)

    #: Null until the host was read: the sweep looks for these.
    read_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When the sweep last held it against its host, for what no signal told.
    compared_at = models.DateTimeField(default=timezone.now, editable=False)
    #: The digest of the last snapshot: equal ones change nothing.
    snapshot_digest = models.CharField(max_length=64, blank=True, editable=False)
    #: Came in by ``order_status_sync``: what is known of it already is history, not news.
    is_imported = models.BooleanField(default=False, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_activity_at = models.DateTimeField(editable=False)
    #: A legal hold: neither retention nor erasure touches it until it is lifted.
    is_held = models.BooleanField(_("legal hold"), default=False)
    held_because = models.CharField(_("reason of the hold"), max_length=255, blank=True)
    #: Grants given before this ended with the order's private time.
    grants_ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: A tombstone: personal data of this order must not come back.
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-placed_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("host", "reference"), name="order_status_order_ref"),
            # Not by ``unique=True``: that would make a second index on PostgreSQL, for LIKE.
            models.UniqueConstraint(fields=("locator",), name="order_status_order_locator"),
        )
        indexes = (
            models.Index(fields=("number_key", "host"), name="order_status_order_number"),
            models.Index(fields=("-placed_at", "-id"), name="order_status_order_placed"),
            models.Index(fields=("headline", "-placed_at", "-id"), name="order_status_order_headline"),
            models.Index(fields=("host",), name="order_status_order_unread", condition=models.Q(read_at__isnull=True)),
            # Those whose host may still say something new, the one that was compared longest ago first.
            models.Index(
                fields=("host", "compared_at"),
                name="order_status_order_open",
                condition=OPEN_ORDER,
            ),
            # What retention asks: whose access ends, who is erased, and of whom nothing was heard any more.
            models.Index(
                Coalesce("delivered_at", "closed_at"),
                "id",
                name="order_status_order_access",
                condition=ENDED_ORDER & models.Q(grants_ended_at__isnull=True, erased_at__isnull=True),
            ),
            models.Index(
                Coalesce("delivered_at", "closed_at"),
                "id",
                name="order_status_order_ended",
                condition=ENDED_ORDER & models.Q(erased_at__isnull=True),
            ),
            models.Index(fields=("last_activity_at", "id"), name="order_status_order_silent", condition=OPEN_ORDER),
            models.Index(fields=("id",), name="order_status_order_held", condition=models.Q(is_held=True)),
        )

    def __str__(self) -> str:
        return self.number or self.reference


class OrderContact(models.Model):
    """Everything personal of one order. Read by the private tier only, erased on its own clock."""

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="contact")
    name = models.CharField(_("name"), max_length=255, blank=True)
    email = models.CharField(_("email"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    shipping_address = models.JSONField(default=dict, blank=True)
    billing_address = models.JSONField(default=dict, blank=True)
    payment_summary = models.CharField(max_length=255, blank=True)
    line_texts = models.JSONField(default=dict, blank=True, help_text=_("Free text by line reference."))
    customer_reference = models.CharField(max_length=190, blank=True)
    #: Of the email given at checkout, frozen at first sight; and of the host's present one.
    checkout_email_digest = models.CharField(max_length=80, blank=True)
    email_digest = models.CharField(max_length=80, blank=True)
    #: The same of the phone number.
    checkout_phone_digest = models.CharField(max_length=80, blank=True)
    phone_digest = models.CharField(max_length=80, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = (
            models.Index(fields=("checkout_email_digest",), name="order_status_contact_checkout"),
            models.Index(fields=("email_digest",), name="order_status_contact_email"),
        )

    def __str__(self) -> str:
        return f"contact of order {self.order_id}"


class OrderLine(models.Model):
    """One line of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    reference = models.CharField(max_length=190)
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=500)
    details = models.CharField(max_length=500, blank=True)
    sku = models.CharField(max_length=190, blank=True)
    quantity = models.PositiveIntegerField()
    image_url = models.CharField(max_length=1000, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    is_physical = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("order", "reference"), name="order_status_line_ref"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"


class Fulfillment(models.Model):
    """One act of sending: some quantities of some lines."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="fulfillments", db_index=False)
    reference = models.CharField(max_length=190)
    kind = models.CharField(max_length=20, default=FulfillmentKind.SHIPPING, choices=choices(FulfillmentKind))
    sent_at = models.DateTimeField(_("sent"))
    is_cancelled = models.BooleanField(default=False)
    notify_customer = models.BooleanField(_("notify the customer"), default=True)
    #: Staff chose it here: it stands, whatever the host says later.
    notify_by_hand = models.BooleanField(_("chosen by hand"), default=False)
    #: Staff said that it was sent; the host does not know of it yet, and takes it back by no silence.
    is_by_hand = models.BooleanField(_("sent by hand"), default=False)

    class Meta:
        verbose_name = _("fulfillment")
        verbose_name_plural = _("fulfillments")
        ordering = ("sent_at", "pk")
        constraints = (models.UniqueConstraint(fields=("order", "reference"), name="order_status_fulfillment_ref"),)
        # The few that were: what is looked for among parcels leaves theirs out.
        indexes = (
            models.Index(fields=("id",), name="order_status_fulfillment_off", condition=models.Q(is_cancelled=True)),
        )

    def __str__(self) -> str:
        return self.reference


class FulfillmentLine(models.Model):
    """How many of a line went with a fulfillment."""

    fulfillment = models.ForeignKey(Fulfillment, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("fulfillment line")
        verbose_name_plural = _("fulfillment lines")
        constraints = (models.UniqueConstraint(fields=("fulfillment", "line"), name="order_status_fulfilled_line"),)

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"


class Parcel(models.Model):
    """One parcel of a fulfillment. Its status columns are the fold of its events and can be rebuilt at any time."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    fulfillment = models.ForeignKey(Fulfillment, on_delete=models.CASCADE, related_name="parcels", db_index=False)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True, help_text=_("Slug in the catalogue."))
    #: Staff chose it where the host names none: it stands, whatever the host says later.
    carrier_by_hand = models.BooleanField(_("carrier chosen by hand"), default=False)
    carrier_text = models.CharField(_("carrier at the host"), max_length=190, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=190, blank=True)
    number_key = models.CharField(max_length=190, blank=True, editable=False)
    tracking_url = models.CharField(max_length=1000, blank=True)
    #: Staff gave the number where the host names none: it stands until the host names one.
    number_by_hand = models.BooleanField(_("number given by hand"), default=False)
    #: Alias of the source that follows it live; "" where nobody does.
    source = models.CharField(_("source"), max_length=40, blank=True)
    #: The host took it back (a corrected number, a voided label): kept for its history, shown no more.
    is_withdrawn = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    last_checked_at = models.DateTimeField(null=True, blank=True)

    # Told by the source beside its events; personal ones are read by the private tier only.
    next_step = models.CharField(max_length=500, blank=True)
    signed_by = models.CharField(max_length=190, blank=True)
    left_at = models.CharField(max_length=190, blank=True)
    proof_url = models.CharField(max_length=1000, blank=True)
    pickup_place = models.CharField(max_length=500, blank=True)
    pickup_hours = models.CharField(max_length=1000, blank=True)
    handed_to = models.CharField(max_length=190, blank=True)
    handed_number = models.CharField(max_length=190, blank=True)
    pickup_until = models.DateField(null=True, blank=True)
    details_at = models.DateTimeField(null=True, blank=True, editable=False)

    # The fold of the events.
    status = models.CharField(_("status"), max_length=30, default=ParcelStatus.CONFIRMED, choices=choices(ParcelStatus))
    overlay = models.CharField(_("overlay"), max_length=20, blank=True, choices=choices(Overlay))
    state = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("fulfillment", "carrier", "carrier_text", "number_key"), name="order_status_parcel_number"
            ),
        )
        indexes = (
            models.Index(fields=("number_key", "carrier"), name="order_status_parcel_key"),
            models.Index(
                fields=("carrier", "order"), name="order_status_parcel_carrier", condition=models.Q(is_withdrawn=False)
            ),
            models.Index(
                fields=("order",),
                name="order_status_parcel_wrong",
                condition=models.Q(overlay=Overlay.EXCEPTION.value) | models.Q(status=ParcelStatus.LOST.value),
            ),
            # The few that are on their way, among all that ever were.
            models.Index(
                fields=("status",),
                name="order_status_parcel_moving",
                condition=models.Q(status__in=[status.value for status in MOVING]),
            ),
            # Those that a source is still asked about.
            models.Index(
                fields=("source", "id"),
                name="order_status_parcel_followed",
                condition=~models.Q(status__in=sorted(status.value for status in ENDED)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.carrier_text or self.carrier} {self.tracking_number}".strip()

    @property
    def is_carrier_open(self) -> bool:
        """Say whether staff may choose the carrier: the host names none, or one that the catalogue does not know."""
        return self.carrier_by_hand or not self.carrier


class TrackingEvent(models.Model):
    """One thing that happened to a parcel. Append-only: corrections are further events."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="events", db_index=False)
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=190, blank=True)
    digest = models.CharField(max_length=64)
    #: Over all that was said: two tellings of one event that differ are both kept, the fold takes one.
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(max_length=30, blank=True, choices=choices(ParcelStatus))
    overlay = models.CharField(max_length=20, blank=True, choices=choices(Overlay))
    reason = models.CharField(max_length=20, blank=True, choices=choices(Reason))
    raw_code = models.CharField(max_length=190, blank=True)
    message = models.CharField(max_length=1000, blank=True)
    rule = models.CharField(max_length=190, blank=True)
    #: The clock on the wall of the place, ISO 8601 without offset: a date and time that nobody converts.
    local_time = models.CharField(max_length=26)
    utc_offset = models.SmallIntegerField(null=True, help_text=_("Minutes east of UTC."))
    occurred_at = models.DateTimeField(null=True, help_text=_("UTC, where it is known."))
    precision = models.CharField(max_length=10, default=Precision.INSTANT, choices=choices(Precision))
    received_at = models.DateTimeField()
    place_text = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=190, blank=True)
    region = models.CharField(max_length=190, blank=True)
    postcode = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    #: What the source told, to city level.
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    #: What we made of the place when it was recorded: a later table of places changes nothing here.
    point_latitude = models.FloatField(null=True)
    point_longitude = models.FloatField(null=True)
    point_name = models.CharField(max_length=190, blank=True)
    point_country = models.CharField(max_length=2, blank=True)
    place_precision = models.CharField(max_length=10, blank=True, choices=choices(PlacePrecision))
    zone = models.CharField(max_length=60, blank=True)
    #: How ``occurred_at`` was found: "told" by the source, by the "zone" of the place, "" not at all.
    time_rule = models.CharField(max_length=10, blank=True)
    sequence = models.BigIntegerField(default=0)
    #: The total order, computed when recorded, with the version of the rules that made it.
    sort_key = models.CharField(max_length=80)
    resolver = models.PositiveSmallIntegerField(default=1)
    message_id = models.BigIntegerField(null=True, help_text=_("The inbox row that brought it."))

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        ordering = ("sort_key", "pk")
        # It also finds a parcel's events: they are few, and sorted as they come.
        constraints = (models.UniqueConstraint(fields=("parcel", "fingerprint"), name="order_status_event_identity"),)
        # What the report asks of a month's parcels: when they arrived, and of which there was trouble.
        indexes = (
            models.Index(
                fields=("parcel", "occurred_at", "received_at"),
                name="order_status_event_arrived",
                condition=models.Q(status__in=[ParcelStatus.COLLECTED.value, ParcelStatus.DELIVERED.value]),
            ),
            models.Index(
                fields=("parcel",),
                name="order_status_event_wrong",
                condition=models.Q(overlay=Overlay.EXCEPTION.value) | models.Q(status=ParcelStatus.LOST.value),
            ),
        )

    def __str__(self) -> str:
        return f"{self.local_time} {self.status or self.raw_code}"


class DeliveryEstimate(models.Model):
    """What a source once expected. Append-only; the present estimate and its moves are folded from these."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="estimates", db_index=False)
    source = models.CharField(max_length=40)
    #: ISO 8601 dates or local times, as stated; both "" takes the estimate back.
    earliest = models.CharField(max_length=26, blank=True)
    latest = models.CharField(max_length=26, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    stated_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("delivery estimate")
        verbose_name_plural = _("delivery estimates")
        ordering = ("stated_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("parcel", "source", "stated_at", "earliest", "latest"), name="order_status_estimate_identity"
            ),
        )

    def __str__(self) -> str:
        return f"{self.earliest} – {self.latest}"
