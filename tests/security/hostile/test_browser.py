"""Ten thousand hostile texts through every field that somebody can write: nothing of them runs, with or without a policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from order_status_plugin.cms.blocks import LayoutBlock
from tests.chromium import chromium

from .fill import ADDRESS
from .payloads import FIRST, MARKUP, PLUS, VECTORS, Payload, evaluated, payloads
from .server import Server, serving
from .shop import HOST, ORIGIN, RIGHT, UNWRITTEN, WRITTEN, Supply, fill, ours, settings_models, stand_in

# Wagtail leaves the file open that a rendition was made in.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile:ResourceWarning")

#: As many as are tried, and as many as stand in the shop at a time.
COUNTS = {"moderate": 300, "full": 10_000}
BATCH = 1_250

#: Pages with the blocks of the layout that "private" has as well.
ALIKE = ("public", "staff view", "preview in_transit", "preview of a message")

#: What a template engine would have made of any of them.
SUMS = frozenset(evaluated(FIRST + place) for place in range(COUNTS["full"]))

#: What stands in the document though nobody but us may put it there. Runs in the page, so it sees what the parser made.
AUDIT = r"""() => {
  const found = [], ours = /[4]\d{7}|xss|alert\(|confirm\(/;
  const links = new Set(["href", "src", "action", "formaction", "data", "xlink:href", "poster", "background", "srcset"]);
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    const isCode = name === "script" && !element.src && !/json/.test(element.type);
    if ((isCode || name === "style") && ours.test(element.textContent)) found.push(name + ": " + element.textContent.slice(0, 80));
    if (["base", "object", "embed", "frame", "applet"].includes(name)) found.push(name);
    for (const { name: attribute, value } of element.attributes) {
      const where = name + " " + attribute + "=" + value.slice(0, 80);
      if (/^on|^srcdoc$|^style$|^http-equiv$/i.test(attribute) && ours.test(value)) found.push(where);
      if (links.has(attribute.toLowerCase())) {
        let scheme = "";
        try { scheme = new URL(value, location.href).protocol; } catch {}
        if (scheme && !["https:", "http:", "mailto:", "tel:"].includes(scheme)) found.push(where);
      }
    }
  }
  return found;
}"""
#: Every fold is opened and every element is touched, as somebody would who looks at all of it.
TOUCH = """() => {
  document.querySelectorAll("details").forEach((fold) => (fold.open = true));
  for (const element of document.querySelectorAll("main *, table *, section *"))
    for (const kind of ["pointerover", "mouseover", "focus", "focusin", "toggle"]) element.dispatchEvent(new Event(kind));
}"""


class Visitor:
    """A browser that hears whatever a payload says when it runs."""

    def __init__(self, chromium: Any, server: Server, *, with_policy: bool) -> None:
        self.with_policy = with_policy
        self.server = server
        self.context = chromium.new_context(bypass_csp=not with_policy)
        self.ran: list[str] = []
        self.refused: list[str] = []
        self.context.expose_binding("xss", lambda source, *said: self.ran.append(str(said)))
        self.page = self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda message: self._hear(message.text))

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":  # Wagtail's own form asks whether it may be left
            dialog.accept()
            return
        self.ran.append(dialog.message)
        dialog.dismiss()

    def _hear(self, text: str) -> None:
        if text.startswith("xss"):
            self.ran.append(text)
        # A picture may be anywhere; whether the shop's policy lets it in is the shop's affair.
        elif "Content Security Policy" in text and not text.startswith("Loading the image 'http"):
            self.refused.append(text)

    def look(self, shop: Any, who: str, path: str) -> list[str]:
        """Return what is wrong with a page: what ran, what was refused only by the policy, and what should not be there."""
        self.ran, self.refused = [], []
        html = self.server.show(shop, who, path)
        answer = self.page.goto(f"{ORIGIN}{path}")
        assert answer.status == 200, (path, answer.status)
        self.page.evaluate(TOUCH)
        self.page.wait_for_timeout(20)  # for what is done a moment later
        sums = {str(number) for number in re.findall(r"(?<!\d)7\d{7}(?!\d)", html)}
        return [
            *(f"ran {said}" for said in self.ran),
            *(f"refused {text[:120]}" for text in self.refused),
            *(f"there {what}" for what in self.page.evaluate(AUDIT)),
            *(f"evaluated {number}" for number in sums & SUMS),
        ]


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> None:
    """Put pictures where they vanish."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def visitors(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Visitor]]:
    stand_in(monkeypatch)
    with serving() as server:
        found = f"--host-resolver-rules=MAP {HOST}:80 127.0.0.1:{server.port}, MAP * ~NOTFOUND"
        with chromium(found) as browser:
            yield {
                "with the policy": Visitor(browser, server, with_policy=True),
                "without a policy": Visitor(browser, server, with_policy=False),
            }


# Beside Playwright's loop Django opens a connection of its own, which no rollback reaches.
@pytest.mark.django_db(transaction=True)
def test_nothing_that_anybody_writes_runs(
    visitors: dict[str, Visitor], volume: str, unlogged: None, media: None
) -> None:
    hostile = payloads(COUNTS[volume])
    wrong: list[str] = []
    tried = 0
    for number, begin in enumerate(range(0, len(hostile), BATCH)):
        supply = Supply(hostile[begin : begin + BATCH])
        shop = fill(supply, number)
        tried += len(supply.words[""])
        assert not any(map(supply.lacks, supply.words))
        assert set(supply.fields) >= block_fields()
        for turn, (name, visitor) in enumerate(visitors.items(), number):
            # Whoever has many batches sees the same blocks on one of these pages at a time.
            passed = {*ALIKE} - {ALIKE[turn % len(ALIKE)]} if len(hostile) > BATCH else set()
            if visitor.with_policy:
                passed |= shop.without_policy
            for look, (who, path) in shop.looks.items():
                if look not in passed:
                    wrong += [f"{look}, {name}: {what}" for what in visitor.look(shop, who, path)]
    assert tried == COUNTS[volume]
    assert wrong == [], "\n".join(wrong[:40])


def block_fields() -> set[str]:
    """Return the names of the fields of every block that an editor is offered."""
    from .fill import block_data

    supply = Supply([Payload(0, "word", is_address=True)])
    for name, block in LayoutBlock().child_blocks.items():
        block_data(block, supply.take, name)
    return {name for name in supply.fields if not name.startswith("Image.")}


@pytest.mark.django_db
def test_every_field_is_seen_somewhere(monkeypatch: pytest.MonkeyPatch, media: None) -> None:
    """Else the run above would look at pages on which nothing hostile stands."""
    stand_in(monkeypatch)
    said: dict[str, set[str]] = {}

    class Named(Supply):
        def take(self, name: str) -> str:
            super().take(name)
            word = f"w{sum(self.taken.values())}w"  # another one each time
            said.setdefault(name, set()).add(word)
            return f"{RIGHT}&w={word}" if name.endswith(ADDRESS) else word

    shop = fill(Named([Payload(0, "", is_address=True)]), 0)
    seen = b"".join(shop.answer(who, path)[2] for who, path in shop.looks.values()).decode()
    shown = set(re.findall(r"w\d+w", seen, re.IGNORECASE)) | {w.casefold() for w in re.findall(r"W\d+W", seen)}
    unseen = {name for name, given in said.items() if not given & shown}
    assert not unseen - UNSEEN, "\n".join(sorted(unseen - UNSEEN))
    assert sorted(UNSEEN - unseen) == []


#: Fields that no page prints as they were written.
UNSEEN = {
    "Address.country_name",  # where we have no name for the country
    "ContactSnapshot.email",  # masked
    "ContactSnapshot.name",  # greets with it, but not with one that has digits
    "ContactSnapshot.phone",
    "FulfillmentSnapshot.host_status_text",
    "LineSnapshot.url (address)",
    "MerchantCarrier.aliases",
    "Place.postcode",
    "Place.region",  # for some countries, which ours are not
    "TrackingUpdate.carrier_text",
}


def test_every_model_with_words_is_accounted_for() -> None:
    """A new one is filled in shop.py, or named there as one that nobody writes in."""
    from django.db import models

    worded = {
        model.__name__
        for model in ours()
        if any(
            isinstance(field, (models.CharField, models.TextField, models.JSONField))
            for field in model._meta.concrete_fields
        )
    }
    assert worded == WRITTEN | UNWRITTEN | {model.__name__ for model in settings_models()}


def test_what_runs_is_heard(visitors: dict[str, Visitor]) -> None:
    """The same payloads on a page that escapes nothing: without a policy they run, and the audit sees them either way."""

    class Careless:
        def __init__(self, body: str) -> None:
            self.body = body

        def answer(self, who: str, path: str) -> tuple[int, dict[str, str], bytes]:
            policy = {"Content-Security-Policy": "default-src 'self'"}
            html = f"<!doctype html><meta charset=utf-8><title>Careless</title><main>{self.body}</main>"
            return 200, {"Content-Type": "text/html", **policy}, html.encode()

    tried = payloads(len(VECTORS))[: len(MARKUP) : 3]
    ran: dict[str, set[str]] = {}
    audited = 0
    for name, visitor in visitors.items():
        for payload in tried:
            found = visitor.look(Careless(payload.text), "public", "/")
            if any(what.startswith("ran") for what in found):
                ran.setdefault(name, set()).add(payload.text)
            audited += any(what.startswith(("there", "ran")) for what in found)
    assert len(ran["without a policy"]) >= len(tried) // 3
    assert "with the policy" not in ran
    assert audited >= len(tried)
    number = Payload(FIRST, "").number
    assert visitors["with the policy"].look(Careless(f"<p>{number + PLUS}</p>"), "public", "/") != []
