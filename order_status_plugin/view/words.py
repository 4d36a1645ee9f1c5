"""Our words for every status, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..events import Headline, Overlay, ParcelStatus

#: The first half of the headline sentence.
HEADLINE = {
    Headline.CONFIRMED: pgettext_lazy("headline", "Confirmed."),
    Headline.IN_TRANSIT: pgettext_lazy("headline", "In transit."),
    Headline.OUT_FOR_DELIVERY: pgettext_lazy("headline", "Out for delivery."),
    Headline.ATTEMPTED_DELIVERY: pgettext_lazy("headline", "Attempted delivery."),
    Headline.DELIVERED: pgettext_lazy("headline", "Delivered."),
    Headline.DELIVERED_IN_PART: pgettext_lazy("headline", "Delivered in part."),
    Headline.SENT: pgettext_lazy("headline", "Sent."),
    Headline.RETURNED: pgettext_lazy("headline", "Returned."),
    Headline.LOST: pgettext_lazy("headline", "Lost."),
    Headline.CANCELLED: pgettext_lazy("headline", "Cancelled."),
    Headline.REFUNDED: pgettext_lazy("headline", "Refunded."),
}

#: The name of a step on the rail.
STEP = {
    Headline.CONFIRMED: _("Confirmed"),
    Headline.IN_TRANSIT: _("In transit"),
    Headline.OUT_FOR_DELIVERY: _("Out for delivery"),
    Headline.ATTEMPTED_DELIVERY: _("Attempted delivery"),
    Headline.DELIVERED: _("Delivered"),
}

#: One parcel's status. Some languages bend a word by what it is said of: an order here, a parcel there.
STATUS = {
    ParcelStatus.CONFIRMED: pgettext_lazy("parcel", "Confirmed"),
    ParcelStatus.LABEL_CREATED: _("Label printed"),
    ParcelStatus.PICKED_UP_BY_CARRIER: _("Handed to the carrier"),
    ParcelStatus.IN_TRANSIT: _("In transit"),
    ParcelStatus.OUT_FOR_DELIVERY: _("Out for delivery"),
    ParcelStatus.ATTEMPTED_DELIVERY: _("Attempted delivery"),
    ParcelStatus.READY_FOR_PICKUP: _("Ready for pickup"),
    ParcelStatus.DELIVERED: pgettext_lazy("parcel", "Delivered"),
    ParcelStatus.COLLECTED: _("Collected"),
    ParcelStatus.RETURNING: _("On its way back"),
    ParcelStatus.RETURNED: _("Returned"),
    ParcelStatus.LOST: _("Lost"),
    ParcelStatus.CANCELLED: _("Label cancelled"),
    ParcelStatus.UNKNOWN: _("Status unknown"),
}

OVERLAY = {
    Overlay.DELAYED: _("Delayed"),
    Overlay.EXCEPTION: _("There is a problem"),
}

#: An event that has no status of its own.
PLAIN_EVENT = _("News from the carrier")

TONE = {
    Headline.DELIVERED: "good",
    Headline.ATTEMPTED_DELIVERY: "warn",
    Headline.LOST: "warn",
    Headline.DELIVERED_IN_PART: "warn",
    Headline.SENT: "quiet",
    Headline.RETURNED: "quiet",
    Headline.CANCELLED: "quiet",
    Headline.REFUNDED: "quiet",
}

PARCEL_TONE = {
    ParcelStatus.DELIVERED: "good",
    ParcelStatus.COLLECTED: "good",
    ParcelStatus.ATTEMPTED_DELIVERY: "warn",
    ParcelStatus.LOST: "warn",
    ParcelStatus.RETURNING: "quiet",
    ParcelStatus.RETURNED: "quiet",
    ParcelStatus.CANCELLED: "quiet",
    ParcelStatus.UNKNOWN: "quiet",
}
