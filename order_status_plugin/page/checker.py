"""Wagtail's own check of accessibility, inside a preview: the editor's panel asks it what it finds there."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.template import Context
from wagtail.admin.userbar import Userbar

_SCRIPT = re.compile(r"<script(?= src=)")


def checker(request: HttpRequest, nonce: str = "") -> str:
    """Return the markup of Wagtail's checker where a preview stands in the panel of its editor; elsewhere nothing.

    ``nonce`` is put on its scripts, for a policy that lets no other script run.
    """
    if not getattr(request, "in_preview_panel", False):
        return ""
    html = str(Userbar().render_html(Context({"request": request})))
    return _SCRIPT.sub(f'<script nonce="{nonce}"', html) if nonce else html
