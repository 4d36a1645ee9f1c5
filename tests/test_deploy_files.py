"""What the manual gives to systemd, nginx and Compose: it can be read, and names what there is."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import override_settings
from django.utils.module_loading import import_string

from order_status_plugin.conf import Settings
from tools.find_nginx import find

CHECKOUT = Path(__file__).parent.parent
FOLDER = CHECKOUT / "docs" / "deploy"
UNITS = sorted(FOLDER.glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
#: What the manual tells nginx, in a file or between two lines of text.
NGINX = {
    "nginx.conf": (FOLDER / "nginx.conf").read_text(),
    "servers.md": "\n".join(
        re.findall(r"```nginx\n(.*?)```", (CHECKOUT / "docs" / "servers.md").read_text(), re.DOTALL)
    ),
}
needs_nginx = pytest.mark.skipif(find() is None, reason="no nginx here; tools/find_nginx.py --install brings it")
COMMANDS = {path.stem for path in (CHECKOUT / "order_status_plugin" / "management" / "commands").glob("*.py")}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_start_one_thing_and_start_it_again(path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(path.read_text())
    service = unit["Service"]
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) > 10
    words = shlex.split(service["ExecStart"])
    assert Path(words[0]).is_absolute()
    if "manage.py" in words:
        assert words[words.index("manage.py") + 1] in COMMANDS
    assert "Install" in unit


def test_the_worker_has_the_time_that_a_task_may_take() -> None:
    """django-q2 waits for the running task, which may take ``timeout``: less would kill it."""
    text = (FOLDER / "order-status-worker@.service").read_text()
    (seconds,) = map(int, re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE))
    (timeout,) = map(int, re.findall(r'"timeout": (\d+)', (CHECKOUT / "docs" / "deploy.md").read_text()))
    assert seconds > timeout
    assert int(COMPOSE["services"]["worker"]["stop_grace_period"].rstrip("s")) > timeout


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (CHECKOUT / "docs" / page).read_text(), re.DOTALL)


def deployed(monkeypatch: pytest.MonkeyPatch, **env: str) -> dict[str, Any]:
    """Return the settings of deploy.md as a process with this environment has them."""
    names = {"REDIS_URL": "redis://redis:6379/0", "METRICS_TOKEN": "m" * 32, "ORDER_STATUS_KEY": "k" * 50}
    for name, value in {**names, **env}.items():
        monkeypatch.setenv(name, value)
    (block,) = (block for block in blocks("deploy.md") if "DATABASES" in block)
    postgresql = {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "USER": "shop", "PASSWORD": "", "HOST": ""}
    settings: dict[str, Any] = {"postgresql": postgresql}
    exec(block, settings)
    return settings


def test_the_settings_are_those_that_the_page_on_workers_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    explained: dict[str, Any] = {"DATABASES": {"default": {}}, "ORDER_STATUS": {}}
    one, redis, database, *_ = blocks("workers.md")
    for block in (one, redis, database):
        exec(block, explained)
    settings = deployed(monkeypatch)
    address, options = settings["Q_CLUSTER"].pop("redis").split("?")
    assert address == settings["REDIS_URL"]
    assert options == explained["Q_CLUSTER"].pop("redis").split("?")[1]
    assert settings["Q_CLUSTER"] == explained["Q_CLUSTER"]
    assert settings["DATABASES"]["default"]["OPTIONS"] == explained["DATABASES"]["default"]["OPTIONS"]


def test_open_pages_hear_by_redis_too(monkeypatch: pytest.MonkeyPatch) -> None:
    said = deployed(monkeypatch)["ORDER_STATUS"]
    assert set(said) <= Settings.names()
    # Without options: the broker has patience of its own, which an address would overrule.
    assert said["LIVE_REDIS_URL"] == "redis://redis:6379/0"
    with override_settings(ORDER_STATUS=said):
        assert import_string(said["LIVE_BROKER"])().check() == []


def test_only_what_runs_under_asgi_has_a_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "pool" not in deployed(monkeypatch)["DATABASES"]["default"]["OPTIONS"]
    shop = deployed(monkeypatch, DATABASE_POOL="8")["DATABASES"]["default"]
    assert shop["OPTIONS"]["pool"]["max_size"] == 8
    assert shop["CONN_MAX_AGE"] == 0
    for path in UNITS:
        assert ("DATABASE_POOL=" in path.read_text()) == ("uvicorn" in path.read_text()), path
    for name, service in COMPOSE["services"].items():
        assert ("DATABASE_POOL" in service.get("environment", {})) == ("uvicorn" in service.get("command", "")), name


def test_compose_names_what_it_has() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (FOLDER / source).exists(), volume
        for command in re.findall(r"manage\.py (order_status_\w+)", str(service.get("command"))):
            assert command in COMMANDS


@needs_nginx
@pytest.mark.parametrize("said", NGINX)
def test_nginx_reads_what_it_is_given(said: str, tmp_path: Path) -> None:
    text = NGINX[said]
    whole = tmp_path / "nginx.conf"
    server = text if "server {" in text else f"server {{\n{text}\n}}"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{server}\n}}\n")
    command = [str(find()), "-t", "-p", str(tmp_path), "-c", str(whole), "-e", "stderr"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "syntax is ok" in done.stderr, done.stderr


@pytest.mark.parametrize("said", NGINX)
def test_streams_have_a_place_of_their_own(said: str) -> None:
    """The pattern of nginx finds every stream, and nothing else of ours."""
    (pattern,) = re.findall(r"location ~ (\S+) \{", NGINX[said])
    link = "A" * 43
    assert re.search(pattern, f"/orders/{link}/live/")
    assert not re.search(pattern, f"/orders/{link}/")
    assert not re.search(pattern, f"/orders/{link}/live/more/")
    assert not re.search(pattern, "/orders/hooks/aftership/live/")
