from __future__ import annotations

from oscar.apps.search import apps


class SearchConfig(apps.SearchConfig):
    """Oscar's search app, whose views show the shelf; ten things need no search engine for that."""

    name = "example_site.search"
