from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import override_settings
from django.utils import timezone

from order_status_plugin.access.models import StaffView
from order_status_plugin.access.tiers import Viewer, Way, tier_for, viewer_for
from order_status_plugin.events import Tier
from order_status_plugin.tracking.models import Order

from .orders import let_in, placed, request

pytestmark = pytest.mark.django_db


def user(name: str, *permissions: str):
    made = get_user_model().objects.create_user(name, password="x")
    made.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return made


def seen_by(order: Order, who, query: str = "") -> Viewer:
    made = request(path=f"/?{query}")
    made.user = who
    return viewer_for(made, order)


def test_who_has_only_the_link_costs_no_query(django_assert_num_queries):
    order = placed()
    with django_assert_num_queries(0):
        assert tier_for(request(), order) is Tier.PUBLIC


def test_a_device_with_a_grant_costs_one(django_assert_num_queries):
    order = placed()
    visitor = request(cookies=let_in(order))
    with django_assert_num_queries(1):
        assert viewer_for(visitor, order) == Viewer(Tier.PRIVATE, Way.GRANT)


def test_a_project_without_users_works():
    visitor = request()
    del visitor.user
    assert tier_for(visitor, placed()) is Tier.PUBLIC


def test_the_customer_who_is_signed_in_owns_the_order_and_nobody_else_does():
    nora, tom = user("nora"), user("tom")
    order, guest = placed(customer=str(nora.pk)), placed("TS-2")
    assert seen_by(order, nora) == Viewer(Tier.PRIVATE, Way.OWNER)
    assert seen_by(order, tom).tier is Tier.PUBLIC
    assert seen_by(guest, nora).tier is Tier.PUBLIC
    Order.objects.update(erased_at=timezone.now())
    order.refresh_from_db()
    assert seen_by(order, nora).tier is Tier.PUBLIC


def test_nobody_owns_an_order_of_a_host_that_is_gone():
    nora = user("nora")
    order = placed(customer=str(nora.pk))
    with override_settings(ORDER_STATUS={"HOSTS": {}}):
        assert seen_by(order, nora).tier is Tier.PUBLIC


def test_being_staff_is_not_enough():
    editor = user("editor", "change_order", "delete_staffview")
    editor.is_staff = True
    assert seen_by(placed(), editor).tier is Tier.PUBLIC


@pytest.mark.parametrize(
    ("query", "tier"),
    [("", Tier.STAFF), ("as=public", Tier.PUBLIC), ("as=customer", Tier.PRIVATE), ("as=admin", Tier.STAFF)],
)
def test_staff_look_by_their_own_permission_and_it_is_logged(query, tier):
    helper, order = user("helper", "view_status_page"), placed()
    assert seen_by(order, helper, query) == Viewer(tier, Way.STAFF)
    look = StaffView.objects.get()
    assert (look.order, look.user, look.viewed_as) == (order, "helper", tier)


def test_the_switch_is_for_staff_only():
    order = placed()
    for query in ("as=customer", "as=staff"):
        assert tier_for(request(path=f"/?{query}"), order) is Tier.PUBLIC
        assert seen_by(order, user(query), query).tier is Tier.PUBLIC
    assert not StaffView.objects.exists()


def test_a_page_that_reads_itself_again_is_one_look(monkeypatch):
    helper, order = user("helper", "view_status_page"), placed()
    seen_by(order, helper)
    seen_by(order, helper)
    assert StaffView.objects.count() == 1
    later = timezone.now() + dt.timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)
    seen_by(order, helper)
    assert StaffView.objects.count() == 2
