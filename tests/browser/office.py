"""The shop's office beside the running demo: people with their permissions, an order, a word to the worker.

Reads one command a line and answers each with one line of JSON: ``prepare``, ``drain``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import Group, Permission  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django_q.tasks import async_task  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402
from wagtail.models import (  # noqa: E402
    GroupApprovalTask,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from example_site.shop.data.load import _place  # noqa: E402
from example_site.shop.data.telling import DemoOrder, person  # noqa: E402
from order_status_plugin import flow  # noqa: E402
from order_status_plugin.access.links import order_path  # noqa: E402
from order_status_plugin.cms.special import SpecialMessage  # noqa: E402
from order_status_plugin.tracking.models import Order  # noqa: E402

PASSWORD = "walnut-and-linen"
STEPS = {"Proofreading": "noor", "Management": "ines"}
FRENCH = DemoOrder(
    number="TS-20499", scenario="confirmed", tells="Nothing sent yet, in French", days_ago=1, clock="10:05", language="fr",
    person=person("Solène", "Vasseur", "solene.vasseur@example.org", "+33639984499", "3 quai du Tilleul", "44000", "Nantes", "FR", "4477"),
    basket={"salt-jar": 1},
)  # fmt: skip


def _group(name: str, pages: list[str], words: list[str], *more: str) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    wanted = ["access_admin", *(f"{deed}_specialmessage" for deed in words), *more]
    group.permissions.set(Permission.objects.filter(codename__in=wanted))
    for deed in pages:
        one = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{deed}_page")
        GroupPagePermission.objects.get_or_create(group=group, page=Page.get_first_root_node(), permission=one)
    return group


def _person(name: str, group: Group) -> None:
    get_user_model().objects.create_user(name, f"{name}@tilia-sal.example", PASSWORD).groups.add(group)


def prepare() -> dict[str, Any]:
    """Make a writer, and two groups of whom each has to agree before anything is published; place an order in French."""
    _person("wanda", _group("Writers", ["add", "change"], ["add", "change"], "submit_translation"))
    workflow = Workflow.objects.create(name="Two steps")
    for place, (step, name) in enumerate(STEPS.items()):
        group = _group(step, ["add", "change", "publish"], ["add", "change", "publish"], "submit_translation")
        _person(name, group)
        task = GroupApprovalTask.objects.create(name=step)
        task.groups.add(group)
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=place)
    WorkflowPage.objects.filter(page=Page.get_first_root_node()).delete()
    WorkflowPage.objects.create(workflow=workflow, page=Page.get_first_root_node())
    kind = ContentType.objects.get_for_model(SpecialMessage)
    WorkflowContentType.objects.create(workflow=workflow, content_type=kind)
    _place(FRENCH)
    reference = get_model("order", "Order").objects.get(number=FRENCH.number).pk
    return {
        "password": PASSWORD,
        "steps": list(STEPS.values()),
        "french": order_path(Order.objects.get(host="shop", reference=reference)),
    }


def drain() -> dict[str, Any]:
    """Ask the worker for what it does once a minute: to publish what is due."""
    return {"task": async_task(flow.SCHEDULE)}


for line in sys.stdin:
    sys.stdout.write(f"{json.dumps({'prepare': prepare, 'drain': drain}[line.strip()]())}\n")
    sys.stdout.flush()
