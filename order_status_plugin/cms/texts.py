"""The shop's own words in messages: one text for a milestone and a medium, in each language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from ..events import Medium, Milestone, Tier
from .base import FEATURES
from .placeholders import PLACEHOLDERS, names_in, refuse_tier, refuse_unknown
from .preview import MAILS, MEDIA, message_mode, message_modes
from .words import PICKER
from .written import Written

#: What a text of each medium is made of.
PARTS: dict[Medium, tuple[str, ...]] = {
    Medium.MAIL: ("subject", "body"),
    Medium.SMS: ("text",),
    Medium.PUSH: ("subject", "text"),
}
#: Of who may send test messages.
SEND_TEST = "order_status_plugin.send_test_message"
_MILESTONES, _MEDIA = frozenset(each.value for each in Milestone), frozenset(each.value for each in PARTS)
_NEEDS: dict[Medium, str | Promise] = {
    Medium.MAIL: gettext_lazy("Write a subject or a text: what you leave empty stays as it is without you."),
    Medium.SMS: gettext_lazy("Write the text."),
    Medium.PUSH: gettext_lazy("Write a title or a text: what you leave empty stays as it is without you."),
}


class MessageText(Written):
    """What one message says. Where a shop wrote none, the package's own words stand."""

    #: Neither milestones nor media are choices of the field: migrations know no list that grows.
    milestone = models.CharField(_("news"), max_length=20)
    medium = models.CharField(pgettext_lazy("of a message", "sent as"), max_length=10, default=Medium.MAIL.value)
    subject = models.CharField(_("subject or title"), max_length=150, blank=True)
    body = RichTextField(
        _("text of the mail"),
        features=[*FEATURES, PICKER],
        blank=True,
        help_text=_("Stands under the headline, in place of our sentence. Button, parcels and items stand below it."),
    )
    text = models.TextField(
        _("text"),
        max_length=480,
        blank=True,
        help_text=_("Of a text message or a notification. A text message must hold the link."),
    )

    class Meta(Written.Meta):
        verbose_name = _("text of a message")
        verbose_name_plural = _("texts of messages")
        permissions = (("send_test_message", _("Can send test messages")),)

    def __str__(self) -> str:
        return f"{self.news} · {self.how}"

    @property
    def news(self) -> str:
        """Return the milestone in words."""
        return str(MAILS[Milestone(self.milestone)]) if self.milestone in _MILESTONES else self.milestone

    @property
    def how(self) -> str:
        """Return the medium in words."""
        return str(MEDIA[Medium(self.medium)]) if self.medium in _MEDIA else self.medium

    def clean(self) -> None:
        """Refuse what could not be sent: no link in a text message, words for nobody, braces that are no placeholder."""
        super().clean()
        if self.milestone not in _MILESTONES:
            raise ValidationError({"milestone": gettext("Choose what the message is about.")})
        if self.medium not in _MEDIA:
            raise ValidationError({"medium": gettext("Choose how the message is sent.")})
        medium, problems = Medium(self.medium), dict[str, list[ValidationError]]()
        for name in ("subject", "body", "text"):
            try:
                self._clean_part(name, medium)
            except ValidationError as error:
                problems[name] = [error]
        if not any(getattr(self, name) for name in PARTS[medium]):
            problems.setdefault(PARTS[medium][-1], [ValidationError(str(_NEEDS[medium]))])
        if self._twins().exists():
            problems["milestone"] = [ValidationError(gettext("There is a text for this already, in this language."))]
        if problems:
            raise ValidationError(problems)

    def _clean_part(self, name: str, medium: Medium) -> None:
        said = getattr(self, name) or ""
        if name not in PARTS[medium]:
            if said:
                raise ValidationError(gettext("A message that is sent like this has none: leave it empty."))
            return
        refuse_unknown(said, is_html=name == "body")
        if medium is not Medium.MAIL:
            refuse_tier(said, Tier.PRIVATE)
        if medium is Medium.SMS and said and "link" not in names_in(said):
            message = gettext("A text message leads to the order's page: put %(link)s into it.")
            raise ValidationError(message, code="no_link", params={"link": PLACEHOLDERS["link"].spelled})

    def _twins(self) -> models.QuerySet[MessageText]:
        same = {"milestone": self.milestone, "medium": self.medium, "site": self.site}
        locale = self.locale_id or self.get_default_locale().pk
        return MessageText.objects.filter(**same, locale=locale).exclude(pk=self.pk)

    # --- preview --------------------------------------------------------------------------------------

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """Return the messages of this medium: first the one that this is of."""
        own = self.default_preview_mode
        return sorted(message_modes(self._previewed_as(), every=True), key=lambda mode: mode[0] != own)

    @property
    def default_preview_mode(self) -> str:
        """Return the mode of this very message."""
        milestone = Milestone(self.milestone) if self.milestone in _MILESTONES else Milestone.CONFIRMED
        return message_mode(self._previewed_as(), milestone)

    def _previewed_as(self) -> Medium:
        return Medium(self.medium) if self.medium in _MEDIA else Medium.MAIL

    def preview_texts(self, live: Iterable[Any]) -> list[Any]:
        """Return the live texts with this one among them as it is being written."""
        return [self, *self.besides(live)]
