"""From a file that a shop's spreadsheet saved to lines of text: encodings, separators, headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

#: As large as a file may be, and as many lines as it may have.
MOST_BYTES = 2_000_000
MOST_LINES = 10_000

#: How headings are spelled, by what they mean; compared without spaces, dashes and case.
HEADINGS: dict[str, frozenset[str]] = {
    "number": frozenset(
        [
            "order",
            "ordernumber",
            "orderno",
            "orderid",
            "ordername",
            "number",
            "bestellung",
            "bestellnummer",
            "bestelnummer",
            "commande",
            "numérodecommande",
            "pedido",
            "númerodepedido",
            "ordine",
            "numerodordine",
            "zamówienie",
            "numerzamówienia",
            "注文番号",
            "رقمالطلب",
        ]
    ),
    "tracking_number": frozenset(
        [
            "tracking",
            "trackingnumber",
            "trackingno",
            "trackingcode",
            "trackingid",
            "sendungsnummer",
            "sendung",
            "paketnummer",
            "numérodesuivi",
            "suivi",
            "númerodeseguimiento",
            "seguimiento",
            "numeroditracking",
            "numerodispedizione",
            "volgnummer",
            "trackandtrace",
            "numerprzesyłki",
            "númeroderastreio",
            "rastreio",
            "追跡番号",
            "رقمالتتبع",
        ]
    ),
    "carrier": frozenset(
        [
            "carrier",
            "shippingcarrier",
            "courier",
            "versanddienst",
            "versanddienstleister",
            "paketdienst",
            "transporteur",
            "transportista",
            "corriere",
            "vervoerder",
            "przewoźnik",
            "transportadora",
            "配送業者",
            "شركةالشحن",
        ]
    ),
    "sent": frozenset(
        [
            "sent",
            "sentat",
            "sentdate",
            "senton",
            "shipped",
            "shippedat",
            "shipdate",
            "shippingdate",
            "date",
            "datum",
            "versandt",
            "versanddatum",
            "envoyéle",
            "fechadeenvío",
            "datadispedizione",
            "verzonden",
            "datawysyłki",
            "datadeenvio",
            "発送日",
            "تاريخالإرسال",
        ]
    ),
    "host": frozenset({"host", "shop", "store"}),
}
#: What stands where in a file without headings.
BY_POSITION = ("number", "tracking_number", "carrier", "sent")


class UnreadableFile(ValueError):
    """It is no such file. The first argument is a word of ``staff.import_plan.SAYS``."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as it was written; ``line`` counts from 1, headings included."""

    line: int
    number: str = ""
    tracking_number: str = ""
    carrier: str = ""
    sent: str = ""
    host: str = ""


def decode(body: bytes) -> str:
    """Return the text: UTF-8 with or without mark, UTF-16 with one, else what Windows writes in the West."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def read(body: bytes) -> list[Line]:
    """Return the lines of a file that hold anything. Raises UnreadableFile."""
    if len(body) > MOST_BYTES:
        raise UnreadableFile("too_large")
    text = decode(body)
    if "\0" in text:
        raise UnreadableFile("no_table")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(";\t,", key=first.count)
    try:
        rows = list(_rows(text, separator))
    except csv.Error as error:
        raise UnreadableFile("no_table") from error
    if not rows:
        raise UnreadableFile("empty")
    columns = _columns(rows[0][1])
    lines = rows[1:] if columns else rows
    names = columns or {name: place for place, name in enumerate(BY_POSITION)}
    if "number" not in names or "tracking_number" not in names or all(len(cells) < 2 for _line, cells in rows):
        raise UnreadableFile("no_columns")
    if len(lines) > MOST_LINES:
        raise UnreadableFile("too_many")
    if not lines:
        raise UnreadableFile("empty")
    return [
        Line(line, **{name: cells[place][:500] for name, place in names.items() if place < len(cells)})
        for line, cells in lines
    ]


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for cells in reader:
        clean = [cell.strip() for cell in cells]
        if any(clean):
            yield reader.line_num, clean


def _columns(cells: list[str]) -> dict[str, int]:
    """Return where what stands, {} where the first line is no line of headings."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        folded = "".join(char for char in cell.casefold() if char.isalnum())
        for name, spelled in HEADINGS.items():
            if folded in spelled:
                found.setdefault(name, place)
    return found
