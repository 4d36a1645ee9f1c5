"""Identification on a phone by keyboard and by the names that screen readers say, in English and French."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .conftest import Demo

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}

#: What is read out, in both languages.
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "open": "See tracking number and delivery details",
        "number": "Order number",
        "contact": "Email address or phone",
        "show": "Show my details",
        "refused": "We could not show it here",
        "ask": "Mail me a code",
        "code page": "Type the code",
        "code": "Code",
        "private": "Delivery and payment",
        "devices": "devices? sees? these details",
        "share": "Share links, QR code, new link",
        "share page": "Share this order",
        "scope": "It shows",
        "items": "the arrival and the items",
        "label": "Whom it is for",
        "make": "Make a link",
        "end": "End this link: Ada",
        "renew": "Make a new link",
        "look up": "Track your order",
        "no number": "I do not have the number",
        "address": "Email address",
        "mail": "Mail me my links",
        "mailed": "Look into your mail",
    },
    "fr": {
        "open": "Voir le numéro de suivi et les détails de livraison",
        "number": "Numéro de commande",
        "contact": "Adresse e-mail ou téléphone",
        "show": "Afficher mes détails",
        "refused": "Nous n’avons pas pu l’afficher ici",
        "ask": "Recevoir un code",
        "code page": "Saisissez le code",
        "code": "Code",
        "private": "Livraison et paiement",
        "devices": "appareils? voi(t|ent) ces détails",
        "share": "Liens de partage, code QR, nouveau lien",
        "share page": "Partager cette commande",
        "scope": "Il montre",
        "items": "l’arrivée et les articles",
        "label": "Pour qui",
        "make": "Créer un lien",
        "end": "Mettre fin à ce lien: Ada",
        "renew": "Créer un nouveau lien",
        "look up": "Suivre votre commande",
        "no number": "Je n’ai pas le numéro",
        "address": "Adresse e-mail",
        "mail": "Recevoir mes liens",
        "mailed": "Consultez vos messages",
    },
}


def reach(page: Page, target: Locator, *, within: int = 80) -> None:
    """Press Tab until this has the focus."""
    for _ in range(within):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"No key leads to {target}.")


def fill(page: Page, name: str, text: str) -> None:
    field = page.get_by_role("textbox", name=name, exact=True)
    reach(page, field)
    page.keyboard.type(text)


def press(page: Page, role: Any, name: str) -> None:
    reach(page, page.get_by_role(role, name=name, exact=True))
    page.keyboard.press("Enter")


def unfold(page: Page, name: str | re.Pattern[str]) -> None:
    reach(page, page.locator("summary").filter(has_text=name))
    page.keyboard.press("Enter")


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, exact=True)


def letters(demo: Demo, to: str, mark: str) -> list[str]:
    """Return the mails to this address that hold these words, the oldest first."""
    found = []
    for path in sorted((demo.var / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = letter.get_body(("plain",))
        if to in str(letter["To"]) and body and mark in body.get_content():
            found.append(body.get_content().replace("\r\n", "\n"))
    return found


@pytest.mark.parametrize("language", WORDS)
def test_by_keyboard_and_by_name(
    demo: Demo,
    contexts: Callable[..., BrowserContext],
    shoot: Callable[[Page, str], None],
    until: Callable[..., float],
    language: str,
) -> None:
    words = WORDS[language]
    order = next(each for each in demo.facts["orders"] if each["locale"].startswith(language) and each["email"])
    page = contexts(locale=f"{language}-{'GB' if language == 'en' else 'FR'}", **PHONE).new_page()

    # Two wrong words are told of, and nothing is shown.
    page.goto(order["link"])
    unfold(page, words["open"])
    fill(page, words["number"], order["number"])
    fill(page, words["contact"], "somebody@example.net")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(words["refused"])
    expect(page.get_by_role("textbox", name=words["number"])).to_have_value("")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    shoot(page, f"identify-refused-{language}")

    # A code in the mail opens the order here.
    fill(page, words["number"], order["number"])
    fill(page, words["contact"], order["email"])
    press(page, "button", words["ask"])
    expect(heading(page, words["code page"])).to_be_visible()
    code = re.compile(r"^([0-9A-Z]{4}-[0-9A-Z]{4})$", re.MULTILINE)

    def mailed() -> list[str]:
        return [text for text in letters(demo, order["email"], order["number"]) if code.search(text)]

    until(mailed, within=60)
    found = code.search(mailed()[-1])
    assert found
    fill(page, words["code"], found[1].lower())
    shoot(page, f"identify-code-{language}")
    page.keyboard.press("Enter")
    expect(heading(page, words["private"])).to_be_visible()
    expect(page.locator("main")).to_contain_text(order["number"])
    assert page.locator("main").get_attribute("lang") == language

    # The device is in the list; from there to sharing.
    unfold(page, re.compile(words["devices"]))
    shoot(page, f"identify-private-{language}")
    press(page, "link", words["share"])
    expect(heading(page, words["share page"])).to_be_visible()
    reach(page, page.get_by_role("combobox", name=words["scope"]))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("combobox", name=words["scope"])).to_have_value("items")
    fill(page, words["label"], "Ada")
    press(page, "button", words["make"])
    expect(page.get_by_role("button", name=words["end"], exact=True)).to_be_visible()
    shared = page.locator("li input[readonly]").input_value()
    shoot(page, f"share-own-{language}")
    neighbour = contexts(**PHONE).new_page()
    answer = neighbour.goto(shared)
    assert answer
    assert answer.status == 200
    assert not [value for value in (*order["personal"], order["number"]) if value in neighbour.content()]
    shoot(neighbour, f"shared-{language}")

    # Links by mail, without a number.
    page.goto(f"{demo.base_url}/orders/")
    unfold(page, words["no number"])
    fill(page, words["address"], order["email"])
    press(page, "button", words["mail"])
    expect(heading(page, words["mailed"])).to_be_visible()
    until(lambda: letters(demo, order["email"], order["link"]), within=60)
    assert not page.evaluate("document.querySelector('form')")
