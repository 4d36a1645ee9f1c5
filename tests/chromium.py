"""Real Chromium, for the tests of any room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tools.find_chromium import launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Yield a running Chromium. Playwright's loop runs in this thread, and Django takes that for async code of ours."""
    with pytest.MonkeyPatch.context() as patch, launched(*flags) as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser
