"""Mail me my links: an email address alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ..access import asking, limits
from ..access.site import asked
from ..messages.outbox import DRAIN
from ..worker.wake import wake
from .context import render_page
from .door import PageView


class MailLinksView(PageView):
    """The second form of the look-up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the look-up."""
        return HttpResponseRedirect(reverse("order_status:lookup"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Say the same to everybody; who ordered with the address gets a mail."""
        asking.ask(request.POST.get("email", "")[:300], limits.address_of(request), asked(request))
        wake("outbox", DRAIN)
        return render_page(request, "links_mailed.html", look_up_url=reverse("order_status:lookup"))
