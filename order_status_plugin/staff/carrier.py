"""Choosing the carrier of a parcel whose shop names none: from what its number looks like, or from the whole catalogue."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..carriers import catalogue
from ..exceptions import CarrierNotOpen
from ..tracking import record
from ..tracking.models import Parcel
from .read_only import ReadOnlyAdmin


class CarrierForm(forms.Form):
    """Who carries a parcel, as far as staff know."""

    carrier = forms.ChoiceField(
        label=_("carrier"),
        help_text=_("The number proves nothing by itself: several carriers write theirs alike."),
    )

    def __init__(self, *args: Any, parcel: Parcel, **kwargs: Any) -> None:
        """Offer first what the number looks like, with the reasons."""
        super().__init__(*args, **kwargs)
        catalogue.refresh()
        candidates = [
            (found.carrier.slug, f"{_called(found.carrier)}: {found.reason}")
            for found in catalogue.detect(parcel.tracking_number)
        ]
        everybody = sorted(
            ((carrier.slug, _called(carrier)) for carrier in catalogue.every()), key=lambda each: each[1].casefold()
        )
        groups: list[Any] = [("", "---------")]
        if candidates:
            groups.append((gettext("What the number looks like"), candidates))
        field = cast("forms.ChoiceField", self.fields["carrier"])
        field.choices = [*groups, (gettext("All carriers"), everybody)]


def _called(carrier: catalogue.Carrier) -> str:
    return f"{carrier.name} ({carrier.country})" if carrier.country else carrier.name


class ChoosesCarrier(ReadOnlyAdmin):
    """A parcel's page with the way to that form."""

    def get_urls(self) -> list[URLPattern]:
        """Add the form."""
        mine = path(
            "<path:object_id>/carrier/",
            self.admin_site.admin_view(self.carrier_view),
            name="order_status_plugin_parcel_carrier",
        )
        return [mine, *super().get_urls()]

    def carrier_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form, and record what was chosen."""
        if not self.may(request, "change"):
            raise PermissionDenied
        parcel: Any = self.get_object(request, object_id)
        if parcel is None or parcel.order.erased_at is not None:
            raise Http404
        form = CarrierForm(request.POST or None, parcel=parcel, initial={"carrier": parcel.carrier})
        back = HttpResponseRedirect(reverse("admin:order_status_plugin_order_change", args=[parcel.order_id]))
        if not parcel.is_carrier_open:
            self.message_user(request, gettext("The shop names the carrier of this parcel itself."), messages.ERROR)
            return back
        if request.method == "POST" and form.is_valid():
            try:
                record.choose_carrier(parcel, form.cleaned_data["carrier"])
            except CarrierNotOpen:
                form.add_error("carrier", gettext("The same number with this carrier stands beside it already."))
            else:
                self.log_change(request, parcel, gettext("Carrier chosen: %s") % form.cleaned_data["carrier"])
                self.message_user(request, gettext("This is on the order status page now."), messages.SUCCESS)
                return back
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Choose the carrier"),
            "subtitle": str(parcel),
            "parcel": parcel,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "order_status_plugin/staff/by_hand.html", context)
