"""Bring the catalogues up to date with the package: ``python -m tools.extract_messages``, from the checkout.

Every text that goes through gettext, in Python and in Django's templates, is in every catalogue afterwards: new ones
empty, at the end, those that nobody says any more gone, the others as they stand. Django's own ``makemessages`` needs
the system's gettext; this needs Babel alone.

``--check`` writes nothing. Either way what has no translation is listed by language, and that is a failure:
``--check de`` lists German alone.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "order_status_plugin"
LOCALES = PACKAGE / "locale"
TEMPLATES = {".html", ".txt", ".svg", ".mjml"}

#: What the functions take: where among their arguments context ("c"), text and plural stand, as xgettext writes it.
PLAIN, PLURAL, CONTEXT, BOTH = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
FUNCTIONS = {
    "_": PLAIN,
    "gettext": PLAIN,
    "gettext_lazy": PLAIN,
    "gettext_noop": PLAIN,
    "ngettext": PLURAL,
    "ngettext_lazy": PLURAL,
    "pgettext": CONTEXT,
    "pgettext_lazy": CONTEXT,
    "npgettext": BOTH,
    "npgettext_lazy": BOTH,
}


class Text(NamedTuple):
    """What the package says: a context or "", the text, and its plural or ""."""

    context: str
    one: str
    many: str

    @property
    def id(self) -> str | tuple[str, str]:
        """Return the text as a catalogue has it."""
        return (self.one, self.many) if self.many else self.one


def texts() -> list[Text]:
    """Return every text of the package once, in the order of its files. Raises ValueError for what cannot be read."""
    found = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            said = _read(path.read_text(encoding="utf-8"))
        elif path.suffix in TEMPLATES and "templates" in path.parts:
            # What is no text becomes letters, a statement a line: indented ones would be none.
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            said = _read("\n".join(line.strip() for line in code.splitlines()))
        else:
            continue
        for text in said:
            known = found.setdefault((text.context, text.one), text)
            if text.many and known.many and text.many != known.many:
                raise ValueError(f"{path}: {text.one!r} has two plurals")
            # The same text with and without a number is one entry, as gettext has it.
            found[text.context, text.one] = text if text.many else known
    return list(found.values())


def _read(code: str) -> Iterator[Text]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        for _line, function, said, _comments in extract_python(BytesIO(code.encode()), list(FUNCTIONS), (), {}):
            arguments = list(said) if isinstance(said, (list, tuple)) else [said]
            spec = FUNCTIONS[function]
            wanted = 1 if spec is PLAIN else len(spec)
            strings = [each for each in arguments[:wanted] if each]
            if len(strings) < wanted:
                continue  # of a variable: whoever filled it said it elsewhere
            context = strings.pop(0) if spec in (CONTEXT, BOTH) else ""
            yield Text(context, strings[0], strings[1] if len(strings) > 1 else "")


def catalogues() -> list[Path]:
    """Return the catalogues' files."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


def name_of(path: Path) -> str:
    """Return the locale of a catalogue's file: "pt_BR"."""
    return path.parent.parent.name


def read(path: Path) -> Catalog:
    """Return a catalogue."""
    with path.open("rb") as words:
        return read_po(words, locale=name_of(path))


def is_translated(entry: Message | None, text: Text, forms: int) -> bool:
    """Say whether an entry has a translation in every form that its language needs."""
    if entry is None or entry.id != text.id or entry.fuzzy:
        return False
    strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
    return len(strings) == (forms if text.many else 1) and all(strings)


def missing(path: Path, said: list[Text]) -> list[Text]:
    """Return what this catalogue has no translation of."""
    catalogue = read(path)
    return [
        text
        for text in said
        if not is_translated(catalogue.get(text.id, text.context or None), text, catalogue.num_plurals)
    ]


def gone(path: Path, said: list[Text]) -> list[Message]:
    """Return what stands in this catalogue, and nobody says any more."""
    known = {(text.context, text.one) for text in said}
    return [entry for entry in read(path) if entry.id and (entry.context or "", _one(entry)) not in known]


def _one(entry: Message) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def update(path: Path, said: list[Text]) -> None:
    """Write the catalogue anew: what is left of it in its order, then what is new."""
    old = read(path)
    for entry in gone(path, said):
        old.delete(entry.id, entry.context)
    for text in said:
        entry = old.get(text.id, text.context or None)
        if entry is not None and entry.id != text.id:  # it got a plural, or lost it
            old.delete(entry.id, entry.context)
            entry = None
        if entry is None:
            old.add(text.id, ("",) * old.num_plurals if text.many else "", context=text.context or None)
    write(path, old)


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue. No date is in it, so that the same words are the same file."""
    out = BytesIO()
    write_po(out, catalogue, width=120, omit_header=False, ignore_obsolete=True)
    stable = [
        line for line in out.getvalue().splitlines(keepends=True) if not line.startswith((b'"POT-Creation', b'"PO-Rev'))
    ]
    path.write_bytes(b"".join(stable))


def main(arguments: list[str]) -> int:
    """Update every catalogue unless ``--check``; list what has no translation, return 1 where something is so."""
    wanted = {argument for argument in arguments if not argument.startswith("-")}
    said, failed = texts(), False
    for path in catalogues():
        if wanted and name_of(path) not in wanted:
            continue
        if "--check" not in arguments:
            update(path, said)
        lacking, left = missing(path, said), gone(path, said)
        failed |= bool(lacking or left)
        print(f"{name_of(path)}: {len(said) - len(lacking)} of {len(said)} translated")
        for text in lacking:
            print(f"  missing  {text.context and text.context + ': '}{text.one}")
        for entry in left:
            print(f"  nobody says  {_one(entry)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
