"""What the manual gives to systemd, nginx and Compose: it can be read, and names what there is."""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import shlex
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address, ip_network
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
#: What the manual tells nginx: within ``http``, within ``server``, and all of it.
NGINX = {
    "nginx.conf": (FOLDER / "nginx.conf").read_text(),
    "servers.md": "\n".join(
        re.findall(r"```nginx\n(.*?)```", (CHECKOUT / "docs" / "servers.md").read_text(), re.DOTALL)
    ),
    "nginx-compose.conf": (FOLDER / "nginx-compose.conf").read_text(),
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


def written(said: str, folder: Path, port: int = 8080, **instead: str) -> list[str]:
    """Write all of a configuration, with its logs in ``folder``, and return the command that starts nginx with it."""
    text = NGINX[said]
    if "server {" not in text:
        text = f"server {{\nlisten 80 backlog=4096;\n{text}\n}}"
    if "http {" not in text:
        text = f"events {{}}\nhttp {{\naccess_log /var/log/nginx/access.log;\n{text}\n}}"
    text = text.replace("user nginx;", "")
    for old, new in {"/var/log/nginx": str(folder), "listen 80 ": f"listen 127.0.0.1:{port} ", **instead}.items():
        text = text.replace(old, new)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(f"{of}_temp_path {folder}/{of};" for of in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = text.replace("http {", f"http {{ {temporary}", 1)
    (folder / "nginx.conf").write_text(f"daemon off; pid {folder}/pid; {user}\n{text}")
    return [str(find()), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


@contextmanager
def nginx(said: str, folder: Path, **instead: str) -> Iterator[Callable[[str], int]]:
    """Run nginx as the manual has it, and yield what asks it for a path and returns the answer's status."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])

    def ask(path: str) -> int:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    process = subprocess.Popen(written(said, folder, port, **instead), stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.05)
        yield ask
    finally:
        process.terminate()
        process.wait(10)


@needs_nginx
@pytest.mark.parametrize("said", NGINX)
def test_nginx_reads_what_it_is_given(said: str, tmp_path: Path) -> None:
    done = subprocess.run([*written(said, tmp_path), "-t"], capture_output=True, text=True, check=False)
    assert "syntax is ok" in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


@needs_nginx
@pytest.mark.parametrize("said", NGINX)
def test_no_link_and_no_secret_stands_in_nginx_logs(said: str, tmp_path: Path) -> None:
    """Nobody answers behind it, so that each request is an error as well."""
    nobody = {"127.0.0.11": "127.0.0.1:1", "resolver ": "resolver_timeout 200ms; resolver "}
    nobody |= {f"127.0.0.1:{port}": "127.0.0.1:1" for port in (8000, 8001, 8002, 8101, 8102)}
    with nginx(said, tmp_path, **nobody) as ask:
        for path in ("order", f"orders/{'L' * 43}/", f"orders/{'L' * 43}/live/", "orders/hooks/post/LLLLLL/"):
            assert ask(f"/{path}") == 502
    logs = [(tmp_path / name).read_text() for name in ("access.log", "error.log")]
    assert all("GET /order " in log for log in logs)
    assert not any("LLLLLL" in log for log in logs)


def test_the_server_of_compose_is_the_other_one() -> None:
    """But for the way to those behind it, and the folder of static files."""

    def server(said: str) -> list[str]:
        _, text = NGINX[said].split("\nserver {" if said == "nginx.conf" else "    server {")
        text = text.replace("http://$", "http://").replace("/srv/shop/", "/srv/")
        return [line.strip() for line in text.splitlines() if line.strip() not in ("", "}") and " set $" not in line]

    assert server("nginx-compose.conf") == server("nginx.conf")


class Answering(BaseHTTPRequestHandler):
    """Answers what came by TLS, and sends everything else there, as SECURE_SSL_REDIRECT does."""

    def do_GET(self) -> None:
        self.send_response(200 if self.headers["X-Forwarded-Proto"] == "https" else 301)
        self.send_header("Location", "https://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def answer_names(names: socket.socket, where: dict[str, str]) -> None:
    """Be a DNS server that knows one name, until the socket is closed."""
    with contextlib.suppress(OSError):
        while True:
            asked, client = names.recvfrom(512)
            answer = struct.pack("!HHHLH4s", 0xC00C, 1, 1, 600, 4, socket.inet_aton(where["pages"]))
            names.sendto(asked[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + asked[12:] + answer, client)


@needs_nginx
def test_nginx_finds_a_container_that_was_made_anew(tmp_path: Path) -> None:
    """Docker's DNS, of which nginx asks again though its answers may be kept for ten minutes."""
    where = {"pages": "127.0.0.1"}
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", 0))
    with HTTPServer(("127.0.0.3", 0), Answering) as server, closing(names):
        for target, arguments in ((server.serve_forever, ()), (answer_names, (names, where))):
            threading.Thread(target=target, args=arguments, daemon=True).start()
        dns = f"127.0.0.1:{names.getsockname()[1]}"
        # Each process of nginx remembers on its own.
        one = {"worker_processes auto": "worker_processes 1"}
        instead = {"127.0.0.11": dns, "pages:8000": f"pages:{server.server_port}", **one}
        with nginx("nginx-compose.conf", tmp_path, **instead) as ask:
            assert ask("/") == 502
            where["pages"] = "127.0.0.3"
            end = time.monotonic() + 8
            while ask("/") == 502 and time.monotonic() < end:
                time.sleep(0.2)
            assert ask("/orders/") == 301
        server.shutdown()


def test_the_health_check_of_compose_is_not_redirected() -> None:
    *_, code = COMPOSE["services"]["pages"]["healthcheck"]["test"]
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        exec(code.replace(":8000", f":{server.server_port}"), {})  # raises when it fails
        server.shutdown()


def test_compose_believes_nginx_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    address = COMPOSE["services"]["nginx"]["networks"]["inside"]["ipv4_address"]
    (pool,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    assert ip_address(address) in ip_network(pool["subnet"])
    assert ip_address(address) not in ip_network(pool["ip_range"])
    said = COMPOSE["x-shop"]["environment"]["TRUSTED_PROXIES"]
    assert deployed(monkeypatch, TRUSTED_PROXIES=said)["ORDER_STATUS"]["TRUSTED_PROXIES"] == [f"{address}/32"]


@pytest.mark.parametrize("said", NGINX)
def test_streams_have_a_place_of_their_own(said: str) -> None:
    """The pattern of nginx finds every stream, and nothing else of ours."""
    (pattern,) = re.findall(r"location ~ (\S+) \{", NGINX[said])
    link = "A" * 43
    assert re.search(pattern, f"/orders/{link}/live/")
    assert not re.search(pattern, f"/orders/{link}/")
    assert not re.search(pattern, f"/orders/{link}/live/more/")
    assert not re.search(pattern, "/orders/hooks/aftership/live/")
