"""``make demo`` as scripts rely on it: demo.json, a second start, an end that leaves nothing behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import requests

from order_status_plugin.simulator.scenarios import SCENARIOS

from .conftest import CHECKOUT, Demo, copy_of, free_port, start_demo, stop_demo

KEYS = {
    "base_url",
    "wagtail_admin",
    "host_admin",
    "status_page_edit_url",
    "staff",
    "mail_dir",
    "sms_dir",
    "sources",
    "asked_sources",
    "api_key",
    "orders",
}
ORDER_KEYS = {"host", "number", "email", "phone", "locale", "link", "scenario", "personal", "parcels"}


def test_facts_are_complete(demo: Demo) -> None:
    facts = demo.facts
    assert facts.keys() >= KEYS
    for order in facts["orders"]:
        assert order.keys() >= ORDER_KEYS
        assert order["link"].startswith(f"{demo.base_url}/orders/")
        assert len(order["personal"]) == 4, order["number"]
        for parcel in order["parcels"]:
            assert parcel.keys() == {"carrier", "carrier_name_at_source", "tracking_number", "source"}
    moving = [one for one in facts["orders"] if one["scenario"] == "in_transit"]
    assert sum(len(one["parcels"]) == 1 for one in moving) >= 3
    assert any(len([p for p in one["parcels"] if p["source"]]) == 2 for one in facts["orders"])
    assert any([p["source"] for p in one["parcels"]] == [None] for one in facts["orders"])
    assert any(one["locale"] == "fr" for one in facts["orders"])
    assert any(len({p["carrier"] for p in one["parcels"]}) == 3 for one in facts["orders"])
    for source in facts["sources"]:
        assert source["secret_env"] == f"ORDER_STATUS_SECRETS_{source['alias'].upper()}"
        assert requests.post(source["url"], data=b"{}", timeout=20).status_code == 400
    aliases = {source["alias"] for source in (*facts["sources"], *facts["asked_sources"])}
    assert len(aliases) == 14
    assert {parcel["source"] for one in facts["orders"] for parcel in one["parcels"]} - {None} == aliases
    assert set(SCENARIOS) <= {one["scenario"] for one in facts["orders"]}
    assert Path(facts["mail_dir"]).is_dir()
    assert Path(facts["sms_dir"]).is_dir()


def test_every_order_is_printed_with_its_link(demo: Demo) -> None:
    log = demo.log()
    assert all(f"{order['number']} " in log and order["link"] in log for order in demo.facts["orders"])
    assert demo.facts["staff"]["password"] in log
    assert log.index("demo ready:") < log.index(demo.facts["orders"][0]["link"])


def test_admins_open_with_the_staff_login(demo: Demo) -> None:
    staff = demo.facts["staff"]
    for path, field in (("/cms/login/", "username"), ("/dashboard/login/", "username")):
        with requests.Session() as session:
            session.get(demo.base_url + path, timeout=30)
            given = {field: staff["username"], "password": staff["password"]}
            given["csrfmiddlewaretoken"] = session.cookies["csrftoken"]
            answer = session.post(demo.base_url + path, data=given, timeout=30, allow_redirects=False)
            assert answer.status_code == 302, path
            for address in ("wagtail_admin", "host_admin", "status_page_edit_url"):
                assert session.get(demo.facts[address], timeout=30, allow_redirects=False).status_code == 200, address


def test_a_second_start_keeps_what_is_there_and_the_end_leaves_no_process(
    demo: Demo, tmp_path: Path, until: Callable[..., float]
) -> None:
    var = copy_of(demo, tmp_path / "var")
    again = start_demo(var)
    try:
        assert again.base_url != demo.base_url
        paths = [order["link"].removeprefix(again.base_url) for order in again.facts["orders"]]
        assert paths == [order["link"].removeprefix(demo.base_url) for order in demo.facts["orders"]]
        assert requests.get(again.facts["orders"][0]["link"], timeout=30).status_code == 200
        assert len(processes(str(var))) >= 3
    finally:
        stop_demo(again.process)
    assert again.process.returncode == 0
    until(lambda: not processes(str(var)), within=15)


def processes(var: str) -> list[int]:
    """Return the processes that have this folder in their environment, the test's own aside."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if f"EXAMPLE_VAR={var}\0".encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        port = free_port()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "example_site.demo"],
            cwd=CHECKOUT,
            env={**os.environ, "PORT": str(port), "EXAMPLE_VAR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2
    assert f"Port {port} is taken" in done.stdout


def test_a_given_secret_is_the_one_that_counts(tmp_path: Path) -> None:
    code = (
        "from example_site import settings; ours = settings.ORDER_STATUS; "
        "print([*ours['SOURCES']['aftership']['OPTIONS']['secrets'], *ours['KEYS']])"
    )
    env = {
        **os.environ,
        "EXAMPLE_VAR": str(tmp_path),
        "ORDER_STATUS_SECRETS_AFTERSHIP": "new-secret-of-ours, the-old-one",
        "ORDER_STATUS_KEYS": "new-key,old-key",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=60
    )
    assert json.loads(done.stdout.replace("'", '"')) == ["new-secret-of-ours", "the-old-one", "new-key", "old-key"]
