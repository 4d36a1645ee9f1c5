"""The providers' side of this demo: what they remember of parcels, and how they answer when they are asked."""

from __future__ import annotations

from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from order_status_plugin.backends import get_source
from order_status_plugin.events import TrackingUpdate
from order_status_plugin.simulator.providers import play_for
from order_status_plugin.simulator.providers.base import Call, Reply
from order_status_plugin.simulator.providers.standard import StandardPlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.standard import Standard

from .models import CarriedParcel

#: Where the providers listen on this site, and nowhere else.
PREFIX = "/providers/"


class Remembered:
    """The providers' memory: the table of carried parcels. Each story is kept in the plugin's own documented JSON."""

    @staticmethod
    def keep(alias: str, update: TrackingUpdate) -> None:
        """Keep what is known of a parcel by now."""
        told = StandardPlay().body(update, "kept").decode()
        CarriedParcel.objects.update_or_create(alias=alias, number=update.tracking_number, defaults={"told": told})

    @staticmethod
    def known(alias: str) -> dict[str, TrackingUpdate]:
        """Return what a provider knows, by tracking number."""
        reader = Standard("memory", {})
        known = {}
        for parcel in CarriedParcel.objects.filter(alias=alias):
            (update,) = reader.parse(Webhook(body=parcel.told.encode(), headers={}))
            assert isinstance(update, TrackingUpdate)
            known[parcel.number] = update
        return known


def answer(call: Call) -> Reply:
    """Answer one call to ``/providers/<alias>/…`` as that provider does."""
    alias, _, rest = call.path.removeprefix(PREFIX).partition("/")
    try:
        play = play_for(get_source(alias))
    except KeyError:
        play = None
    if play is None:
        return Reply.of({"error": f"nobody listens at {PREFIX}{alias}/"}, 404)
    call = Call(method=call.method, path=f"/{rest}", query=call.query, headers=call.headers, body=call.body)
    return play.reply(call, Remembered.known(alias))


@csrf_exempt
def provider(request: HttpRequest, rest: str) -> HttpResponse:
    """Be the providers, for the worker that asks them."""
    reply = answer(
        Call(
            method=str(request.method),
            path=request.path,
            query=parse_qs(request.META.get("QUERY_STRING", ""), keep_blank_values=True),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.body,
        )
    )
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))
