"""One device's word on one order."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Feedback(models.Model):
    """A rating, and a comment that may be personal. Once for each order and device; both may change their mind."""

    class Rating(models.TextChoices):
        """How it was."""

        GOOD = "good", _("Good")
        FAIR = "fair", _("Not bad")
        BAD = "bad", _("Bad")

    order = models.ForeignKey(
        "order_status_plugin.Order", on_delete=models.CASCADE, related_name="feedback", db_index=False
    )
    #: Of the browser's own cookie for ratings, with the order: two orders of one browser are not to be told together.
    #: None once it is erased.
    device_digest = models.CharField(max_length=80, null=True, editable=False)  # noqa: DJ001 - many may have none
    rating = models.CharField(_("rating"), max_length=4, choices=Rating.choices)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("first said"), db_index=True)
    changed_at = models.DateTimeField(_("last changed"))

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        default_permissions = ("view",)
        constraints = (models.UniqueConstraint(fields=("order", "device_digest"), name="order_status_feedback_once"),)

    def __str__(self) -> str:
        return f"{self.get_rating_display()}, {self.created_at:%Y-%m-%d}"
