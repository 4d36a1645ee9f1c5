"""Setting a parcel's status by hand."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, Protocol, cast, runtime_checkable

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..backends import all_sources
from ..conf import conf
from ..events import Overlay, ParcelStatus, Reason, TrackingUpdate
from ..tracking import record
from ..tracking.models import Parcel
from ..view.reasons import WORD


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


class NamedSplitDateTime(AdminSplitDateTime):
    """Django's two inputs, with the words before each as its name: the label of the field is of neither."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template prints."""
        context = super().get_context(name, value, attrs)
        labels = (context["date_label"], context["time_label"])
        for part, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            part["attrs"]["aria-label"] = str(label).rstrip(": ")
        return context


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

    TROUBLES = (("", _("none")), (Overlay.DELAYED, _("Delayed")), (Overlay.EXCEPTION, _("There is a problem")))
    REASONS = (("", _("not known")), *((reason, capfirst(word)) for reason, word in WORD.items()))

    #: Statuses that have a reason; a trouble always may.
    WITH_REASON = (ParcelStatus.ATTEMPTED_DELIVERY, ParcelStatus.RETURNING, ParcelStatus.RETURNED)

    status = forms.ChoiceField(label=_("status"), choices=STATUSES, required=False)
    trouble = forms.ChoiceField(label=_("trouble"), choices=TROUBLES, required=False)
    reason = forms.ChoiceField(
        label=_("reason"), choices=REASONS, required=False, help_text=_("Of the trouble, or of an attempt.")
    )
    moment = forms.SplitDateTimeField(label=_("when it happened"), widget=NamedSplitDateTime())
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
    next_step = forms.CharField(
        label=_("next step"), max_length=500, required=False, help_text=_("What the customer does next, in your words.")
    )
    left_at = forms.CharField(label=_("left at"), max_length=190, required=False)
    pickup_place = forms.CharField(
        label=_("pickup place"), max_length=500, required=False, help_text=_("Name and address, with commas between.")
    )
    pickup_hours = forms.CharField(
        label=_("opening hours"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=_("A line each."),
    )
    pickup_until = forms.DateField(label=_("kept until"), required=False, widget=AdminDateWidget())

    DETAILS = ("next_step", "left_at", "pickup_place", "pickup_hours", "pickup_until")

    def clean_moment(self) -> dt.datetime:
        """Refuse the future: a status is what happened."""
        moment: dt.datetime = self.cleaned_data["moment"]
        if moment > timezone.now() + conf.FUTURE_TOLERANCE:
            raise forms.ValidationError(gettext("This is in the future."))
        return moment

    def clean(self) -> dict[str, Any]:
        """Ask for something to say, and for days in their order."""
        given: dict[str, Any] = super().clean() or {}
        said = ("status", "trouble", "place", "note", "expected_from", "expected_until", *self.DETAILS)
        if not any(given.get(name) for name in said):
            raise forms.ValidationError(gettext("Enter a status, a place, a note or a date."))
        may_have_reason = given.get("trouble") or given.get("status") in self.WITH_REASON
        if given.get("reason") and not may_have_reason:
            self.add_error("reason", gettext("A reason belongs to a trouble, an attempt or a return."))
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
            overlay=Overlay(given["trouble"]),
            reason=Reason(given["reason"]),
            **{name: given[name] for name in self.DETAILS},
        )
        record.entry(source.alias, parcel, update)
