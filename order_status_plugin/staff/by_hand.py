"""Setting a parcel's status by hand."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, Protocol, cast, runtime_checkable

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..backends import all_sources
from ..conf import conf
from ..events import ParcelStatus, TrackingUpdate
from ..tracking import record
from ..tracking.models import Parcel


@runtime_checkable
class TakesEntries(Protocol):
    """A source that staff may enter into."""

    alias: str

    def entry(self, **fields: Any) -> TrackingUpdate:
        """Return the update that says what was entered."""
        ...


def manual_source() -> TakesEntries:
    """Return the configured source for entries, else one under the alias "manual"."""
    for source in all_sources():
        if isinstance(source, TakesEntries):
            return source
    # By its path, as settings name it: adapters are imported by nobody.
    return cast("TakesEntries", import_string("order_status_plugin.sources.manual.Manual")("manual", {}))


class ByHandForm(forms.Form):
    """What staff know of a parcel and no source told."""

    STATUSES = (
        ("", _("no change")),
        (ParcelStatus.LABEL_CREATED, _("Label created")),
        (ParcelStatus.PICKED_UP_BY_CARRIER, _("Picked up by the carrier")),
        (ParcelStatus.IN_TRANSIT, _("In transit")),
        (ParcelStatus.OUT_FOR_DELIVERY, _("Out for delivery")),
        (ParcelStatus.ATTEMPTED_DELIVERY, _("Attempted delivery")),
        (ParcelStatus.READY_FOR_PICKUP, _("Ready for pickup")),
        (ParcelStatus.DELIVERED, _("Delivered")),
        (ParcelStatus.COLLECTED, _("Collected")),
        (ParcelStatus.RETURNING, _("On its way back")),
        (ParcelStatus.RETURNED, _("Returned")),
        (ParcelStatus.LOST, _("Lost")),
        (ParcelStatus.CANCELLED, _("Cancelled")),
    )

    status = forms.ChoiceField(label=_("status"), choices=STATUSES, required=False)
    moment = forms.SplitDateTimeField(label=_("when it happened"), widget=AdminSplitDateTime())
    place = forms.CharField(
        label=_("place"), max_length=190, required=False, help_text=_("City or town; never a street.")
    )
    country = forms.RegexField(
        label=_("country"), regex=r"^[A-Za-z]{2}$", required=False, help_text=_("Two letters, as in DE or US.")
    )
    note = forms.CharField(
        label=_("note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=_("The customer reads this."),
    )
    expected_from = forms.DateField(label=_("expected from"), required=False, widget=AdminDateWidget())
    expected_until = forms.DateField(label=_("expected until"), required=False, widget=AdminDateWidget())

    def clean_moment(self) -> dt.datetime:
        """Refuse the future: a status is what happened."""
        moment: dt.datetime = self.cleaned_data["moment"]
        if moment > timezone.now() + conf.FUTURE_TOLERANCE:
            raise forms.ValidationError(gettext("This is in the future."))
        return moment

    def clean(self) -> dict[str, Any]:
        """Ask for something to say, and for days in their order."""
        given: dict[str, Any] = super().clean() or {}
        if not any(given.get(name) for name in ("status", "place", "note", "expected_from", "expected_until")):
            raise forms.ValidationError(gettext("Enter a status, a place, a note or a date."))
        first, last = given.get("expected_from"), given.get("expected_until")
        if first and last and last < first:
            self.add_error("expected_until", gettext("This is before the first day."))
        return given

    def enter(self, parcel: Parcel) -> None:
        """Record what was entered about this parcel."""
        given = self.cleaned_data
        source = manual_source()
        zone = zoneinfo.ZoneInfo(conf.TIME_ZONE) if conf.TIME_ZONE else timezone.get_default_timezone()
        update = source.entry(
            tracking_number=parcel.tracking_number,
            carrier=parcel.carrier,
            carrier_text=parcel.carrier_text,
            status=ParcelStatus(given["status"]) if given["status"] else None,
            moment=given["moment"].astimezone(zone),
            place=given["place"],
            country=given["country"],
            note=given["note"],
            expected_from=given["expected_from"],
            expected_until=given["expected_until"],
        )
        record.entry(source.alias, parcel, update)
