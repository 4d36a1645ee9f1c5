"""The self-check finds nothing in the product, and finds what is put there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from wagtail.models import Page, Site

from order_status_plugin import urls as ours
from order_status_plugin.access.headers import Secure
from order_status_plugin.events import ContactSnapshot
from order_status_plugin.messages import compose, suppression
from order_status_plugin.messages.recipient import known
from order_status_plugin.messages.suppression import Reason
from order_status_plugin.page import editors, share, views
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.security import crawl, surface
from order_status_plugin.security.canaries import Canary, Text
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, OrderContact
from order_status_plugin.worker import health
from tests.access.orders import placed, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Visit two addresses, so that a leak is found soon."""
    names = ("order", "shared")
    monkeypatch.setattr(crawl, "ROUTES", {name: surface.ROUTES[name] for name in names})
    monkeypatch.setattr(crawl, "served", lambda: list(names))


def editors_page(slug: str = "my-order", hostname: str = "") -> OrderStatusPage:
    """Let the editors publish a page, on the shop's first site or on one more."""
    home = Site.objects.get(is_default_site=True).root_page
    if hostname:
        home = home.get_parent().add_child(instance=Page(title=hostname, slug="elsewhere"))
        Site.objects.create(hostname=hostname, port=8443, root_page=home)
    page: OrderStatusPage = home.add_child(instance=OrderStatusPage(title="Where is my order?", slug=slug))
    return page


def problems() -> str:
    return "\n".join(crawl.run().problems)


def count() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def test_no_address_tells_anybody_more_than_it_may_and_nothing_of_the_check_stays(volume: str) -> None:
    before = count()
    said = StringIO()
    languages = ("--language", "en", "--language", "fr")
    call_command("order_status_doctor", "--leaks", *(languages if volume == "full" else languages[2:]), stdout=said)
    assert "Nothing personal where it must not be." in said.getvalue()
    assert "ready for pickup, delivered, erased" in said.getvalue()
    assert count() == before


def test_every_address_is_classified() -> None:
    assert sorted(surface.served()) == sorted(surface.ROUTES)


@pytest.mark.usefixtures("few")
def test_the_pages_that_editors_own_are_visited_on_every_site() -> None:
    without = crawl.run(["en", "fr"])
    assert without.routes == 2
    editors_page("a-draft").unpublish()
    assert crawl.run(["en", "fr"]).requests == without.requests
    pages = [editors_page(), editors_page("track", "porto.example")]
    before = count()
    report = crawl.run(["en", "fr"])
    assert not report.problems
    assert report.routes == 4
    # In each tier: seven methods and GET once more in the other language, then four and GET again, in two states.
    assert report.requests - without.requests == 2 * 3 * (8 + 5 + 5)
    assert count() == before
    assert [visit.path for visit in surface.editors_pages()] == ["/my-order/", "/track/"]
    assert [page.full_url for page in pages] == ["http://localhost/my-order/", "http://porto.example:8443/track/"]


@pytest.mark.usefixtures("few")
def test_a_leak_into_the_editors_page_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    editors_page("track", "porto.example")
    real = editors.render_page

    def leaky(request: HttpRequest, *args: object, **more: object) -> HttpResponse:
        response = real(request, *args, **more)
        if request.get_host().startswith("porto.example"):
            response.content += Order.objects.latest("pk").number.encode()
        return response

    monkeypatch.setattr(editors, "render_page", leaky)
    found = problems()
    for where in ("GET as public", "POST as private", "HEAD as staff"):
        is_found = f"the editors' page {where}, en, ready for pickup: shows the order number." in found
        assert is_found == ("HEAD" not in where), found


@pytest.mark.usefixtures("few")
def test_an_editors_page_that_customers_cannot_open_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    editors_page()
    monkeypatch.setattr(editors, "answer_look_up", lambda request, render: HttpResponse(status=404))
    assert (
        "the editors' page GET as public, en, ready for pickup: 404; nobody can look an order up there." in problems()
    )


class Forgotten(Secure):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("an address that nobody classified")


urlpatterns = [
    path(
        "orders/",
        include(([path("forgotten/", Forgotten.as_view(), name="forgotten"), *ours.urlpatterns], ours.app_name)),
    )
]


@pytest.mark.urls(__name__)
def test_an_address_that_nobody_classified_fails() -> None:
    with pytest.raises(CommandError):
        call_command("order_status_doctor", "--leaks", stdout=StringIO())
    assert "forgotten: nobody has classified this address" in problems()


@pytest.mark.urls("tests.urls_broken.nowhere")
def test_a_project_without_our_addresses_is_told_so() -> None:
    assert "not in the URLconf" in problems()


@pytest.mark.usefixtures("few")
def test_a_leak_into_the_public_page_is_found_in_every_dress(monkeypatch: pytest.MonkeyPatch) -> None:
    real = views.render_status

    def leaky(request: HttpRequest, order: Order, *args: object, **kwargs: object) -> HttpResponse:
        response = real(request, order, *args, **kwargs)
        contact = OrderContact.objects.filter(order=order).first()
        if contact and contact.email:
            words = (
                order.number,
                contact.shipping_address["lines"][0],
                f"{contact.email[0]}&#{ord(contact.email[1])};{contact.email[2:]}",
                " ".join(order.parcels.get().tracking_number),
                f"{order.total:.2f}".replace(".", ","),
            )
            response.content += " | ".join(words).encode()
        return response

    monkeypatch.setattr(views, "render_status", leaky)
    found = problems()
    for what in ("order number", "shipping street", "email", "tracking number", "total"):
        assert f"order GET as public, en, ready for pickup: shows the {what}." in found
    assert "erased: shows" not in found


@pytest.mark.usefixtures("few")
def test_a_leak_into_a_header_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = views.render_status

    def leaky(request: HttpRequest, order: Order, *args: object, **kwargs: object) -> HttpResponse:
        response = real(request, order, *args, **kwargs)
        response["X-Order"] = order.number
        return response

    monkeypatch.setattr(views, "render_status", leaky)
    assert "order HEAD as public, en, ready for pickup: shows the order number." in problems()


@pytest.mark.usefixtures("few")
def test_the_link_behind_a_shared_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = share.render_page

    def leaky(request: HttpRequest, template: str, *args: object, **more: object) -> HttpResponse:
        response = real(request, template, *args, **more)
        if template == "shared.html":
            response.content += share.links.order_path(Order.objects.latest("pk")).encode()
        return response

    monkeypatch.setattr(share, "render_page", leaky)
    assert "shared GET as public, en, ready for pickup: shows the link." in problems()


@pytest.mark.usefixtures("few")
def test_a_leak_into_a_log_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = views.read

    def leaky(order: Order, tier: object, **more: object) -> object:
        crawl.logging.getLogger("order_status_plugin.page").error("built %s", order.number)
        return real(order, tier, **more)

    monkeypatch.setattr(views, "read", leaky)
    assert "log order_status_plugin.page, ready for pickup: shows the order number." in problems()


@pytest.mark.usefixtures("few")
def test_a_leak_into_a_mail_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = compose.render

    def leaky(news: object, **more: object) -> object:
        street = OrderContact.objects.latest("pk").shipping_address["lines"][0]
        return real(news, **{**more, "first_name": street})

    monkeypatch.setattr(compose, "render", leaky)
    assert "shows the shipping street." in problems()


@pytest.mark.usefixtures("few")
def test_an_answer_without_our_headers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("order_status_plugin.access.headers.put_headers", lambda response, ancestors: None)
    monkeypatch.setattr("order_status_plugin.cms.page.put_headers", lambda response: None)
    editors_page()
    found = problems()
    for where in ("order GET", "the editors' page OPTIONS", "the editors' page PUT"):
        assert f"{where} as public, en, ready for pickup: no Content-Security-Policy." in found


def test_a_canary_is_recognised_in_every_dress() -> None:
    canary = Canary("email", "eve.brown@example.org")
    for dressed in (
        "EVE.BROWN@EXAMPLE.ORG",
        "eve%2Ebrown%40example.org",
        "eve&#46;brown&commat;example&period;org",
        "eve. brown @ example. org",
        "0f3c1ea5 " + canary.traces[1],
        "ZXZlLmJyb3duQGV4YW1wbGUub3Jn",
    ):
        assert canary.is_in(Text(f"<p>{dressed}</p>")), dressed
    assert not canary.is_in(Text("e•••@example.org"))
    amount = Canary("total", "731.93")
    assert amount.is_in(Text("€ 731,93"))
    assert not amount.is_in(Text("id-2731.938"))


def test_readiness_is_one_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_silent", lambda: False)
    said = StringIO()
    call_command("order_status_doctor", stdout=said)
    assert said.getvalue().endswith("Ready.\n")
    assert "hosts: shop" in said.getvalue()
    assert len(said.getvalue().splitlines()) < 24


def test_readiness_names_what_is_wrong(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_silent", lambda: True)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["short"], "CHANNELS": {}}
    said = StringIO()
    with pytest.raises(CommandError, match="3 of"):
        call_command("order_status_doctor", stdout=said)
    assert "NO  order_status.E007" in said.getvalue()
    assert "NO  channels: none" in said.getvalue()
    assert "The worker is silent" in said.getvalue()


def test_readiness_says_which_secrets_are_still_needed(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_silent", lambda: False)
    ours, old, new = settings.ORDER_STATUS, "o" * 40, "n" * 40

    def says(*keys: str) -> str:
        settings.ORDER_STATUS = {**ours, "KEYS": keys}
        said = StringIO()
        try:
            call_command("order_status_doctor", stdout=said)
        except CommandError as error:
            return f"{said.getvalue()}{error}"
        return said.getvalue()

    settings.ORDER_STATUS = {**ours, "KEYS": [old]}
    placed("TS-1")
    record.order("shop", replace(snapshot("TS-2", ""), contact=ContactSnapshot(phone="+351912345678")))
    record.order("shop", replace(snapshot("TS-3", ""), contact=ContactSnapshot()))
    assert "key 1: signs (orders placed under it: 2)" in says(old)
    settings.ORDER_STATUS = {**ours, "KEYS": [new, old]}
    placed("TS-4")
    assert "key 1: signs (orders placed under it: 1)" in says(new, old)
    assert "key 2: retired; still needed (orders placed under it: 2)" in says(new, old)
    assert "NO  keys: 2 orders were placed under a secret that is gone" in says(new)
    Order.objects.exclude(number="TS-4").delete()
    assert "key 2: retired; it may go (orders placed under it: 0)" in says(new, old)
    assert says(new).endswith("Ready.\n")
    settings.ORDER_STATUS = {**ours, "KEYS": [old]}
    suppression.suppress("email", known("email", "noor@example.org"), Reason.STOP)
    assert "key 2: retired; still needed (orders placed under it: 0; addresses that nothing is sent to: 1)" in says(
        new, old
    )
    assert "NO  keys: 1 addresses that nothing is to be sent to are kept under a secret that is gone" in says(new)
