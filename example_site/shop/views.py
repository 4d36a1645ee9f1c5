"""Mailbox and simulator: what a real shop would not have."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from order_status_plugin.access.links import order_url
from order_status_plugin.simulator.scenarios import SCENARIOS
from order_status_plugin.tracking.models import Order

from . import playing
from .mailbox import letter, letters


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """List what was sent."""
    return render(request, "shop/mailbox.html", {"letters": letters()})


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
    orders: list[Any] = list(Order.objects.filter(read_at__isnull=False).order_by("-placed_at")[:60])
    rows = [{"order": order, "url": order_url(order)} for order in orders]
    context = {
        "scenarios": SCENARIOS.values(),
        "speeds": playing.SPEEDS,
        "rows": rows,
        "plays": playing.plays(),
        "chosen": request.GET.get("order", ""),
    }
    return render(request, "shop/simulator.html", context)


def _start(request: HttpRequest) -> HttpResponse:
    order = Order.objects.filter(pk=request.POST.get("order") or None).first()
    scenario = SCENARIOS.get(request.POST.get("scenario", ""))
    speed = playing.SPEEDS.get(request.POST.get("speed", ""))
    if order is None or scenario is None or speed is None:
        messages.error(request, "Choose an order, a scenario and a speed.")
    else:
        try:
            playing.play(order, scenario, speed, request.build_absolute_uri("/"))
            messages.success(request, f"“{scenario.title}” is playing for {order}. Open its status page and watch.")
        except playing.CannotPlay as error:
            messages.error(request, str(error))
    return redirect("simulator")
