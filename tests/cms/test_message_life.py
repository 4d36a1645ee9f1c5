"""A message from the first word to the last: who may do what, two steps to publish, a picture, a translation, a parcel."""

from __future__ import annotations

import datetime as dt
from html import unescape
from io import BytesIO
from typing import Any

import PIL.Image
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.images import get_image_model
from wagtail.models import GroupApprovalTask, Locale, Page, Workflow, WorkflowContentType, WorkflowTask

from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.events import Medium, Milestone, Tier
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.milestone import build_milestone
from tests.access.orders import let_in, placed
from tests.orders import sent

from .test_layout import lay_out, text
from .test_special import BASE, editor, form, look, publish, shown

__all__ = ["editor"]


def image() -> ContentFile:
    """Return a white pixel."""
    kept = BytesIO()
    PIL.Image.new("RGB", (1, 1), "white").save(kept, "PNG")
    return ContentFile(kept.getvalue(), name="snow.png")


@pytest.fixture
def order(db: None) -> Order:
    return placed()


def person(name: str, *may: str) -> Client:
    """Return a browser of somebody who is no superuser, in a group of their own."""
    user = get_user_model().objects.create_user(name, f"{name}@shop.example", "secret")
    group = Group.objects.create(name=name)
    wanted = [f"{deed}_specialmessage" for deed in may]
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *wanted]))
    assert group.permissions.count() == len(may) + 1
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def test_whoever_may_only_change_cannot_publish(order: Order) -> None:
    writer, publisher, stranger = person("w", "add", "change"), person("p", "change", "publish"), person("s")
    assert stranger.get(f"{BASE}/").status_code == 302
    assert "Special messages" not in stranger.get("/cms/").content.decode()
    assert writer.post(f"{BASE}/add/", form(**{"action-publish": "1"})).status_code == 302
    one = SpecialMessage.objects.get()
    assert not one.live
    assert "Back soon" not in shown(order)
    for deed in ("unpublish", "delete"):
        assert writer.post(f"{BASE}/{deed}/{one.pk}/").status_code == 302
    assert SpecialMessage.objects.filter(pk=one.pk).exists()
    assert publisher.post(f"{BASE}/edit/{one.pk}/", form(**{"action-publish": "1"})).status_code == 302
    assert "Back soon" in shown(order)


def test_a_workflow_of_two_steps_publishes_at_the_second(order: Order) -> None:
    writer = person("writer", "add", "change")
    steps = [person(name, "change", "publish") for name in ("first", "second")]
    workflow = Workflow.objects.create(name="Two")
    kind = ContentType.objects.get_for_model(SpecialMessage)
    WorkflowContentType.objects.create(workflow=workflow, content_type=kind)
    for number, name in enumerate(("first", "second")):
        task = GroupApprovalTask.objects.create(name=name)
        task.groups.add(Group.objects.get(name=name))
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=number)
    writer.post(f"{BASE}/add/", form(**{"action-submit": "1"}))
    one = SpecialMessage.objects.get()
    for number, step in enumerate(steps):
        assert not one.live, f"before step {number}"
        assert "Back soon" not in shown(order)
        task = one.current_workflow_task_state
        action = f"/cms/snippets/order_status_plugin/specialmessage/workflow/action/{one.pk}/approve/{task.pk}/"
        assert step.post(action, {"comment": "good"}).status_code in (200, 302)
        one = SpecialMessage.objects.get()
    assert one.live
    assert "Back soon" in shown(order)


# Wagtail leaves the file of a new rendition to the collector.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
def test_a_picture_and_a_button(order: Order) -> None:
    picture = get_image_model().objects.create(title="Snow", file=image(), description="Snow")
    picture.contextual_alt_text, picture.decorative = "A shop in the snow", False
    page = Page.objects.get(depth=2)
    publish(
        extras=[
            ("picture", picture),
            ("button", {"label": "All hours", "page": page, "url": ""}),
        ]
    )
    html = shown(order)
    assert 'alt="A shop in the snow"' in html
    assert ">All hours</a>" in html
    page.unpublish()
    assert "We close" in shown(order)
    assert "All hours" not in shown(order)


@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
def test_a_block_whose_picture_was_deleted_shows_nothing(order: Order) -> None:
    picture = get_image_model().objects.create(title="Snow", file=image(), description="Snow")
    value = {"picture": {"image": picture.pk, "alt_text": "Snow", "decorative": False}, "caption": "Our shop"}
    lay_out({"type": "picture", "value": value}, text("Other words"))
    assert "<figcaption>Our shop</figcaption>" in shown(order)
    picture.delete()
    html = shown(order)
    assert "Other words" in html
    assert "<figure" not in html
    assert 'src=""' not in html


def test_beside_a_parcel_it_speaks_of_that_parcel(db: None) -> None:
    ups, dpd = sent("f1", (("1", 1),)), sent("f2", (("1", 1),), "DPD", "05222800000000")
    order = placed(fulfillments=(ups, dpd))
    for carrier, title in (("ups", "{{ carrier }}: {{ tracking_number }}"), ("gls", "Nobody's")):
        publish(title=title, is_on_page=False, is_beside_parcels=True, audience={"carriers": [carrier]})
    public, private = shown(order), shown(order, let_in(order))
    assert public.count("UPS: (in your delivery details)</span></h3>") == 1
    assert private.count("UPS: 1Z") == 1
    assert "Nobody" not in public


@pytest.mark.parametrize(
    ("audience", "is_for_them"),
    [
        ({"tiers": ["private"]}, True),
        ({"tiers": ["public"]}, True),
        ({"least_total": "174.50", "most_total": "174.50"}, True),
        ({"least_total": "174.51"}, False),
        ({"loyalty": "returning"}, True),
        ({"loyalty": "first"}, False),
    ],
)
def test_a_mail_goes_to_the_customer_themself(order: Order, audience: dict[str, Any], is_for_them: bool) -> None:
    """What is asked of an identified customer is asked of them; their mail still shows what the public page shows."""
    Order.objects.filter(pk=order.pk).update(total="174.50")
    order.refresh_from_db()
    earlier = placed("TS-1")
    Order.objects.filter(pk=earlier.pk).update(placed_at=order.placed_at - dt.timedelta(days=1))
    publish(title="Thank you: {{ total }}, {{ first_name }}", is_in_mails=True, is_on_page=False, audience=audience)
    news = build_milestone(order, Milestone.CONFIRMED)
    said = [one.title for one in news.special_messages]
    assert said == (["Thank you: the amount on your bill, dear customer"] if is_for_them else [])
    assert (news.order.tier, news.order.private) == (Tier.PUBLIC, None)
    by_text = build_milestone(order, Milestone.CONFIRMED, medium=Medium.SMS)
    assert by_text.special_messages == ()


def test_it_is_submitted_for_translation_in_wagtail(order: Order, settings: Any) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    settings.WAGTAIL_I18N_ENABLED = True
    french = Locale.objects.create(language_code="fr")
    one = publish()
    editor = Client()
    editor.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret"))
    address = f"/cms/translation/submit/snippet/order_status_plugin/specialmessage/{one.pk}/"
    answer = editor.post(address, {"locales": [french.pk]})
    assert answer.status_code == 302
    other = SpecialMessage.objects.get(locale=french)
    assert other.translation_key == one.translation_key
    assert not other.live
    assert other.latest_revision is None, "the original's would be what its editor opens"
    assert editor.get(f"{BASE}/edit/{other.pk}/").status_code == 200
    assert shown(placed("TS-9", locale="fr")).count("We close") >= 1


UNPLAYED = {
    "countries": ["FR"],
    "carriers": ["gls"],
    "shipping_methods": ["Express"],
    "tags": ["gift"],
    "first_day": "2100-12-24",
}


@pytest.mark.parametrize("personal", [{}, {"least_total": "999", "loyalty": "returning"}])
def test_what_no_example_can_be_is_taken_as_met_and_said(editor: Client, personal: dict[str, str]) -> None:
    audience = {"stages": ["in_transit"], **UNPLAYED, **personal}
    one = SpecialMessage.objects.create(
        title="Far away", live=False, locale=Locale.get_default(), audience=audience, is_in_mails=True
    )
    publish(title="Of others", audience={"countries": ["FR"]})
    seen = {tier: look(editor, one, "in_transit", tier=tier) for tier in ("public", "private")}
    assert "Far away" in seen["private"]
    assert ("Far away" in seen["public"]) == (not personal)
    assert "Of others" not in seen["private"], "what is live shows as it does"
    assert "Taken as met: " in unescape(seen["private"])
    said = unescape(seen["private"]).partition("Taken as met: ")[2].partition("<")[0]
    for condition in ("to France", "with GLS", "by Express", "tagged gift", "from December 24, 2100"):
        assert condition in said
    assert ("worth 999" in said) == ("returning customers" in said) == bool(personal)
    assert "in transit" not in said
    assert "Far away" not in look(editor, one, "delivered", tier="private")
    assert "Far away" in look(editor, one, "mail-shipped"), "a mail goes to the customer"
    assert "Taken as met" not in look(editor, SpecialMessage.objects.get(title="Of others"), "delivered", bar="no")


def test_a_real_order_meets_a_condition_or_does_not(editor: Client, order: Order) -> None:
    far, late = (
        SpecialMessage.objects.create(title=title, live=False, locale=Locale.get_default(), audience=audience)
        for title, audience in (("Far", {"countries": ["FR"]}), ("Late", {"first_day": "2100-12-24"}))
    )
    assert "Far" not in look(editor, far, "in_transit", order=order.number)
    html = look(editor, late, "in_transit", order=order.number)
    assert "Late" in html
    assert "Taken as met: from December 24, 2100" in html
