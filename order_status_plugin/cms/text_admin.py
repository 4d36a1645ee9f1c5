"""How editors find and write the texts of messages, in Wagtail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.tables import Column, LocaleColumn
from wagtail.admin.widgets import Button

from ..events import Medium
from .desk import STANDING, WrittenEditView, WrittenViewSet
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


class MessageTextEditView(WrittenEditView):
    """The form of one text, which leads to the test message."""

    def leads_to(self) -> Button | None:
        """Return the way to the test message, for who may send one: a notification has nobody to be sent to."""
        if self.object.medium == Medium.PUSH or not self.request.user.has_perm(SEND_TEST):
            return None
        url = reverse("order_status_trial_of", args=[quote(self.object.pk)])
        return Button(_("Send a test message"), url=url, icon_name="mail", priority=5)


class MessageTextViewSet(WrittenViewSet):
    """The list and the forms of texts."""

    model = MessageText
    icon = "mail"
    menu_label = _("Texts of messages")
    menu_name = "order-status-texts"
    edit_view_class = MessageTextEditView
    ordering: ClassVar[list[str]] = ["milestone", "medium", "pk"]
    filterset_class = MessageTextFilters
    search_fields: ClassVar[list[str]] = ["subject", "body", "text"]
    list_display: ClassVar[list[Any]] = [
        "__str__",
        LocaleColumn(),
        Column("site", label=_("Site")),
        *STANDING,
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
