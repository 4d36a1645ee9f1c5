"""Write the settings' reference from the very lines that define them: name, type, default, and the comment above."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

CONF = Path(__file__).parent.parent / "order_status_plugin" / "conf.py"
SECTION = re.compile(r"# --- (?P<title>.+?) -+$")


@dataclass
class Group:
    """Settings that one comment explains."""

    section: str
    words: list[str] = field(default_factory=list)
    settings: list[tuple[str, str, str]] = field(default_factory=list)  # name, type, default


def groups() -> list[Group]:
    """Return the settings in the order in which they are written."""
    source = CONF.read_text()
    lines = source.splitlines()
    (body,) = (
        node.body for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    fields = {node.lineno: node for node in body if isinstance(node, ast.AnnAssign)}
    found: list[Group] = []
    section = ""
    is_explained = False
    for number in range(1, max(fields) + 1):
        line = lines[number - 1].strip()
        if match := SECTION.match(line):
            section, is_explained = match["title"], False
        elif line.startswith("#:"):
            if not is_explained:
                found.append(Group(section))
            found[-1].words.append(line.removeprefix("#:").strip())
            is_explained = True
        elif node := fields.get(number):
            if not found or found[-1].section != section:
                found.append(Group(section))
            assert isinstance(node.target, ast.Name)
            assert node.value is not None
            found[-1].settings.append((node.target.id, ast.unparse(node.annotation), ast.unparse(node.value)))
            is_explained = False
    return found


def markdown() -> str:
    """Return the reference as Markdown."""
    out: list[str] = []
    section = None
    for group in groups():
        if group.section != section:
            section = group.section
            out += [f"## {section[0].upper()}{section[1:]}", ""]
        out += [" ".join(group.words), ""] if group.words else []
        out += ["```python", *(f"{name}: {kind} = {default}" for name, kind, default in group.settings), "```", ""]
    return "\n".join(out)


if __name__ == "__main__":
    print(markdown())
