"""Write the table of carriers from the catalogue itself: names, numbers, links, and who states them."""

from __future__ import annotations

from collections.abc import Iterator

from order_status_plugin.carriers.data import FILES, read, sources
from order_status_plugin.carriers.formats import FORMATS

TITLES = {
    "worldwide": "Worldwide",
    "europe": "Europe",
    "america": "America",
    "asia_pacific": "Asia and the Pacific",
    "africa_middle_east": "Africa and the Middle East",
    "posts": "Posts",
}


def markdown() -> str:
    """Return the reference as Markdown."""
    return "\n".join([*_tables(), "", "## Who states it", "", *_sources(), ""])


def _tables() -> Iterator[str]:
    for name in FILES:
        yield from ("", f"## {TITLES[name]}", "", "| carrier | slug | from | numbers | link | stated by |")
        yield "| --- | --- | --- | --- | --- | --- |"
        for slug, row in sorted(read(name).items(), key=lambda each: each[1]["name"].casefold()):
            numbers = ", ".join(FORMATS[each].name for each in row.get("numbers", ()))
            where = "<br>".join(f"`{link}`" for link in row.get("links", ())) or row.get("home", "") or "number alone"
            by = dict.fromkeys(filter(None, (row.get("links_source"), row.get("home_source"))))
            cells = (row["name"], f"`{slug}`", row.get("country", ""), numbers, where, ", ".join(by))
            yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _sources() -> Iterator[str]:
    for name, source in sources().items():
        where = f", <{source['where']}>" if source["where"] else ""
        yield f"* **{name}**: {source['name']}{where}"
