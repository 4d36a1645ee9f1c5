"""Mailbox and simulator: what a real shop would not have."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from order_status_plugin.conf import conf
from order_status_plugin.simulator.scenarios import SCENARIOS
from order_status_plugin.tracking.models import Order

from . import playing, shelf
from .mailbox import letter, letters, texts


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """List what was sent."""
    return render(request, "shop/mailbox.html", {"letters": letters(), "texts": texts()})


@require_GET
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one letter in a frame of its own."""
    found = letter(name)
    if found is None:
        raise Http404("There is no such letter.")
    return render(request, "shop/mail.html", {"letter": found})


@require_GET
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """Return the letter's own HTML: the content of that frame."""
    found = letter(name)
    if found is None or not found.html:
        raise Http404("There is no such letter.")
    response = HttpResponse(found.html)
    response["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    return response


@require_http_methods(["GET", "POST"])
def simulator(request: HttpRequest) -> HttpResponse:
    """Start a scenario for an order; show what runs."""
    if request.method == "POST":
        return _start(request)
    shown, sources = shelf.groups()
    context = {
        "scenarios": SCENARIOS.values(),
        "speeds": playing.SPEEDS,
        "groups": shown,
        "sources": sources,
        "plays": playing.plays(),
        "chosen": request.GET.get("order", ""),
        "through": request.GET.get("through", ""),
    }
    return render(request, "shop/simulator.html", context)


def _start(request: HttpRequest) -> HttpResponse:
    order = _order(request.POST.get("order", ""))
    scenario = SCENARIOS.get(request.POST.get("scenario", ""))
    speed = playing.SPEEDS.get(request.POST.get("speed", ""))
    through = request.POST.get("through", "")
    if through and through not in conf.SOURCES:
        through, scenario = "", None
    if order is None or scenario is None or speed is None:
        messages.error(request, "Choose an order, a scenario, a speed and who tells of it.")
    else:
        try:
            playing.play(order, scenario, speed, request.build_absolute_uri("/"), through)
            messages.success(request, f"“{scenario.title}” is playing for {order}. Open its status page and watch.")
        except playing.CannotPlay as error:
            messages.error(request, str(error))
    return redirect("simulator")


def _order(given: str) -> Order | None:
    return Order.objects.filter(pk=given).first() if given.isascii() and given.isdigit() else None
