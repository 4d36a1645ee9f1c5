"""What the pages of orders show beside what hosts and sources tell: the content's epoch, and notes to customers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContentEpoch(models.Model):
    """One row: it counts the changes that editors publish. Whatever is kept or open was made in one epoch."""

    number = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "content epoch"
        verbose_name_plural = "content epochs"

    def __str__(self) -> str:
        return str(self.number)


class OrderNote(models.Model):
    """A note to the customer on one order, by staff. A shop's internal notes are other rows, which nothing here reads."""

    order = models.ForeignKey(
        "order_status_plugin.Order", on_delete=models.CASCADE, related_name="notes", db_index=False
    )
    #: HTML of a few elements, cleaned when it was written: see cms.rich_text.
    text = models.TextField(_("text"))
    is_public = models.BooleanField(_("anyone with the link sees it"), default=False)
    author = models.CharField(_("author"), max_length=150)
    #: The host's id of a note that its staff wrote there: it is changed and withdrawn there, too. "" for our own.
    host_reference = models.CharField(max_length=190, blank=True, editable=False)
    written_at = models.DateTimeField(_("written"))
    #: When its words last changed; null while they stand as they were written.
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    #: The inbox message that asked for it: of notes that the shop's own programs write.
    message_id = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    #: Taken off the page; it and its history stay for staff.
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("note to the customer")
        verbose_name_plural = _("notes to customers")
        ordering = ("-written_at", "-pk")
        indexes = (models.Index(fields=("order", "-written_at"), name="order_status_note_order"),)

    def __str__(self) -> str:
        # Logs write this down, so it says nothing of what the note says.
        return f"note {self.pk} on order {self.order_id}"


class OrderNoteEdit(models.Model):
    """One step in the life of a note: who did what when, and how it read from then on. Append-only."""

    class Action(models.TextChoices):
        """What was done."""

        WRITTEN = "written", _("written")
        CHANGED = "changed", _("changed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    note = models.ForeignKey(OrderNote, on_delete=models.CASCADE, related_name="edits")
    action = models.CharField(_("what"), max_length=10, choices=Action.choices)
    at = models.DateTimeField(_("when"))
    author = models.CharField(_("who"), max_length=150)
    text = models.TextField(_("text"))
    is_public = models.BooleanField(_("anyone with the link sees it"))
    #: The customer was to be told of it.
    is_told = models.BooleanField(_("customer told"), default=False)

    class Meta:
        verbose_name = _("edit of a note")
        verbose_name_plural = _("edits of notes")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
