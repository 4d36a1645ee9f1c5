"""The form in which staff write to a customer: the same, whichever admin led here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text import get_rich_text_editor_widget

from ..cms.models import OrderNote
from ..cms.rich_text import FEATURES, clean
from ..conf import conf
from ..events import Milestone

#: More is a letter, not a note.
LONGEST = 5000


class NoteForm(forms.Form):
    """Words, their readers, and whether the customer is told. ``note`` is the one that is changed, None for a new one."""

    READERS = (
        ("private", _("Only the customer, once identified")),
        ("public", _("Anyone with the link")),
    )

    text = forms.CharField(label=_("Note"), help_text=_("The customer reads this on the order status page."))
    readers = forms.ChoiceField(
        label=_("Who reads it"),
        choices=READERS,
        initial="private",
        widget=forms.RadioSelect,
        help_text=_("Links are passed on. Let nothing personal be read by anyone."),
    )
    is_told = forms.BooleanField(
        label=_("Tell the customer by mail"),
        required=False,
        help_text=_("The mail says that there is a note and links to the page. The note's words are not in it."),
    )

    def __init__(self, *args: Any, note: OrderNote | None = None, **kwargs: Any) -> None:
        """Begin with the note as it stands. Whoever changes one tells again only on purpose."""
        initial: dict[str, Any] = {"is_told": note is None}
        if note is not None:
            initial |= {"text": note.text, "readers": "public" if note.is_public else "private"}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        # Here and not above: which editor it is, is the project's to say, and may be said late.
        editor = self.fields["text"].widget = get_rich_text_editor_widget("default", features=FEATURES)
        if isinstance(options := getattr(editor, "options", None), dict):
            options["ariaLabelledBy"] = self["text"].id_for_label + "-label"  # Draftail's box has no name of its own
        if not can_tell():
            del self.fields["is_told"]

    def clean_text(self) -> str:
        """Keep what a note may be made of, and refuse what is then empty or too long."""
        text = clean(self.cleaned_data["text"])
        words = strip_tags(text).replace("\xa0", " ").strip()
        if not words:
            raise forms.ValidationError(gettext("Write something."))
        if len(words) > LONGEST or len(text) > 4 * LONGEST:
            raise forms.ValidationError(
                gettext("This is too long: %(most)s characters are enough for a note.") % {"most": LONGEST}
            )
        return text

    def values(self) -> dict[str, Any]:
        """Return what was entered, as cms.writing takes it."""
        given = self.cleaned_data
        return {
            "text": given["text"],
            "is_public": given["readers"] == "public",
            "is_told": given.get("is_told", False),
        }


def can_tell() -> bool:
    """Say whether the shop tells customers of notes at all."""
    return bool(conf.MESSAGES and conf.CHANNELS and Milestone.NOTE.value in conf.MILESTONES)
