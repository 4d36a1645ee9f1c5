"""Find a customer's orders by the whole email address: posted, so that it stands in no address and no log."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import narrow
from .order_list import NAMESPACE
from .order_page import OrderDesk


class FindForm(forms.Form):
    """What is asked."""

    email = forms.EmailField(
        label=_("email"),
        max_length=254,
        help_text=_("The whole address, as given at checkout or as the shop has it now. It is shown nowhere."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class FindView(OrderDesk):
    """Ask, and lead to the list of that customer's orders."""

    own_title = _("Find by email")
    template_name = "order_status_plugin/staff/orders/find.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self.answer(FindForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Lead on, to what the address is known by here."""
        form = FindForm(request.POST)
        digests = narrow.digests_of(form.cleaned_data["email"]) if form.is_valid() else []
        if not digests:
            return self.answer(form)
        query = urlencode([("customer", digest) for digest in digests])
        return HttpResponseRedirect(f"{reverse(f'{NAMESPACE}:index')}?{query}")

    def answer(self, form: FindForm) -> HttpResponse:
        """Render."""
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form, media=form.media))
        return answer
