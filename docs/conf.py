"""The manual's build."""

from __future__ import annotations

import sys
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
sys.path.insert(0, str(CHECKOUT))

from order_status_plugin import __version__  # noqa: E402
from tools import carriers_reference, settings_reference  # noqa: E402

project = "order_status_plugin"
author = "The order_status_plugin developers"
copyright = "2026, The order_status_plugin developers"
release = version = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_generated"]
html_theme = "furo"
html_title = "order_status_plugin"
html_show_sphinx = False

(CHECKOUT / "docs" / "_generated").mkdir(exist_ok=True)
(CHECKOUT / "docs" / "_generated" / "settings.md").write_text(settings_reference.markdown())
(CHECKOUT / "docs" / "_generated" / "carriers.md").write_text(carriers_reference.markdown())
