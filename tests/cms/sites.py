"""A Wagtail site where a test that commits has left none."""

from __future__ import annotations

from wagtail.models import Collection, Locale, Page, Site


def site() -> Site:
    """Return the default site, made anew with its home page, and a place for pictures, where there is none."""
    Locale.objects.get_or_create(language_code="en")
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    found = Site.objects.filter(is_default_site=True).first()
    if found is None:
        root = Page.objects.filter(depth=1).first() or Page.add_root(instance=Page(title="Root", slug="root"))
        home = root.add_child(instance=Page(title="Home", slug="home"))
        found = Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    return found
