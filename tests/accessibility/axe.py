"""axe-core in a page of Chromium: what it finds, in one line each."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

#: WCAG 2.2 at A and AA, and what is good practice beside it.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
UNFOLD = "document.querySelectorAll('details').forEach(fold => fold.open = true)"
_SAY = """async ([context, tags, without]) => {
    const rules = Object.fromEntries(without.map(rule => [rule, {enabled: false}]));
    const found = await axe.run(context || document, {runOnly: tags, rules, resultTypes: ["violations"], preload: false});
    return found.violations.flatMap(one => one.nodes.map(
        node => `${one.id}: ${one.help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}: `
            + node.any.concat(node.all, node.none).map(check => check.message).join("; ")
    ));
}"""


def load(page: Any) -> None:
    """Put axe into the document that is open; it stays there until the next one."""
    page.evaluate(Axe().axe_script)


def findings(
    page: Any, context: Any = None, *, tags: tuple[str, ...] = TAGS, without: tuple[str, ...] = ()
) -> list[str]:
    """Return what axe has to say of the page, or of ``context`` as axe takes one, leaving out rules by name."""
    said: list[str] = page.evaluate(_SAY, [context, list(tags), list(without)])
    return said
