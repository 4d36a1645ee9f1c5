"""How editors find and write the texts of messages, in Wagtail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, LocaleColumn, UpdatedAtColumn
from wagtail.admin.widgets import Button
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from ..events import Medium
from .preview import MAILS, MEDIA
from .texts import PARTS, SEND_TEST, MessageText
from .words import PICKER, WordsInput


class WordsArea(forms.Textarea):
    """A few lines, with the picker under them."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 4, "data-controller": PICKER, **(attrs or {})})


def _chosen(choices: Callable[[], list[tuple[str, Any]]]) -> forms.Select:
    """Return a list whose words are those of the language that is active: Django calls what it is given."""
    given: Any = choices
    return forms.Select(choices=given)


def milestones() -> list[tuple[str, Any]]:
    """Return what a message can be about."""
    return [("", "---------"), *((each.value, words) for each, words in MAILS.items())]


def media() -> list[tuple[str, Any]]:
    """Return how a message can be sent."""
    return [(each.value, MEDIA[each]) for each in PARTS]


class MessageTextFilters(WagtailFilterSet):
    """What the list can be narrowed by."""

    class Meta:
        model = MessageText
        fields: ClassVar[list[str]] = ["live", "site"]


class MessageTextEditView(EditView):
    """The form of one text, which leads to the test message."""

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """Return Wagtail's and ours."""
        found = super().header_more_buttons
        is_sent = self.object.medium != Medium.PUSH
        if not (is_sent and self.request.user.has_perm(SEND_TEST)):
            return list(found)
        url = reverse("order_status_trial_of", args=[quote(self.object.pk)])
        return [*found, Button(_("Send a test message"), url=url, icon_name="mail", priority=5)]


class MessageTextViewSet(SnippetViewSet):
    """The list and the forms of texts."""

    model = MessageText
    icon = "mail"
    menu_label = _("Texts of messages")
    menu_name = "order-status-texts"
    edit_view_class = MessageTextEditView
    list_per_page = 100
    ordering: ClassVar[list[str]] = ["milestone", "medium", "pk"]
    filterset_class = MessageTextFilters
    #: By the database, so that nobody has to build an index for it.
    search_fields: ClassVar[list[str]] = ["subject", "body", "text"]
    search_backend_name = None
    list_display: ClassVar[list[Any]] = [
        "__str__",
        LocaleColumn(),
        Column("site", label=_("Site")),
        LiveStatusTagColumn(),
        UpdatedAtColumn(),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel(
                        [
                            FieldPanel("milestone", widget=_chosen(milestones)),
                            FieldPanel("medium", widget=_chosen(media)),
                        ]
                    ),
                    FieldPanel("site"),
                ],
                heading=pgettext_lazy("of a message", "What it is"),
                icon="mail",
            ),
            MultiFieldPanel(
                [FieldPanel("subject", widget=WordsInput), FieldPanel("body"), FieldPanel("text", widget=WordsArea)],
                heading=_("What it says"),
                icon="pilcrow",
                help_text=_(
                    "A mail has a subject and a text of the mail, a notification a title and a text, a text message a "
                    "text alone. What you leave empty reads as it does without you."
                ),
            ),
            PublishingPanel(),
        ]
    )
