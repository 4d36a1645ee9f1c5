"""Visit every address in every tier, method and language, and read everything that comes back, logs and mails too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import Resolver404, resolve

from ..access import erase, grants
from ..access.audit import SYSTEM
from ..access.headers import KEPT_FOR_EVER
from ..access.models import Grant
from ..conf import conf
from ..events import Tier
from ..live.stream import frame_of
from ..messages.compose import compose
from ..messages.models import OutboxMessage
from ..messages.withheld import Withheld
from .canaries import HOST, SOURCE, Bird, Canary, Text
from .surface import (
    EDITORS,
    EDITORS_PAGE,
    FORM,
    METHODS,
    NAMESPACE,
    ROUTES,
    Route,
    Visit,
    editors_pages,
    key_of,
    served,
)

SERVER = "order-status-doctor.invalid"
#: What every answer of ours must carry.
HEADERS = (
    "Cache-Control",
    "Content-Security-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Robots-Tag",
)
#: Filled into every form: each field with something that nobody would know the right value of.
GUESSES = {
    "number": "1",
    "email": "nobody@example.org",
    "code": "AAAA-AAAA",
    "sure": "yes",
    "days": "7",
    "scope": "items",
    "label": "",
    "others": "1",
    "device": "1",
    "link": "1",
    "choice": "on",
}
_STAFF = "order_status.doctor"
#: The switch by which staff look as somebody else, and the addresses that have it.
_AS = ("?as=public", "?as=customer")
_AS_PAGES = ("order", "StatusPageView")


@dataclass
class Report:
    """What was done and what was found. ``problems`` is empty when all is well."""

    requests: int = 0
    routes: int = 0
    languages: tuple[str, ...] = ()
    states: list[str] = field(default_factory=list)
    log_lines: int = 0
    mails: int = 0
    problems: dict[str, None] = field(default_factory=dict)

    def complain(self, text: str) -> None:
        """Note a problem; the same one twice is one."""
        self.problems[text] = None


def _staff() -> Any:
    """Return somebody who may do all: a row that goes with the rest, made past the signals that greet new people."""
    model = get_user_model()
    user = model(**{model.USERNAME_FIELD: "doctor@order-status.invalid"})
    for name in ("is_active", "is_staff", "is_superuser"):
        if hasattr(user, name):
            setattr(user, name, True)
    return model._base_manager.bulk_create([user])[0]


class AsStaff:
    """Middleware of the check alone: signs its own requests in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next one."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        user = request.META.get(_STAFF)
        if isinstance(user, get_user_model()):  # what comes over a wire is text
            request.user = user
        return self.get_response(request)


class _Hearing(logging.Handler):
    """Keeps every line that is logged while we visit."""

    #: A logger that does not propagate is heard by itself.
    LOGGERS: ClassVar = ("", "django", "django.request", "django.security", "django.server", "order_status_plugin")

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, tuple[logging.LogRecord, str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("django.db"):
            text = logging.Formatter("%(name)s %(message)s").format(record)
            self.lines[id(record)] = (record, text)

    @contextmanager
    def attached(self) -> Iterator[None]:
        for name in self.LOGGERS:
            logging.getLogger(name).addHandler(self)
        try:
            yield
        finally:
            for name in self.LOGGERS:
                logging.getLogger(name).removeHandler(self)


def run(languages: Iterable[str] = ()) -> Report:
    """Do the whole check. Nothing of it stays: all happens in a transaction that is rolled back."""
    report = Report(languages=tuple(languages) or (settings.LANGUAGE_CODE,))
    if not _classify(report):
        return report
    ours = {
        **settings.ORDER_STATUS,
        "HOSTS": {**conf.HOSTS, HOST: {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}},
        "SOURCES": {**conf.SOURCES, SOURCE: {"BACKEND": "order_status_plugin.sources.manual.Manual"}},
        "CHANNELS": conf.CHANNELS or {"email": {"BACKEND": "order_status_plugin.channels.email.EmailChannel"}},
    }
    hearing = _Hearing()
    pages = editors_pages()
    report.routes += len(pages)
    with ExitStack() as stack:
        stack.enter_context(
            override_settings(
                ORDER_STATUS=ours,
                ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, SERVER, *(page.host.partition(":")[0] for page in pages)],
                MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.AsStaff"],
            )
        )
        stack.enter_context(transaction.atomic())
        stack.enter_context(hearing.attached())
        try:
            _Crawl(report).go(hearing)
        finally:
            transaction.set_rollback(True)
    return report


def _classify(report: Report) -> bool:
    found = served()
    report.routes = len(found)
    if not found:
        report.complain("order_status_plugin.urls is not in the URLconf.")
    for name in sorted(set(found) - set(ROUTES)):
        report.complain(f"{name}: nobody has classified this address; add it to security/surface.py.")
    for name in sorted(set(ROUTES) - set(found)):
        report.complain(f"{name}: classified, but not served.")
    return not report.problems


class _Crawl:
    """One run, with its order."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.bird = Bird()
        self.staff = _staff()
        self.state = ""

    def go(self, hearing: _Hearing) -> None:
        """Visit in each state of the order's life."""
        bird = self.bird
        stream = Text(frame_of(bird.order.version).decode())
        self._look(stream, [canary for canary in bird.canaries if canary.what != "total"], "the stream")
        for state, begin in (
            ("ready for pickup", bird.make_ready),
            ("delivered", bird.deliver),
            ("erased", self._erase),
        ):
            begin()
            self.state = state
            self.report.states.append(state)
            self._check_private_page()
            for name, route in ROUTES.items():
                for visit in route.visits(bird):
                    if self._is_resolved(name, visit.path):
                        self._visit(name, route, visit)
            for visit in EDITORS.visits(bird):
                self._visit(EDITORS_PAGE, EDITORS, visit)
            self._read_mails()
            self._read_logs(hearing)

    def _erase(self) -> None:
        erase.erase(self.bird.order, SYSTEM)
        self.bird.order.refresh_from_db()

    def _visit(self, name: str, route: Route, visit: Visit) -> None:
        for tier in Tier:
            client = self._client(tier)
            for method in METHODS if len(self.report.states) == 1 else FORM:
                # A page twice: the second may be one that was kept. In each language only what is read.
                for language in self.report.languages if method == "GET" else self.report.languages[:1]:
                    for _turn in range(2 if method == "GET" and name == "order" else 1):
                        self._ask(client, name, route, visit, tier, method, language)
            for query in _AS if tier is Tier.STAFF and name in _AS_PAGES else ():
                as_ = Tier.PUBLIC if query.endswith("public") else Tier.PRIVATE
                self._ask(
                    client, name, route, Visit(visit.path + query, visit.hides), as_, "GET", self.report.languages[0]
                )

    def _is_resolved(self, name: str, path: str) -> bool:
        try:
            match = resolve(path.partition("?")[0])
        except Resolver404:
            self.report.complain(f"{name}: {self._mask(path)} leads nowhere.")
            return False
        key = key_of(match.url_name, match.func)
        if key != name and "%" not in path:
            self.report.complain(f"{name}: {self._mask(path)} is answered by {key}.")
        return key == name or "%" in path

    def _client(self, tier: Tier) -> Client:
        more: dict[str, Any] = {_STAFF: self.staff} if tier is Tier.STAFF else {}
        client = Client(raise_request_exception=False, SERVER_NAME=SERVER, **more)
        if tier is Tier.PRIVATE:
            request = RequestFactory(SERVER_NAME=SERVER).post("/", secure=True)
            response = HttpResponse()
            grants.give(request, response, self.bird.order, Grant.Method.IDENTIFIED)
            client.cookies.update(response.cookies)
        return client

    def _ask(
        self, client: Client, name: str, route: Route, visit: Visit, tier: Tier, method: str, language: str
    ) -> None:
        """Ask once, read the answer and what it leads to, and undo what asking did."""
        where = f"{name} {method} as {tier}, {language}, {self.state}"
        cookies = client.cookies.output()
        more: dict[str, Any] = {"secure": True, "HTTP_ACCEPT_LANGUAGE": language}
        if visit.host:
            more["HTTP_HOST"] = visit.host
        body: dict[str, Any] = {}
        if method not in ("GET", "HEAD"):
            body = {"data": "&".join(f"{k}={v}" for k, v in GUESSES.items())}
            body["content_type"] = "application/x-www-form-urlencoded"
        path, _mark, query = visit.path.partition("?")
        try:
            with transaction.atomic():
                answer = client.generic(method, path, QUERY_STRING=query, **body, **more)
                self._read(answer, name, route, visit, tier, method, where)
                steps = 0
                while answer.status_code in (301, 302, 303, 307, 308) and steps < 3:
                    target = answer.headers["Location"]
                    if not target.startswith("/"):
                        self.report.complain(f"{where}: leads to another site.")
                        break
                    steps += 1
                    answer = client.get(target, **more)
                    self._read_words(answer, tier, (), f"{where}, followed")
                transaction.set_rollback(True)
        finally:
            client.cookies.clear()
            client.cookies.load(cookies.replace("Set-Cookie: ", "").replace("\r\n", "; "))

    def _read(self, answer: Any, name: str, route: Route, visit: Visit, tier: Tier, method: str, where: str) -> None:
        self.report.requests += 1
        status = answer.status_code
        if name == EDITORS_PAGE and method == "GET" and status != 200:
            self.report.complain(f"{where}: {status}; nobody can look an order up there.")
        if status >= 500 and not (name == "health" and status == 503):
            self.report.complain(f"{where}: {status}.")
        for header in HEADERS:
            if header not in answer.headers:
                self.report.complain(f"{where}: no {header}.")
        said = answer.headers.get("Cache-Control", "")
        if "no-store" not in said and not (route.is_kept and status == 200 and said == KEPT_FOR_EVER):
            self.report.complain(f"{where}: may be stored.")
        if "no-store" not in said and (answer.cookies or "Cookie" in answer.headers.get("Vary", "")):
            self.report.complain(f"{where}: may be stored, and knows who asked.")
        if status < 300:
            if method not in route.methods:
                self.report.complain(f"{where}: answers a method that its classification does not name.")
            kind = answer.headers.get("Content-Type", "").partition(";")[0]
            if method in ("GET", "POST") and kind not in route.formats:
                self.report.complain(f"{where}: answers in {kind}, which its classification does not name.")
        most = tier if route.shows is Tier.STAFF else route.shows
        self._read_words(answer, most, visit.hides if status < 300 else (), where)

    def _read_words(self, answer: Any, tier: Tier, hides: tuple[str, ...], where: str) -> None:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
        text = Text(f"{headers}\n{answer.cookies.output()}\n{body.decode(errors='replace')}")
        if self.state == "erased":
            tier = Tier.PUBLIC
        hidden = [each for each in self.bird.canaries if not each.may_be_seen_by(tier) or each.what in hides]
        self._look(text, hidden, where)

    def _look(self, text: Text, hidden: Iterable[Canary], where: str) -> None:
        for canary in hidden:
            if canary.is_in(text):
                self.report.complain(f"{where}: shows the {canary.what}.")

    def _check_private_page(self) -> None:
        """See that the canaries sing where they may: a check that finds nothing anywhere proves nothing."""
        if self.state == "erased":
            return
        answer = self._client(Tier.PRIVATE).get(self.bird.path, secure=True)
        text = Text(answer.content.decode())
        for canary in self.bird.named(
            "order number", "shipping street", "payment", "tracking number", "shipping name", "note"
        ):
            if not canary.is_in(text):
                self.report.complain(f"The customer does not see the {canary.what} ({self.state}): the check is blind.")

    def _read_mails(self) -> None:
        hidden = [canary for canary in self.bird.canaries if not canary.is_mailed]
        for row in OutboxMessage.objects.filter(order=self.bird.order).select_related("order").order_by("pk"):
            try:
                mail = compose(row)
            except Withheld:
                continue
            if self.state == "erased":
                self.report.complain(f"a mail about {row.milestone} of an erased order could be written.")
            self.report.mails += 1
            self._look(Text(f"{mail.subject}\n{mail.text}\n{mail.html}"), hidden, f"mail {row.milestone}, {self.state}")

    def _read_logs(self, hearing: _Hearing) -> None:
        secret = [canary for canary in self.bird.canaries if canary.what != "item title"]
        for record, line in hearing.lines.values():
            self.report.log_lines += 1
            self._look(Text(line), secret, f"log {record.name}, {self.state}")
        hearing.lines.clear()

    def _mask(self, path: str) -> str:
        return path.replace(self.bird.link, "<link>").replace(f"/{NAMESPACE}/", "/")
