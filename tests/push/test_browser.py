"""Notifications in Chromium: the switch, and the service worker that shows what was encrypted for this device.

No push service of a browser's maker can be reached from here, so the subscription is one that the test holds the keys
of. What the channel sends to it goes over HTTP to a push service of ours, is decrypted there as RFC 8291 says, and
handed to the registered worker by Chromium itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from order_status_plugin.access.links import order_path, order_url
from order_status_plugin.backends import get_channel
from order_status_plugin.channels.base import Message, Receipt
from order_status_plugin.channels.webpush import make_key
from order_status_plugin.events import ParcelStatus
from order_status_plugin.messages import subscriptions
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests import orders as shop
from tests.channels.devices import PushService
from tests.chromium import chromium

pytestmark = pytest.mark.django_db(transaction=True)

PRIVATE, PUBLIC = make_key()

#: What a browser does with its push service, without one. The subscription outlives the page, as a real one does.
PUSH_SERVICE = """
(() => {
  const given = %s;
  window.asked = [];
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => (asked.push("permission"), ask());
  const raw = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const made = () => {
    const key = localStorage.getItem("subscribed");
    const options = { userVisibleOnly: true, applicationServerKey: key && raw(key).buffer };
    const unsubscribe = async () => (localStorage.removeItem("subscribed"), true);
    return key && { options, unsubscribe, toJSON: () => given };
  };
  PushManager.prototype.getSubscription = async () => made();
  PushManager.prototype.subscribe = async function (options) {
    asked.push("subscription");
    localStorage.setItem("subscribed", options.applicationServerKey);
    return made();
  };
})();
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService(PUBLIC) as started:
        yield started


@pytest.fixture
def order(browser: Browser, transactional_db: None, settings: Any, service: PushService) -> Order:
    settings.ALLOWED_HOSTS = ["*"]
    push = {
        "BACKEND": "order_status_plugin.channels.webpush.WebPushChannel",
        "OPTIONS": {"private_keys": [PRIVATE], "subject": "mailto:hello@shop.example", "hosts": [service.url]},
    }
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {"push": push}}
    return record.order("shop", shop.snapshot(fulfillments=(shop.sent(),)))


@pytest.fixture
def open_(browser: Browser, order: Order, live_server: Any) -> Iterator[Callable[..., tuple[BrowserContext, Page]]]:
    opened: list[BrowserContext] = []

    def open_page(script: str = "", **options: Any) -> tuple[BrowserContext, Page]:
        context = browser.new_context(**options)
        opened.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(f"{live_server.url}{order_path(order)}")
        return context, page

    yield open_page
    for context in opened:
        context.close()


def told(order: Order) -> int:
    return len(subscriptions.addresses(order.pk, "push"))


def test_a_message_is_encrypted_sent_decrypted_and_shown(
    order: Order, open_: Any, service: PushService, live_server: Any
) -> None:
    device = service.device()
    context, page = open_(PUSH_SERVICE % device.says())
    context.grant_permissions(["notifications"], origin=live_server.url)
    page.reload()
    switch = page.get_by_role("button", name="Tell me on this device")
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("asked") == []  # nothing before the click
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("On. You hear of this order here")).to_be_visible()
    assert page.evaluate("asked") == ["permission", "subscription"]
    found = Axe().run(page, context="#push")
    assert found.violations_count == 0, found.generate_report()

    # From us to the device, over the wire.
    push = get_channel("push")
    ((recipient, _digest),) = subscriptions.addresses(order.pk, "push")
    news = Message(
        key="k1",
        recipient=recipient,
        subject="Out for delivery",
        text="It should be there today.",
        link=order_url(order),
        milestone="out_for_delivery",
        language="en",
    )
    assert isinstance(push.send([news])["k1"], Receipt)
    _device, _call, plain = service.taken[-1]

    # From the push service to the worker, which Chromium wakes.
    shown = deliver(context, page, live_server.url, plain)
    assert shown == [{"title": "Out for delivery", "body": "It should be there today.", "url": order_path(order)}]
    assert deliver(context, page, live_server.url, plain) == shown  # the same again is the same
    later = Message(**{**_fields(news), "key": "k2", "subject": "Delivered", "milestone": "delivered"})
    push.send([later])
    assert [each["title"] for each in deliver(context, page, live_server.url, service.taken[-1][2])] == ["Delivered"]

    assert clicked(context) == [f"{live_server.url}{order_path(order)}"]

    # The page knows it the next time, too, and goes on knowing it while news come in.
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")
    record.tracking("aftership", shop.update(shop.scan(ParcelStatus.OUT_FOR_DELIVERY)))
    expect(page.locator("#order")).to_have_attribute("data-order-status", "out_for_delivery", timeout=20_000)
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert told(order) == 0
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "false")


def _fields(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in Message.__slots__}


def deliver(context: BrowserContext, page: Page, origin: str, plain: bytes) -> list[dict[str, str]]:
    """Have Chromium give this to the worker of our pages; return the notifications that stand then."""
    session = context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda said: registrations.extend(said["registrations"]))
    session.send("ServiceWorker.enable")
    while not registrations:
        page.wait_for_timeout(50)
    (ours,) = {each["registrationId"] for each in registrations if each["scopeURL"] == f"{origin}/orders/"}
    given = {"origin": origin, "registrationId": ours, "data": plain.decode()}
    session.send("ServiceWorker.deliverPushMessage", given)
    session.detach()
    page.wait_for_timeout(300)
    said = page.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          const shown = await registration.getNotifications();
          return shown.map((each) => ({ title: each.title, body: each.body, url: each.data.url }));
        }"""
    )
    return list(said)


def clicked(context: BrowserContext) -> list[str]:
    """Tell the worker of a click, and return what it opens: a browser opens a window only for a real finger."""
    (worker,) = context.service_workers
    opened = worker.evaluate(
        """async () => {
          const opened = [];
          clients.matchAll = async () => [];
          clients.openWindow = async (url) => opened.push(url);
          const [notification] = await registration.getNotifications();
          const event = new NotificationEvent("notificationclick", { notification });
          const waits = [];
          event.waitUntil = (promise) => waits.push(promise);
          dispatchEvent(event);
          await Promise.all(waits);
          return opened;
        }"""
    )
    return list(opened)


def test_the_switch_says_what_this_browser_can_do(open_: Any, order: Order, live_server: Any) -> None:
    """In one test: emptying the database between two takes longer than all of these."""
    switch = "button[aria-pressed]"
    _context, page = open_("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    expect(page.get_by_text("Your browser blocks notifications of this shop")).to_be_visible()
    expect(page.locator("#push").locator(switch)).to_be_hidden()

    _context, page = open_("Notification.requestPermission = async () => 'default'")
    page.locator("#push").locator(switch).click()
    expect(page.get_by_text("A short notification when something happens")).to_be_visible()

    # Chromium's own push service: from here there is none.
    context, page = open_()
    context.grant_permissions(["notifications"], origin=live_server.url)
    page.reload()
    page.locator("#push").locator(switch).click()
    expect(page.get_by_text("That did not work")).to_be_visible()

    for options in (
        {"script": "delete window.PushManager"},
        {"script": "delete window.Notification"},
        {"java_script_enabled": False},
    ):
        _context, page = open_(**options)
        page.wait_for_timeout(200)
        expect(page.locator("#push")).to_be_hidden()

    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
    _context, page = open_("delete window.PushManager", user_agent=agent)
    expect(page.get_by_text("add this page to the Home Screen first")).to_be_visible()
    address = page.locator("link[rel=manifest]").get_attribute("href")
    assert page.request.get(f"{live_server.url}{address}").json()["start_url"] == order_path(order)

    assert told(order) == 0


def test_a_device_that_subscribed_with_an_older_key_is_moved(
    order: Order, open_: Any, service: PushService, live_server: Any, settings: Any
) -> None:
    context, page = open_(PUSH_SERVICE % service.device().says())
    context.grant_permissions(["notifications"], origin=live_server.url)
    page.reload()
    switch = page.get_by_role("button", name="Tell me on this device")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    other = record.order("shop", shop.snapshot(reference="2", number="TS-2"))
    newer, newer_public = make_key()
    given = settings.ORDER_STATUS["CHANNELS"]["push"]
    options = {**given["OPTIONS"], "private_keys": [newer, PRIVATE]}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {"push": {**given, "OPTIONS": options}}}
    page.goto(f"{live_server.url}{order_path(other)}")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    for each in (order, other):
        ((recipient, _digest),) = subscriptions.addresses(each.pk, "push")
        assert json.loads(recipient)["sender"] == newer_public


#: What a browser does when its push service gave it another address: the worker hears of it, often without the new one.
CHANGED = """async ({ fresh, isGiven }) => {
  const asked = [];
  const made = { toJSON: () => JSON.parse(fresh) };
  PushManager.prototype.subscribe = async (options) => (asked.push(options.applicationServerKey), made);
  const event = new ExtendableEvent("pushsubscriptionchange");
  if (isGiven) Object.defineProperty(event, "newSubscription", { value: made });
  const waits = [];
  event.waitUntil = (promise) => waits.push(promise);
  dispatchEvent(event);
  await Promise.all(waits);
  return asked;
}"""


def test_a_device_whose_push_service_changed_its_address_is_still_told(
    order: Order, open_: Any, service: PushService, live_server: Any
) -> None:
    """The worker alone, with no page of ours open: nobody has to come back for it.

    Nothing makes Chromium say it, so the event is dispatched in the registered worker, which asks our real address.
    """
    first, second, third = (service.device(name) for name in ("first", "second", "third"))
    context, page = open_(PUSH_SERVICE % first.says())
    context.grant_permissions(["notifications"], origin=live_server.url)
    page.reload()
    switch = page.get_by_role("button", name="Tell me on this device")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.goto("about:blank")
    (worker,) = context.service_workers

    assert worker.evaluate(CHANGED, {"fresh": second.says(), "isGiven": True}) == []
    assert endpoints(order) == [second.endpoint]
    assert worker.evaluate(CHANGED, {"fresh": third.says(), "isGiven": False}) == [PUBLIC], "asks for the shop's key"
    assert endpoints(order) == [third.endpoint]

    push = get_channel("push")
    ((recipient, _digest),) = subscriptions.addresses(order.pk, "push")
    words = {"subject": "Delivered", "text": "Left with a neighbour.", "milestone": "delivered", "language": "en"}
    news = Message(key="k3", recipient=recipient, link=order_url(order), **words)
    assert isinstance(push.send([news])["k3"], Receipt)
    assert service.taken[-1][0] is third


def endpoints(order: Order) -> list[str]:
    return [json.loads(recipient)["endpoint"] for recipient, _digest in subscriptions.addresses(order.pk, "push")]
