"""The one question that this shop adds to the address: whether it may text."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oscar.apps.checkout import forms

from order_status_plugin.hosts.oscar.consents import AsksForMessages


class ShippingAddressForm(AsksForMessages, forms.ShippingAddressForm):
    """Oscar's, with the box below the phone number."""

    order_status_asks: ClassVar[dict[str, str | Promise]] = {
        "sms": _("Text me when my parcel is on its way. I can stop that at any time.")
    }
    order_status_wording = "2026-11"
