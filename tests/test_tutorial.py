"""The tutorial, done as it is written: its files, its settings, its contracts, and one order from cake to doorbell."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access.links import order_path
from order_status_plugin.backends import get_host
from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.checks import check_backends
from order_status_plugin.events import Milestone
from order_status_plugin.testing.channels import ChannelContract
from order_status_plugin.testing.hosts import HostContract
from order_status_plugin.testing.provider import Call, Provider, Reply
from order_status_plugin.testing.sources import SourceContract
from order_status_plugin.tracking.models import Order

PAGE = (Path(__file__).parent.parent / "docs" / "tutorial.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
#: By the name of the file that the first line names; what has none is typed into a shell.
FILES = {found[1]: block for block in BLOCKS if (found := re.match(r"# (\S+\.py)\n", block))}
TYPED = [block for block in BLOCKS if block not in FILES.values()]
(CURL,) = re.findall(r"```shell\n(curl .*?)```", PAGE, re.DOTALL)

CONTRACTS = {"TestBakery": HostContract, "TestVelo": SourceContract, "TestBox": ChannelContract}


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Path]:
    """Write the app to a folder, install it beside the others, and make its table."""
    project = tmp_path_factory.mktemp("project")
    for name, block in FILES.items():
        path = project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(block)
    (project / "bakery" / "__init__.py").touch()
    sys.path.insert(0, str(project))
    config = AppConfig.create("bakery")
    config.apps = apps
    apps.app_configs["bakery"] = config
    try:
        config.import_models()
        apps.clear_cache()
        model = config.get_model("Order")
        with django_db_blocker.unblock(), connection.schema_editor() as editor:
            editor.create_model(model)
        yield project
        with django_db_blocker.unblock(), connection.schema_editor() as editor:
            editor.delete_model(model)
    finally:
        del apps.app_configs["bakery"], apps.all_models["bakery"]
        apps.clear_cache()
        sys.path.remove(str(project))
        for name in [name for name in sys.modules if name.split(".")[0] == "bakery"]:
            del sys.modules[name]


@pytest.fixture
def promised(bakery: Path) -> Iterator[ModuleType]:
    """Give the developer's own tests, as a module."""
    spec = importlib.util.spec_from_file_location("test_bakery", bakery / "tests" / "test_bakery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    module.Bakery("contract", {}).connect(lambda alias, reference, locale: None)


def run(module: ModuleType, name: str, test: str) -> None:
    """Run one test of one class, as pytest does."""
    case = getattr(module, name)()
    assert isinstance(case, CONTRACTS[name])
    if hasattr(case, "setup_method"):
        case.setup_method()
    try:
        getattr(case, test)()
    finally:
        if hasattr(case, "teardown_method"):
            case.teardown_method()


def each_of(name: str) -> Any:
    return pytest.mark.parametrize("test", sorted(test for test in dir(CONTRACTS[name]) if test.startswith("test_")))


def test_nothing_of_the_page_is_left_out() -> None:
    assert list(FILES) == [
        "bakery/models.py",
        "bakery/host.py",
        "bakery/source.py",
        "bakery/channel.py",
        "settings.py",
        "tests/test_bakery.py",
    ]
    assert len(TYPED) == 2
    assert set(re.findall(r"^class (Test\w+)", FILES["tests/test_bakery.py"], re.MULTILINE)) == set(CONTRACTS)
    assert "more\nthan thirty tests" in PAGE
    assert sum(test.startswith("test_") for kind in CONTRACTS.values() for test in dir(kind)) > 30


@each_of("TestBakery")
@pytest.mark.django_db(transaction=True)
def test_the_host_keeps_its_promises(promised: ModuleType, test: str) -> None:
    run(promised, "TestBakery", test)


@each_of("TestVelo")
@pytest.mark.django_db
def test_the_source_keeps_its_promises(promised: ModuleType, test: str) -> None:
    run(promised, "TestVelo", test)


@each_of("TestBox")
def test_the_channel_keeps_its_promises(promised: ModuleType, test: str) -> None:
    run(promised, "TestBox", test)


BROKEN = {
    "read() returns None": (
        "Bakery",
        "read",
        lambda self, reference: None,
        "TestBakery",
        "test_does_not_invent_orders",
    ),
    "verify() trusts everybody": (
        "Velo",
        "verify",
        lambda self, webhook: None,
        "TestVelo",
        "test_a_body_without_signature_is_refused",
    ),
    "deliver() delivers nothing": (
        "Box",
        "deliver",
        lambda self, message, text: "m1",
        "TestBox",
        "test_a_message_leaves_once",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.django_db(transaction=True)
def test_a_broken_promise_is_named(promised: ModuleType, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    kind, method, worse, case, test = BROKEN[how]
    modules = {"Bakery": "bakery.host", "Velo": "bakery.source", "Box": "bakery.channel"}
    monkeypatch.setattr(getattr(sys.modules[modules[kind]], kind), method, worse)
    with pytest.raises(AssertionError):
        run(promised, case, test)


@pytest.fixture
def box() -> Iterator[Provider]:
    with Provider(lambda call: Reply(body=b'{"id": "m1"}')) as box:
        yield box


@pytest.fixture
def installed(bakery: Path, box: Provider) -> Iterator[None]:
    """Take the page's settings, with the box at an address of this machine, and connect the host as the start-up does."""
    said: dict[str, Any] = {}
    exec(compile(FILES["settings.py"], "settings.py", "exec"), said)
    ours = said["ORDER_STATUS"]
    ours["CHANNELS"]["sms"]["OPTIONS"]["url"] = box.url
    by_night = [milestone.value for milestone in Milestone]
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, **ours, "MESSAGES_RING_AT_NIGHT": by_night}):
        host = get_host("bakery")
        host.connect(flow.nudge)
        yield
        host.connect(lambda alias, reference, locale: None)


@pytest.mark.usefixtures("installed")
def test_the_settings_are_complete() -> None:
    assert check_backends() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("installed")
def test_an_order_from_the_cake_to_the_doorbell(box: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    MerchantCarrier.objects.create(slug="velo", name="Velo")
    shell: dict[str, Any] = {}

    exec(compile(TYPED[0], "shell", "exec"), shell)
    link = capsys.readouterr().out.strip()
    order = Order.objects.get(host="bakery")
    assert link == order_path(order)
    assert 'data-order-status="confirmed"' in page(link)

    exec(compile(TYPED[1], "shell", "exec"), shell)
    assert "Velo" in page(link)

    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert post(CURL.replace("'$(date -u +%FT%TZ)'", now)) == 200
    assert 'data-order-status="out_for_delivery"' in page(link)
    assert "Out for delivery" in page(link)

    assert flow.drain_outbox() == 3
    texts = [said(call) for call in box.calls]
    assert {text["to"] for text in texts} == {"+351912345678"}
    told = ("We have your order", "A parcel has left us with Velo", "Velo is bringing your parcel today")
    for text, words in zip(texts, told, strict=True):
        assert words in text["text"]
        assert link in text["text"]


def page(link: str) -> str:
    response = Client().get(link)
    assert response.status_code == 200
    return response.content.decode()


def said(call: Call) -> dict[str, str]:
    read: dict[str, str] = json.loads(call.body)
    return read


def post(command: str) -> int:
    """Do what a line with curl does; return the status."""
    _curl, address, *rest = shlex.split(command.replace("\\\n", " "))
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    name, _colon, value = options["-H"].partition(": ")
    path = "/" + address.split("/", 3)[3]
    form = "application/x-www-form-urlencoded"
    return Client().post(path, options["-d"], content_type=form, headers={name: value}).status_code
