"""Wagtail's admin as editors use it: its own checker over our previews, and axe over the views that are ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import Collection, Locale, Page, Site

from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.cms.brand import BrandSettings
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.cms.texts import MessageText
from order_status_plugin.cms.writing import write
from order_status_plugin.feedback.models import Feedback
from order_status_plugin.messages import subscriptions
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.rules import MessageRules
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.staff import import_file, import_plan
from order_status_plugin.staff.messages import ALL_DEEDS
from order_status_plugin.staff.rules import MessageRulesViewSet
from tests.access.orders import placed
from tests.chromium import chromium
from tests.orders import sent

from . import grid
from .axe import findings, load

# Wagtail leaves the file of a new rendition to the collector.
pytestmark = pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")

#: What the admins' own shells do on every page of theirs, by rule and a piece of the markup that it is found in.
SHELLS = (
    ("aria-input-field-name", "public-DraftEditor-content"),  # Wagtail's rich text has no name in Wagtail's forms
    ("landmark-unique", "w-panel"),  # each panel of a block is a landmark, named as those of the same block are
    ("page-has-heading-one", "<html"),  # Wagtail's form of a snippet has its title in the breadcrumbs
    ("scrollable-region-focusable", "w-minimap__list"),
    ("empty-table-header", "<th"),  # Django's tables of related rows, beside the handle of each row
    ("label-title-only", "searchbar"),
    ("link-in-text-block", ".breadcrumbs"),
    ("target-size", 'href="?'),  # the filters beside Django's lists
)


def is_shells(finding: str) -> bool:
    return any(finding.startswith(f"{rule}:") and markup in finding for rule, markup in SHELLS)


@pytest.fixture
def page(transactional_db: None) -> OrderStatusPage:
    """A page with every block, and a message of each level, as a superuser called ada edits them."""
    Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root")
    home = root.get_children().first() or root.add_child(instance=Page(title="Home", slug="home"))
    Site.objects.get_or_create(is_default_site=True, defaults={"hostname": "localhost", "root_page": home})
    page = home.add_child(instance=OrderStatusPage(title="Where is my order?", slug="my-order"))
    layout = grid.layout()
    page.layout = json.dumps(layout)
    for image in get_image_model().objects.all():
        image.get_rendition("width-1200")  # frames that ask at once would each make it, on one connection
    page.body = json.dumps([block for block in layout if block["type"] in ("text", "contact", "questions")])
    page.save_revision().publish()
    grid.say()
    get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret")
    return OrderStatusPage.objects.get()


@pytest.fixture
def window(page: OrderStatusPage, live_server: Any, settings: Any) -> Iterator[Any]:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]
    client = Client()
    client.force_login(get_user_model().objects.get())
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1600, "height": 1000}, base_url=live_server.url)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        context.set_default_timeout(60_000)
        yield context.new_page()


def panel(window: Any, name: str) -> None:
    window.locator(f"[data-side-panel-toggle={name}]").first.click()


def checked(window: Any) -> int:
    """Return how many issues the panel of Wagtail's checks names, once it has looked."""
    window.wait_for_function("document.querySelector('[data-content-word-count]').textContent.match(/[0-9]/)")
    return int(window.locator("[data-side-panel=checks] [data-content-checker-count]").first.text_content())


#: A script that would run if anybody's words could bring one.
TRY = """() => new Promise(said => {
    const script = document.createElement("script");
    document.addEventListener("securitypolicyviolation", () => said("refused"), {once: true});
    script.%s;
    script.onload = () => said("ran");
    document.body.append(script);
    if (window.ran) said("ran");
})"""
SHOWS = "mode => document.querySelector('#w-preview-iframe').contentWindow.location.href.includes(mode)"
FORGET = "document.querySelector('[data-content-word-count]').textContent = '-'"


def test_wagtails_checker_finds_nothing_in_any_preview(window: Any, page: OrderStatusPage, volume: str) -> None:
    """The look-up form, each status and each mail of the page, and some of a message."""
    window.goto(f"/cms/pages/{page.pk}/edit/")
    panel(window, "checks")
    assert checked(window) == 0
    modes = [mode for mode, _name in page.preview_modes if mode]
    look_at(window, modes if volume == "full" else ["out_for_delivery", "mail-delivered"])
    if volume == "full":
        window.goto(f"/cms/snippets/order_status_plugin/specialmessage/edit/{SpecialMessage.objects.first().pk}/")
        look_at(window, ["in_transit", "delivered", "mail-shipped"])


def look_at(window: Any, modes: list[str]) -> None:
    for mode in modes:
        switch(window, mode)
        assert checked(window) == 0, mode


def switch(window: Any, mode: str) -> None:
    """Choose a mode once the checks of the last one are done, and let its own begin."""
    panel(window, "preview")
    checked(window)
    window.evaluate(FORGET)
    window.locator("#id_preview_mode").select_option(mode)
    window.wait_for_function(SHOWS, arg=f"mode={mode}&")
    panel(window, "checks")


def test_it_names_what_an_editor_wrote_badly_and_runs_no_other_script(window: Any, page: OrderStatusPage) -> None:
    layout = page.layout.get_prep_value()
    next(block for block in layout if block["type"] == "picture")["value"]["picture"]["alt_text"] = "IMG_0042.jpg"
    page.layout = json.dumps(layout)
    page.save_revision()
    window.goto(f"/cms/pages/{page.pk}/edit/")
    switch(window, "in_transit")
    assert checked(window) == 1
    window.locator("[data-side-panel=checks] [data-content-checker-name]").first.wait_for()
    assert "alt text" in window.locator("[data-checks-panel]").inner_text()
    preview = next(
        frame for frame in window.frames if "in_preview_panel=true" in frame.url and "in_transit" in frame.url
    )
    for source in ("text = 'window.ran = true'", "src = '/static/order_status_plugin/share.js'"):
        assert preview.evaluate(TRY % source) == "refused"


def owed(order: Any) -> None:
    """Have a message of the order given up."""
    now = timezone.now()
    moments = dict.fromkeys(("happened_at", "created_at", "due_at"), now)
    said = {"state": OutboxMessage.State.DEAD, "reason": "550 no such box", "attempts": 8}
    OutboxMessage.objects.create(order=order, key="given-up", milestone="shipped", channel="email", **said, **moments)


def views(page: OrderStatusPage) -> Iterator[str]:
    """Yield the address of each view of the admins that is ours."""
    order = placed(fulfillments=(sent(lines=(("1", 1),)),))
    note = write(order, "<p>It leaves on <b>Monday</b>.</p>", author="ada", is_public=False, is_told=False)
    Feedback.objects.create(
        order=order, rating="good", comment="Fine", created_at=order.read_at, changed_at=order.read_at
    )
    batch = import_plan.store(import_file.read(b"order,tracking number\nTS-20418,1Z9\nnone,1Z9\n"), "ada")
    own = MerchantCarrier.objects.create(slug="ribeira", name="Ribeira Courier")
    subscriptions.add(order, "push", "https://push.example/1", "en")
    owed(order)
    for name, arguments in (
        ("order_status_orders:index", []),
        ("order_status_orders:order", [order.pk]),
        ("order_status_past", [order.pk]),
        ("order_status_notes:order", [order.pk]),
        ("order_status_sheet", []),
        ("order_status_undelivered", []),
        ("order_status_orders:find", []),
        ("order_status_orders:imports", []),
        ("order_status_orders:import", [batch.pk]),
        ("order_status_orders:inbox", []),
        ("order_status_report", []),
        ("wagtailadmin_home", []),
        ("order_status_feedback", []),
        ("order_status_notes:index", []),
        ("order_status_notes:note", [order.pk, note.pk]),
        ("order_status_notes:withdraw", [order.pk, note.pk]),
        ("order_status_sheet_of", ["order_status_pages", "orderstatuspage", page.pk]),
    ):
        yield reverse(name, args=arguments)
    yield f"{reverse('order_status_sheet')}?what=mail"
    message = "/cms/snippets/order_status_plugin/specialmessage/"
    for address in (message, f"{message}add/", f"{message}edit/{SpecialMessage.objects.first().pk}/"):
        yield address
    text = MessageText.objects.create(
        milestone="shipped", medium="sms", text="It left {{ link }}", locale=Locale.objects.first()
    )
    texts = "/cms/snippets/order_status_plugin/messagetext/"
    trial = reverse("order_status_trial_of", args=[text.pk])
    for address in (texts, f"{texts}add/", f"{texts}edit/{text.pk}/", reverse("order_status_trial"), trial):
        yield address
    yield f"/cms/pages/{page.pk}/edit/"
    yield reverse("wagtailadmin_pages:add", args=["order_status_pages", "orderstatuspage", page.get_parent().pk])
    site = Site.objects.get(is_default_site=True)
    BrandSettings.objects.create(site=site, accent="#0b62a8", contact_phone="+351 21 123 4567")
    yield f"/cms/settings/order_status_plugin/brandsettings/{site.pk}/"
    rules = MessageRules.objects.create(site=site)
    for name, arguments in (("index", []), ("add", []), ("edit", [rules.pk])):
        yield reverse(f"{MessageRulesViewSet().name}:{name}", args=arguments)
    yield reverse("order_status_api_keys")
    ours = "admin:order_status_plugin"
    for name in ("order", "parcel", "merchantcarrier", "inboxmessage", "outboxmessage"):
        yield reverse(f"{ours}_{name}_changelist")
    parcel = order.parcels.get()
    for name, key in (("order_change", order), ("parcel_change", parcel), ("parcel_by_hand", parcel)):
        yield reverse(f"{ours}_{name}", args=[key.pk])
    yield reverse(f"{ours}_merchantcarrier_change", args=[own.pk])
    for deed in ALL_DEEDS:
        yield reverse(f"{ours}_order_deed", args=[order.pk, deed.slug])


@pytest.fixture
def addresses(page: OrderStatusPage) -> list[str]:
    return list(views(page))


def test_every_view_of_ours_can_be_used_by_everybody(addresses: list[str], window: Any, volume: str) -> None:
    said = []
    for address in addresses if volume == "full" else addresses[:5]:
        assert window.goto(address).status == 200, address
        window.wait_for_timeout(1_000)  # forms draw themselves after they are loaded; some ask their server for ever
        load(window)
        said += [f"{address}: {finding}" for finding in findings(window) if not is_shells(finding)]
    assert said == [], "\n".join(said)
