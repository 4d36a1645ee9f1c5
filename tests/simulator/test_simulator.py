"""Scenarios reach the shop over HTTP, signed, in the words of the source that follows the parcel."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from order_status_plugin.access.links import link_for, order_url
from order_status_plugin.backends import get_source
from order_status_plugin.carriers.formats import FORMATS
from order_status_plugin.events import Headline, ParcelStatus, TrackingUpdate
from order_status_plugin.exceptions import PermanentFailure, TemporaryFailure
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.simulator.numbers import number_for
from order_status_plugin.simulator.play import CannotPlay, Simulator
from order_status_plugin.simulator.scenarios import SCENARIOS, Scan
from order_status_plugin.simulator.tell import Teller
from order_status_plugin.sources.base import Webhook
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, Parcel
from tests.orders import UPS, scan, sent, snapshot

pytestmark = pytest.mark.django_db

TOLD = TrackingUpdate(tracking_number=UPS, carrier="ups", scans=(scan(ParcelStatus.IN_TRANSIT),))


class Door(Teller):
    """Brings the webhooks to the door without a server between."""

    def __init__(self) -> None:
        super().__init__("http://testserver")
        self.bodies: list[dict[str, Any]] = []

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        assert Client().post(path, body, "application/json", headers=headers).status_code == 200
        self.bodies.append(json.loads(body))


def simulator(order: Order, door: Any, **more: Any) -> Simulator:
    said: list[str] = []
    return Simulator(order, door, say=said.append, sleep=lambda seconds: None, **more)


def test_the_calm_story_ends_delivered() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(),)))
    door = Door()
    simulator(order, door).play(SCENARIOS["calm"])
    parcel = Parcel.objects.get(order=order)
    assert parcel.status == ParcelStatus.DELIVERED
    order.refresh_from_db()
    assert order.headline == Headline.DELIVERED
    scans = [step for step in SCENARIOS["calm"].steps if isinstance(step, Scan)]
    assert [len(one["msg"]["checkpoints"]) for one in door.bodies] == list(range(1, len(scans) + 1))
    assert len({one["event_id"] for one in door.bodies}) == len(scans)


def test_the_attempt_is_counted_and_then_collected() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(),)))
    door = Door()
    simulator(order, door).play(SCENARIOS["attempt"])
    assert Parcel.objects.get(order=order).status == ParcelStatus.COLLECTED
    assert [one["msg"]["tag"] for one in door.bodies].count("AttemptFail") == 1


def test_the_last_van_drives_in_the_country_of_the_order() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(),)))
    door = Door()
    simulator(order, door).play(SCENARIOS["calm"])
    assert door.bodies[-1]["msg"]["checkpoints"][-1]["city"] == "Amsterdam"


def test_pauses_follow_the_speed() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(),)))
    slept: list[float] = []
    Simulator(order, Door(), speed=7200, say=lambda text: None, sleep=slept.append).play(SCENARIOS["calm"])
    hours = sum(step.pause for step in SCENARIOS["calm"].steps)
    assert sum(slept) == pytest.approx(hours / 2)


def test_without_a_shipment_it_says_what_to_do() -> None:
    order = record.order("shop", snapshot())
    with pytest.raises(CannotPlay, match="Record a shipment"):
        simulator(order, Door()).play(SCENARIOS["calm"])


def test_a_carrier_that_nobody_tracks_is_not_scanned() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(carrier="Ribeira Courier", number="RC123"),)))
    with pytest.raises(CannotPlay, match="no parcel that a source tracks"):
        simulator(order, Door()).play(SCENARIOS["calm"])


def test_a_shop_that_can_ship_ships() -> None:
    order = record.order("shop", snapshot())

    class Shipping(Simulator):
        def ship(self, what: str, carrier: str, number: str) -> str:
            parts = {"half": (("a", 2),), "rest": (("b", 1),)}
            shipped.append((what, carrier, number))
            acts = tuple(
                sent(f"f{place}", lines=parts[one[0]], carrier=one[1], number=one[2])
                for place, one in enumerate(shipped)
            )
            record.order("shop", snapshot(fulfillments=acts))
            return f"sent {what}"

    shipped: list[tuple[str, str, str]] = []
    Shipping(order, Door(), say=lambda text: None, sleep=lambda seconds: None).play(SCENARIOS["split"])
    assert [(what, carrier) for what, carrier, _ in shipped] == [("half", "UPS"), ("rest", "CTT")]
    order.refresh_from_db()
    statuses = {parcel.carrier: parcel.status for parcel in Parcel.objects.filter(order=order)}
    assert statuses["ups"] == ParcelStatus.DELIVERED
    assert statuses["ctt"] != ParcelStatus.DELIVERED


def test_nothing_left_to_send_is_no_parcel() -> None:
    order = record.order("shop", snapshot())

    class Empty(Simulator):
        def ship(self, what: str, carrier: str, number: str) -> str:
            return ""

    with pytest.raises(CannotPlay, match="no parcel that a source tracks"):
        Empty(order, Door(), say=print, sleep=lambda seconds: None).play(SCENARIOS["calm"])


def test_numbers_have_right_check_digits() -> None:
    assert all(FORMATS["ups-1z"].fits(number_for("ups")) for _ in range(50))
    assert all(FORMATS["s10"].fits(number_for("ctt")) and number_for("ctt").endswith("PT") for _ in range(50))
    assert all(FORMATS["fedex-12"].fits(number_for("fedex")) for _ in range(50))
    assert number_for("a carrier that nobody knows").isdigit()


# --- over HTTP -----------------------------------------------------------------------------------------


class Answering(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    got: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, raw))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    Answering.status, Answering.got[:] = 200, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_signs_the_very_bytes_it_sends(shop: str) -> None:
    Teller(shop).tell("aftership", TOLD)
    ((path, headers, raw),) = Answering.got
    assert path == "/orders/hooks/aftership/"
    get_source("aftership").verify(Webhook(body=raw, headers=headers))


@pytest.mark.parametrize(("status", "error"), [(503, TemporaryFailure), (400, PermanentFailure)])
def test_it_says_what_the_shop_answered(shop: str, status: int, error: type[Exception]) -> None:
    Answering.status = status
    with pytest.raises(error, match=str(status)):
        Teller(shop).tell("aftership", TOLD)


def test_a_shop_that_is_not_there_is_a_temporary_failure() -> None:
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        Teller("http://127.0.0.1:9/").tell("aftership", TOLD)


# --- the command ---------------------------------------------------------------------------------------


def simulate(*arguments: str) -> str:
    out = io.StringIO()
    call_command("order_status_simulate", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("given", [Order.__str__, link_for, order_url, lambda order: "ts-20418"])
def test_the_command_plays_over_http(shop: str, given: Any) -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(),)))
    said = simulate("--scenario=calm", f"--order={given(order)}", "--speed=1e9", f"--base-url={shop}")
    assert len(Answering.got) == 7
    assert "A calm delivery: over." in said


def test_the_command_lists_the_scenarios() -> None:
    said = simulate()
    assert all(scenario.name in said and scenario.tells in said for scenario in SCENARIOS.values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scenario=calm"], "both --scenario and --order"),
        (["--scenario=storm", "--order=TS-20418"], "invalid choice"),
        (["--scenario=calm", "--order=TS-1"], "no order 'TS-1'"),
        (["--scenario=calm", "--order=TS-20418", "--speed=0"], "greater than 0"),
        (["--scenario=calm", "--order=TS-20418", "--through=other"], "no source 'other'"),
        (["--scenario=calm", "--order=TS-20418", "--through=manual"], "no parcel that manual tracks"),
        (["--scenario=calm", "--order=TS-20418", "--base-url=http://127.0.0.1:9"], "cannot be reached"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], message: str) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    with pytest.raises(CommandError, match=message):
        simulate(*arguments, *([] if any("speed" in one for one in arguments) else ["--speed=1e9"]))


def test_the_command_asks_for_the_link_when_two_hosts_use_a_number(settings: Any) -> None:
    settings.ORDER_STATUS = settings.ORDER_STATUS | {
        "HOSTS": {alias: {"BACKEND": f"{DemoHost.__module__}.DemoHost"} for alias in ("shop", "market")}
    }
    for alias in ("shop", "market"):
        record.order(alias, snapshot())
    with pytest.raises(CommandError, match="give its link"):
        simulate("--scenario=calm", "--order=TS-20418")


def test_the_command_goes_to_the_wagtail_site(monkeypatch: pytest.MonkeyPatch) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    asked: list[str] = []

    def keep(self: Teller, path: str, body: bytes, headers: dict[str, str]) -> None:
        asked.append(self.base_url + path)

    monkeypatch.setattr(Teller, "post", keep)
    simulate("--scenario=calm", "--order=TS-20418", "--speed=1e9")
    assert set(asked) == {"http://localhost/orders/hooks/aftership/"}


def test_ctrl_c_ends_the_command_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))

    def stop(self: Any, scenario: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Simulator, "play", stop)
    assert "Stopped." in simulate("--scenario=calm", "--order=TS-20418", "--speed=1e9")
