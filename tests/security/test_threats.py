"""One test for each incident at others from which this product learned, and for each attacker of its threat model.

A test's name begins with the incident's number, or with ``threat_`` and the row of the table in docs/security.md.
"""

from __future__ import annotations

import ast
import datetime as dt
import hmac
import re
import string
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Permission
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone

import order_status_plugin
from order_status_plugin import keys
from order_status_plugin.access import (
    claims,
    devices,
    ending,
    erase,
    grants,
    identify,
    limits,
    links,
    sharing,
    tiers,
    tokens,
)
from order_status_plugin.access.audit import SYSTEM
from order_status_plugin.access.headers import KEPT_FOR_EVER
from order_status_plugin.access.models import AttemptCount, Device, Grant, MailedCode, ShareLink, StaffView
from order_status_plugin.channels.webpush import WebPushChannel, make_key
from order_status_plugin.events import ParcelStatus, Tier
from order_status_plugin.exceptions import UnreadableMessage
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages import relay, requests
from order_status_plugin.messages.ledger import ConsentEntry
from order_status_plugin.messages.models import MessageAttempt, OutboxMessage
from order_status_plugin.messages.stop import stop_token
from order_status_plugin.security import crawl, surface
from order_status_plugin.security.canaries import Bird
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, OrderContact, TrackingEvent
from order_status_plugin.view.build import build
from tests import orders as shop
from tests.access.orders import EMAIL, let_in, placed
from tests.channels.devices import Device as Browser
from tests.cms.brands import brand
from tests.intake import signed

from .visits import leaks, rows, with_doctor

pytestmark = pytest.mark.django_db

PACKAGE = Path(order_status_plugin.__file__).parent
COOKIE = "__Host-order-status"


@pytest.fixture
def bird(settings: Any) -> Bird:
    with_doctor(settings)
    bird = Bird()
    bird.make_ready()
    return bird


def page(order: Order, client: Client | None = None, **more: Any) -> str:
    return (client or Client()).get(links.order_path(order), secure=True, **more).content.decode()


def told(bird: Bird, client: Client | None = None) -> list[str]:
    return leaks(bird, page(bird.order, client))


# --- incidents at others ----------------------------------------------------------------------------------


def test_cve_2026_24136_an_id_is_not_authorisation_and_redaction_denies_by_default(bird: Bird) -> None:
    """Saleor: order() gave everybody's personal data to whoever had an id."""
    client = Client()
    for path in (f"/orders/{bird.order.pk}/", f"/orders/{bird.order.locator}/", f"/orders/{bird.order.reference}/"):
        assert client.get(path).status_code == 404
    assert told(bird) == []
    public = build(bird.order, Tier.PUBLIC)
    assert public.private is None
    assert {(p.tracking_number, p.tracking_url, p.signed_by, p.pickup_place) for p in public.parcels} == {("",) * 4}


def test_cve_2020_7964_a_request_cannot_name_another_owners_object() -> None:
    """Saleor: a checkout could be attached to somebody else's account."""
    mine, other = placed("TS-1"), placed("TS-2", "tom@example.org")
    client = Client()
    client.cookies.load(let_in(mine))
    (grant,) = [Grant.objects.create(**_grant_of(other))]
    shared = sharing.make(other, ShareLink.Scope.ARRIVAL, 7)
    client.post(f"{links.order_path(mine)}devices/", {"device": grant.pk}, secure=True)
    client.post(f"{links.order_path(mine)}share/end/", {"link": shared.pk}, secure=True)
    assert Grant.objects.filter(pk=grant.pk).exists()
    assert ShareLink.objects.get(pk=shared.pk).revoked_at is None


def _grant_of(order: Order) -> dict[str, Any]:
    now = timezone.now()
    device = Device.objects.create(token_hash="f" * 64, created_at=now, last_seen_on=now.date())
    return {
        "device": device,
        "order": order,
        "method": Grant.Method.IDENTIFIED,
        "created_at": now,
        "last_used_on": now.date(),
        "expires_at": now + dt.timedelta(days=1),
    }


def test_cve_2024_29888_a_pickup_place_is_private(bird: Bird) -> None:
    """Saleor: click and collect showed another customer's address."""
    client = Client()
    client.cookies.load(let_in(bird.order))
    assert "pickup place" in told(bird, client)
    assert "pickup place" not in told(bird)


def test_cve_2023_32694_digests_are_compared_in_constant_time() -> None:
    """Saleor: a webhook's HMAC was compared with ==."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        if path.parts[-2] not in {"access", "messages", "aftership", "intake"} and path.name not in {"keys.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
                calls = [side for side in sides if ".mac(" in side or "hmac.new" in side or "hexdigest" in side]
                if calls:
                    found.append(f"{path.name}:{node.lineno} {sides}")
    assert found == []
    sources = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    assert sources.count("compare_digest") >= 8


def test_cve_2026_22849_hosts_and_carriers_words_are_escaped() -> None:
    """Saleor: rich text was printed as it came."""
    nasty = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    order = record.order("shop", shop.snapshot(lines=(shop.line("a", title=nasty), shop.line("b", personal_text=nasty)),
                                               fulfillments=(shop.sent(),)))  # fmt: skip
    record.tracking("aftership", shop.update(shop.scan(ParcelStatus.IN_TRANSIT, message=nasty), next_step=nasty))
    client = Client()
    client.cookies.load(let_in(order))
    for html in (page(order), page(order, client)):
        assert "&lt;script&gt;" in html
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_cve_2026_48744_an_empty_list_permits_nothing(settings: Any) -> None:
    """Saleor: all([]) is True in a permission check."""
    order = placed()
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": {}}
    assert identify.check(None, "TS-20418", EMAIL, "192.0.2.1") is None
    assert identify.match(order, "", "").orders == ()
    nobody = get_user_model().objects.create_user("nobody")
    assert not tiers.viewer_for(_as(nobody), order).way


def _as(user: Any) -> Any:
    request = RequestFactory().get("/", secure=True)
    request.user = user
    return request


@pytest.mark.parametrize("incident", ["cve_2026_33756", "cve_2026_35401"])
def test_cve_2026_33756_and_35401_one_request_is_one_attempt(incident: str) -> None:
    """Saleor: batches and aliases put many operations into one request that counted once."""
    order = placed()
    many = {"number": [f"TS-{n}" for n in range(40)] + ["TS-20418", "x"], "email": [EMAIL] * 42}
    Client().post(f"{links.order_path(order)}identify/", many, secure=True)
    assert not Grant.objects.exists()
    assert set(AttemptCount.objects.values_list("count", flat=True)) == {1}


@pytest.mark.parametrize("incident", ["cve_2025_15033", "cve_2023_7320"])
def test_cve_2025_15033_and_2023_7320_being_logged_in_is_not_ownership(incident: str) -> None:
    """WooCommerce: any logged-in customer read guests' orders."""
    user = get_user_model().objects.create_user("ana")
    guests, anas = placed("TS-1"), placed("TS-2", customer=str(user.pk))
    assert tiers.tier_for(_as(user), guests) is Tier.PUBLIC
    assert tiers.tier_for(_as(user), anas) is Tier.PRIVATE
    assert tiers.tier_for(_as(AnonymousUser()), anas) is Tier.PUBLIC


def test_cve_2020_29156_the_status_in_any_form_needs_the_link(bird: Bird) -> None:
    """WooCommerce: the status of any order, by its id."""
    wrong = bird.link[:-4] + ("AAAA" if not bird.link.endswith("AAAA") else "BBBB")
    for tail in ("", "live/", "share/", "identify/"):
        assert Client().get(f"/orders/{wrong}/{tail}").status_code == 404
    assert set(Client().get(f"{bird.path}live/").json()) == {"version", "epoch"}  # the second is the whole shop's


def test_cve_2026_93746_an_email_alone_never_unlocks() -> None:
    """WebToffee: documents were given to whoever knew the billing email."""
    order = placed()
    client = Client()
    client.post("/orders/", {"email": EMAIL}, secure=True)
    client.post(f"{links.order_path(order)}identify/", {"email": EMAIL}, secure=True)
    answer = client.post("/orders/links/", {"email": EMAIL}, secure=True)
    assert not Grant.objects.exists()
    assert links.link_for(order) not in answer.content.decode()


def test_cve_2026_92436_nobody_learns_whether_an_email_shops_here() -> None:
    """Mailchimp for WooCommerce: a cart keyed on an email's hash confirmed membership."""
    placed()
    token = re.compile(r'value="[\w-]{32,}"|value=[\w-]{32,}')
    for path, fields in (
        ("/orders/links/", {}),
        ("/orders/", {"number": "TS-9"}),
        ("/orders/code/ask/", {"number": "TS-20418"}),
    ):
        answers = []
        for email in (EMAIL, "stranger@example.org"):
            answer = Client().post(path, {**fields, "email": email}, secure=True)
            names = sorted((name, morsel["max-age"]) for name, morsel in answer.cookies.items())
            answers.append((answer.status_code, token.sub("", answer.content.decode()), dict(answer.headers), names))
        assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "token", ["", "%20", "null", "None", "0", "undefined", "%00", "[]", "%E2%80%8B", "=" * 43, "A" * 43]
)
def test_cve_2020_26223_an_empty_token_is_no_token(token: str) -> None:
    """Spree: the order status API took an empty string for one."""
    placed()
    Order.objects.filter(locator="").delete()
    for address in (
        "/orders/{}/live/",
        "/orders/{}/share/",
        "/orders/share/{}/",
        "/orders/devices/{}/",
        "/orders/unsubscribe/{}/",
    ):
        assert Client().get(address.format(token)).status_code == 404
    request = RequestFactory().get("/", secure=True)
    request.COOKIES[COOKIE] = token
    Device.objects.create(token_hash="", created_at=timezone.now(), last_seen_on=timezone.now().date())
    assert not grants.holds(request, Order.objects.get())


class _Numberless(AnonymousUser):
    is_authenticated = True  # and still without a primary key


@pytest.mark.parametrize("incident", ["cve_2026_22589", "cve_2026_22588", "cve_2026_25758"])
def test_cve_2026_22589_22588_and_25758_none_is_not_equal_to_none(incident: str) -> None:
    """Spree: a guest's user id nil equalled every other guest's."""
    order, other = placed("TS-1", ""), placed("TS-2", "")
    OrderContact.objects.update(customer_reference="", email_digest="", checkout_email_digest="")
    assert tiers.tier_for(_as(_Numberless()), order) is Tier.PUBLIC
    assert identify.check(other, "TS-2", "", "192.0.2.1") is None
    assert identify.check(None, "", "", "192.0.2.1") is None


@pytest.mark.parametrize("incident", ["cve_2020_26224", "cve_2019_13461", "cve_2024_34717", "cve_2023_30195"])
def test_cve_2020_26224_2019_13461_2024_34717_and_2023_30195_an_error_in_the_checker_denies(
    incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PrestaShop: a checker that failed, or a key of any value, let through."""
    user = get_user_model().objects.create_user("ana")
    order = placed(customer=str(user.pk))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    assert "Nora" in page(order, client) or "TS-20418" in page(order, client)

    def broken(*args: object) -> bool:
        raise RuntimeError("the host is down")

    monkeypatch.setattr("order_status_plugin.hosts.demo.DemoHost.owns", broken)
    answer = client.get(links.order_path(order), secure=True)
    assert "TS-20418" not in answer.content.decode()
    assert "Content-Security-Policy" in answer.headers


def test_prestashop_42352_no_lasting_secret_in_an_address_unlocks(bird: Bird) -> None:
    """PrestaShop: the key in a confirmation's address opens the invoice for ever."""
    code = claims.code_for(bird.order.host, bird.order.reference)
    addresses = [
        bird.path,
        f"/orders/claim/?code={code}",
        f"{bird.path}?number={bird.number}&email={bird.email}",
        sharing.path_of(bird.shares[0]),
        f"/orders/devices/{ending.token_for(bird.order, timezone.now())}/",
        f"/orders/unsubscribe/{stop_token(bird.order, 'email')}/",
    ]
    client = Client()
    for address in addresses:
        answer = client.get(address, secure=True, follow=True)
        assert leaks(bird, answer.content.decode()) == []
    assert not Grant.objects.exists()


@pytest.mark.parametrize("incident", ["ghsa_3pgc_7jf3_5x5g", "cve_2021_28583", "cve_2026_9712"])
def test_ghsa_3pgc_7jf3_5x5g_cve_2021_28583_and_2026_9712_no_file_lies_outside_of_the_gate(incident: str) -> None:
    """Magento, pretix: documents under names that can be guessed, or without their owner's check."""
    from django.apps import apps
    from django.db.models import FileField

    ours = apps.get_app_config("order_status_plugin").get_models()
    assert [field for model in ours for field in model._meta.get_fields() if isinstance(field, FileField)] == []
    assert {kind for route in surface.ROUTES.values() for kind in route.formats} <= {
        surface.HTML, surface.JSON, surface.TEXT, surface.CSS, surface.SCRIPT, surface.MANIFEST, surface.WALLET,
        "text/event-stream", "text/calendar",
    }  # fmt: skip


@pytest.mark.parametrize("incident", ["cve_2026_31820", "cve_2026_31867", "cve_2026_21447"])
def test_cve_2026_31820_31867_and_21447_a_long_id_is_still_not_ownership(incident: str) -> None:
    """Sylius, Craft, Bagisto: whoever had a cart's long number had the cart."""
    one, two = placed("TS-1"), placed("TS-2", "tom@example.org")
    client = Client()
    client.cookies.load(let_in(one))
    assert "TS-1" in page(one, client)
    assert "TS-2" not in page(two, client)
    for tail in ("renew/", "share/", "devices/", "forget/", "share/end/"):
        client.post(f"{links.order_path(two)}{tail}", {"others": "1", "days": "7", "link": "1"}, secure=True)
    two.refresh_from_db()
    assert two.link_version == 1
    assert not ShareLink.objects.filter(order=two).exists()


def test_cve_2026_2415_words_of_an_order_are_never_a_template() -> None:
    """pretix: placeholders with a dunder chain read the server's internals."""
    words = "{{ order.__class__ }} {order.__init__.__code__.co_filename} {% debug %} %(shop)s ${x}"
    contact = shop.snapshot().contact
    named = type(contact)(name=words, email=contact.email)
    order = record.order("shop", shop.snapshot(lines=(shop.line("a", title=words),), contact=named))
    assert words in page(order).replace("&#x27;", "'")
    relay.drain()
    (sent,) = mail.outbox
    assert "co_filename}" in sent.body
    assert "/events.py" not in sent.body + sent.subject
    code = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    assert "format_map(" not in code
    assert "from_string(" not in code


def test_cve_2025_68113_a_mac_binds_each_part_and_its_length() -> None:
    """ALTCHA: parts could be moved from one parameter into the next, and solved challenges used again."""
    key = keys.signing_key()
    assert key.mac("p", "ab", "c") != key.mac("p", "a", "bc")
    assert key.mac("pa", "b") != key.mac("p", "ab")
    order = placed()
    assert tokens.read("share", tokens.write("end devices", bytes(12)), 12) is None
    claim = claims.read(claims.code_for(order.host, order.reference))
    assert [claims.spend(claim), claims.spend(claim)] == [True, False]


def test_woocommerce_page_cache_serves_nobody_elses_page(settings: Any) -> None:
    """WooCommerce: a page cache handed one customer's order to the next."""
    order = placed()
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    cache.clear()
    owner = Client()
    owner.cookies.load(let_in(order))
    assert "TS-20418" in page(order, owner)
    assert "TS-20418" not in page(order)


def test_www_2020_a_tracking_number_is_a_key_and_private(bird: Bird) -> None:
    """Carriers show names and streets to whoever guesses a number (doi 10.1145/3366423.3380062)."""
    assert not {"tracking number", "tracking address"} & set(told(bird))
    assert "carrier.example" not in page(bird.order)


def test_dpd_2021_no_place_below_the_country_and_json_is_as_bare_as_html(bird: Bird) -> None:
    """DPD: a map picture gave the postcode, and the postcode gave name and phone."""
    found = told(bird) + leaks(bird, Client().get(f"{bird.path}live/").content.decode())
    assert [what for what in found if "city" in what or "post" in what or "place" in what] == []
    assert "<svg class=map" not in page(bird.order)


def test_pbt_parcelforce_and_posten_norge_who_signed_is_private(bird: Bird) -> None:
    """Names and signatures by counting up a reference."""
    bird.deliver()
    assert told(bird) == []
    client = Client()
    client.cookies.load(let_in(bird.order))
    assert "signed by" in told(bird, client)


def test_leakylinks_a_link_that_became_public_tells_nothing_personal(bird: Bird) -> None:
    """IEEE S&P 2026, arXiv 2602.21826, urlscan: assume that every mailed link is read by strangers."""
    answer = Client().get(bird.path)
    assert leaks(bird, f"{answer.headers}{answer.content.decode()}") == []
    assert "noindex" in answer.headers["X-Robots-Tag"]


# --- the threat model -------------------------------------------------------------------------------------


def test_threat_01_a_leaked_link_shows_no_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("order", "live", "share", "StatusPageView")
    monkeypatch.setattr(crawl, "ROUTES", {name: surface.ROUTES[name] for name in names})
    monkeypatch.setattr(crawl, "served", lambda: list(names))
    assert list(crawl.run().problems) == []


def test_threat_02_guessed_and_mutated_links_open_nothing(volume_once: str, django_assert_num_queries: Any) -> None:
    good, pick = links.link_for(placed()), Random(2)
    alphabet = string.ascii_letters + string.digits + "-_"
    with django_assert_num_queries(0):
        for _ in range(1_000_000 if volume_once == "full" else 20_000):
            at = pick.randrange(len(good))
            wrong = (
                good[:at] + pick.choice(alphabet) + good[at + 1 :]
                if pick.random() < 0.7
                else "".join(pick.choices(alphabet, k=43))
            )
            assert wrong == good or links.read_link(wrong) is None


def six_failures() -> list[tuple[str, str]]:
    """Return number and email of each way to fail at the look-up: unknown, wrong, locked, revoked, expired, erased."""
    placed()
    locked, revoked, expired, erased = (placed(f"TS-{n}") for n in range(5, 9))
    AttemptCount.objects.create(key=f"order:{locked.pk}", window=limits.LIFE, count=50)
    record.revoke_link(revoked)
    Order.objects.filter(pk=expired.pk).update(grants_ended_at=timezone.now())
    erase.erase(erased, SYSTEM)
    wrong = "x@example.org"
    return [("TS-1", EMAIL), ("TS-20418", wrong), ("TS-5", EMAIL), ("TS-6", wrong), ("TS-7", wrong), ("TS-8", EMAIL)]


def test_threat_03_whoever_has_lists_but_no_link_learns_nothing() -> None:
    answers = set()
    for at, (number, email) in enumerate(six_failures()):
        fields = {"number": number, "email": email}
        answer = Client().post("/orders/", fields, secure=True, REMOTE_ADDR=f"192.0.2.{at}")
        body = re.sub(rb'value="?[\w-]{32,}"?', b"", answer.content)
        assert answer.status_code == 422
        answers.add((body, tuple(answer.headers.items()), tuple(answer.cookies)))
    assert len(answers) == 1


def test_threat_04_who_has_link_and_email_gets_fifty_guesses_for_ever() -> None:
    order = placed()
    accepted = 0
    for day in range(8):
        for hour in (1, 5, 9, 13, 17):
            with time_machine.travel(dt.datetime(2026, 12, 1 + day, hour, tzinfo=dt.UTC), tick=False):
                for guess in range(9):
                    asked = identify.match(order, f"TS-{guess}", EMAIL)
                    limit = limits.identification(
                        asked.subjects, f"{day}{hour}{guess}", f"198.51.{day}.{hour * 9 + guess}"
                    )
                    accepted += limits.take(limit)
    assert accepted == 50


def test_threat_05_a_troll_locks_nobody_out() -> None:
    order = placed()
    ordering = let_in(order, Grant.Method.CLAIM)
    for guess in range(40):
        Client().post(
            f"{links.order_path(order)}identify/",
            {"number": "TS-9", "email": f"{guess}@x.org"},
            REMOTE_ADDR=f"198.51.100.{guess}",
        )
    owner = Client()
    owner.cookies.load(ordering)
    assert "TS-20418" in page(order, owner)
    other = Client(REMOTE_ADDR="203.0.113.7")
    given = {"number": "TS-20418", "email": EMAIL}
    other.post(f"{links.order_path(order)}identify/", given, secure=True)
    assert "TS-20418" not in page(order, other)
    other.post(f"{links.order_path(order)}code/", given, secure=True)
    requests.answer()
    relay.drain()
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mail.outbox[-1].body)[0]
    other.post("/orders/code/", {"code": code}, secure=True)
    assert "TS-20418" in page(order, other)


def test_threat_06_a_scanner_changes_nothing(bird: Bird) -> None:
    before = rows({"KeptPage"})
    for method in ("head", "get", "options"):
        for path in (bird.path, f"{bird.path}share/", sharing.path_of(bird.shares[0])):
            getattr(Client(), method)(path, secure=True)
    assert rows({"KeptPage"}) == before


@pytest.mark.parametrize(
    "who", ["guest", "user", "other customer", "device of another order", "device of another shop"]
)
@pytest.mark.parametrize("tail", ["", "share/", "live/", "identify/", "devices/", "renew/", "forget/", "code/"])
def test_threat_07_another_customer_and_another_shop_see_the_public_page(settings: Any, who: str, tail: str) -> None:
    with_doctor(settings)
    bird = Bird()
    client = Client(raise_request_exception=False)
    if who in ("user", "other customer"):
        user = get_user_model().objects.create_user("tom")
        client.force_login(user)
        if who == "other customer":
            placed("TS-2", "tom@example.org", customer=str(user.pk))
    if who.startswith("device"):
        same = {"host": bird.order.host} if who.endswith("order") else {}
        client.cookies.load(let_in(placed(bird.number, bird.email, reference="another", **same)))
    for method in ("get", "post"):
        answer = getattr(client, method)(f"{bird.path}{tail}", {"others": "1", "days": "7"}, secure=True, follow=True)
        assert leaks(bird, answer.content.decode()) == []
    assert len(sharing.living(bird.order)) == 2


def test_threat_08_a_stolen_planted_or_shared_cookie_is_worth_little() -> None:
    order = placed()
    victim = Client()
    victim.cookies[COOKIE] = planted = "A" * 43  # by an attacker, before
    victim.post(f"{links.order_path(order)}identify/", {"number": "TS-20418", "email": EMAIL}, secure=True)
    morsel = victim.cookies[COOKIE]
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"], morsel["domain"]) == (
        True,
        True,
        "Lax",
        "/",
        "",
    )
    assert morsel.value != planted
    attacker = Client()
    attacker.cookies[COOKIE] = planted
    assert "TS-20418" not in page(order, attacker)
    assert morsel.value not in str(Device.objects.values())
    stolen = Client()
    stolen.cookies[COOKIE] = morsel.value
    victim.post(f"{links.order_path(order)}forget/", secure=True)
    assert "TS-20418" not in page(order, stolen)
    again = let_in(order)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        stolen.cookies.load(again)
        assert "TS-20418" not in page(order, stolen)


@pytest.mark.parametrize(
    "tail",
    ["x.css", "x.css/", "/x.css", ";x.css", "%2Fx.css", "%00.css", "%3B.js", "identify/x.png", ".jpg", "%23.css"],
)
def test_threat_09_what_a_cache_takes_for_a_file_is_not_there(tail: str) -> None:
    order = placed()
    client = Client()
    client.cookies.load(let_in(order))
    for path in (f"{links.order_path(order)}{tail}", f"{links.order_path(order).rstrip('/')}{tail}"):
        answer = client.get(path, secure=True)
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store, private"
        for header in crawl.HEADERS:
            assert header in answer.headers
        assert "TS-20418" not in answer.content.decode()


def test_threat_09_only_a_stylesheet_may_be_kept_and_it_knows_nobody(bird: Bird) -> None:
    """One named exception to no-store: asked for as anybody, with anything, it is the same bytes and sets nothing."""
    assert [name for name, route in surface.ROUTES.items() if route.is_kept] == ["style"]
    brand()
    (address, never) = (visit.path for visit in surface.ROUTES["style"].visits(bird))
    owner, staff = Client(), Client()
    owner.cookies.load(let_in(bird.order))
    staff.force_login(get_user_model().objects.create_superuser("root"))
    answers = []
    for client in (Client(), owner, staff):
        for more in ({}, {"HTTP_ACCEPT_LANGUAGE": "ar"}, {"HTTP_X_FORWARDED_HOST": "evil.example"}):
            answer = client.get(f"{address}?lang=fr&x={bird.link}", secure=True, **more)
            assert answer.headers["Cache-Control"] == KEPT_FOR_EVER
            assert not answer.cookies
            answers.append(answer.content)
    assert len(set(answers)) == 1
    assert leaks(bird, answers[0].decode()) == []
    for path in (never, f"{address}/", f"{address}x", address.replace("/style/", f"/{bird.link}/")):
        assert Client().get(path, secure=True).headers["Cache-Control"] == "no-store, private"
    assert owner.post(address, secure=True).headers["Cache-Control"] == "no-store, private"


def test_what_may_be_kept_elsewhere_is_found_by_the_self_check(bird: Bird, monkeypatch: pytest.MonkeyPatch) -> None:
    brand()
    monkeypatch.setattr(crawl, "ROUTES", {"style": replace(surface.ROUTES["style"], is_kept=False)})
    monkeypatch.setattr(crawl, "served", lambda: ["style"])
    assert any("style" in each and "may be stored" in each for each in crawl.run().problems)


@pytest.mark.usefixtures("unlogged")
def test_threat_10_forged_replayed_and_shuffled_webhooks_have_one_effect(client: Client, volume_once: str) -> None:
    """Each hundredth comes in by the whole way, the others by the view alone: that takes a quarter of the time."""
    body = (
        b'{"id": "a1", "msg": {"id": "t1", "tracking_number": "1Z999AA10123456784", "slug": "ups", "tag": "InTransit"}}'
    )
    headers = signed.signed(body)
    for _turn in range(3):
        answer = client.post(signed.URL, body, content_type="application/json", headers=headers)
        assert answer.status_code in (200, 202)
    assert InboxMessage.objects.count() == 1
    pick, door, write = Random(10), resolve(signed.URL), RequestFactory(headers=headers)
    for turn in range(100_000 if volume_once == "full" else 500):
        at = pick.randrange(len(body))
        forged = body[:at] + bytes([body[at] ^ (1 << pick.randrange(8))]) + body[at + 1 :]
        if turn % 100:
            answer = door.func(
                write.post(signed.URL, forged, content_type="application/json"), *door.args, **door.kwargs
            )
        else:
            answer = client.post(signed.URL, forged, content_type="application/json", headers=headers)
        assert answer.status_code == 400
    assert InboxMessage.objects.count() == 1
    assert not TrackingEvent.objects.exists()


def test_threat_11_nothing_inline_and_no_script_from_words() -> None:
    order = record.order("shop", shop.snapshot(lines=(shop.line("a", title="</title><script>1</script>"),)))
    for html in (page(order), Client().get("/orders/").content.decode()):
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", html) == []
    relay.drain()
    assert "\n" not in mail.outbox[0].subject


def test_threat_12_no_address_that_somebody_gives_is_fetched() -> None:
    """What opens connections: the simulator's own client, and one module that calls what OPTIONS name, nobody's input.

    Where staff give the address (webhook endpoints), ``public`` lets it lead to the internet alone.

    A browser gives the address of its push service: it is called where it stands on a list (tests/channels/test_webpush.py
    has all the ways of writing another one).
    """
    opens = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")
             if re.search(r"^\s*(import|from) (requests|urllib\.request|http\.client|socket|httpx|aiohttp)\b", path.read_text(), re.M)}  # fmt: skip
    ours = ("simulator/", "testing/", "worker/", "live/")
    assert {name for name in opens if not name.startswith(ours)} == {"http.py", "http2.py", "public.py"}
    push = WebPushChannel("push", {"private_keys": [make_key()[0]]})
    with pytest.raises(UnreadableMessage, match="is not among the push services"):
        push.subscription(Browser("https://169.254.169.254/latest/meta-data/").says())


def test_threat_13_mails_are_capped_and_go_to_contacts_of_the_order_only() -> None:
    order = placed()
    for number in range(60):
        address = f"198.51.100.{number}"
        Client().post("/orders/links/", {"email": EMAIL}, REMOTE_ADDR=address)
        Client().post(f"{links.order_path(order)}code/", {"number": "TS-20418", "email": EMAIL}, REMOTE_ADDR=address)
        Client().post("/orders/code/ask/", {"number": "TS-20418", "email": "pump@example.org"}, REMOTE_ADDR=address)
    requests.answer()
    relay.drain()
    assert {tuple(each.to) for each in mail.outbox} == {(EMAIL,)}
    assert len(mail.outbox) <= 6 + 5


def test_threat_14_a_stolen_database_opens_nothing(bird: Bird) -> None:
    client = Client()
    client.cookies.load(let_in(bird.order))
    Client().post(f"{bird.path}code/", {"number": bird.number, "email": bird.email}, secure=True)
    row = MailedCode.objects.get()
    from order_status_plugin.access import codes

    dump = str(rows(set()))
    for secret in (
        bird.link,
        client.cookies[COOKIE].value,
        codes.text_of(row),
        sharing.path_of(bird.shares[0]).split("/")[-2],
    ):
        assert secret not in dump
    forged = hmac.new(b"a guess", b"", "sha256").hexdigest()
    assert links.read_link(forged[:43]) is None


def test_threat_15_what_was_owed_before_a_crash_is_sent_after_it_once() -> None:
    record.order("shop", shop.snapshot())
    OutboxMessage.objects.update(leased_until=timezone.now() - dt.timedelta(minutes=1), lease="dead worker")
    relay.drain()
    relay.drain()
    assert len(mail.outbox) == 1
    assert MessageAttempt.objects.count() == 1


def test_threat_16_who_said_stop_is_not_written_to_and_who_was_erased_is_gone(bird: Bird) -> None:
    Client().post(f"/orders/unsubscribe/{stop_token(bird.order, 'email')}/", {"List-Unsubscribe": "One-Click"})
    assert not ConsentEntry.objects.get().is_given
    relay.drain()
    assert mail.outbox == []
    erase.erase(bird.order, SYSTEM)
    dump = str(rows(set()))
    kept = {each.what for each in bird.canaries if each.text in dump}
    # What was sold stays for the books of the shop, and names nobody.
    assert kept <= {"item title", "unit price", "line total", "items total", "delivery price", "tax", "total"}


def test_threat_17_log_referrer_and_others_learn_no_link(bird: Bird, caplog: Any) -> None:
    answer = Client().get(f"{bird.path}x/")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert bird.link not in caplog.text
    assert caplog.records
    policy = Client().get(bird.path).headers["Content-Security-Policy"]
    assert not re.search(r"https?:|\*|unsafe", policy)


def test_threat_18_every_failure_costs_the_same_hashes_and_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    Client().get("/orders/")  # a process reads the look of the site once, whoever asks
    work = set()
    real = hmac.new
    for number, email in six_failures():
        hashes: list[int] = []
        with monkeypatch.context() as patch, CaptureQueriesContext(connection) as captured:
            patch.setattr(hmac, "new", lambda *args, hashes=hashes: hashes.append(1) or real(*args))
            Client().post("/orders/", {"number": number, "email": email}, secure=True)
        work.add((len(hashes), len(captured)))
    assert len(work) == 1


def test_staff_look_without_side_effects_and_it_is_logged(bird: Bird) -> None:
    user = get_user_model().objects.create_user("sam")
    user.user_permissions.add(Permission.objects.get(codename="view_status_page"))
    client = Client()
    client.force_login(user)
    before = rows({"KeptPage", "StaffView"})
    assert "order number" in told(bird, client)
    client.get(f"{bird.path}?as=public", secure=True)
    client.get(f"{bird.path}?as=customer", secure=True)
    assert rows({"KeptPage", "StaffView"}) == before
    assert sorted(StaffView.objects.values_list("viewed_as", flat=True)) == ["private", "public", "staff"]
    assert devices.COOKIE not in client.cookies
