"""What the lists and forms of all that editors write have in common, in Wagtail."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.admin.widgets import Button
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

#: How it stands and since when: the last columns of every list.
STANDING: tuple[Column, ...] = (LiveStatusTagColumn(), UpdatedAtColumn())


class WrittenEditView(EditView):
    """A form that leads on to something of ours: override ``leads_to``."""

    def leads_to(self) -> Button | None:
        """Return the button, None for who may not go there."""
        return None

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """Return Wagtail's and ours."""
        found, mine = list(super().header_more_buttons), self.leads_to()
        return [*found, mine] if mine else found


class WrittenViewSet(SnippetViewSet):
    """A list and the forms. It is searched by the database, so that nobody has to build an index for it."""

    search_backend_name = None
    list_per_page = 100
