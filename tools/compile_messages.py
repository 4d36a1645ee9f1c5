"""Compile the catalogues: ``python tools/compile_messages.py``. Babel does it, so no system tools are needed.

``--check`` writes nothing and fails when a compiled one is older than its words.
"""

from __future__ import annotations

import datetime as dt
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LOCALES = Path(__file__).parent.parent / "order_status_plugin" / "locale"


def compiled(catalogue: Path) -> bytes:
    """Return a catalogue as Django reads it."""
    with catalogue.open("rb") as words:
        read = read_po(words, locale=catalogue.parent.parent.name)
    # Without a date of its own a catalogue would be of this very second, and never twice the same.
    read.creation_date = read.revision_date = EPOCH
    out = BytesIO()
    write_mo(out, read)
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write each ``.mo`` beside its ``.po``, or name those that differ."""
    stale = []
    for catalogue in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        target, content = catalogue.with_suffix(".mo"), compiled(catalogue)
        if not target.exists() or target.read_bytes() != content:
            stale.append(target)
            if "--check" not in arguments:
                target.write_bytes(content)
    for target in stale:
        print(target.relative_to(LOCALES.parent))
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
