"""What a shop tells on which channel and when: one row a site, edited in Wagtail; what is left open is the settings'."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from ..cms import epoch
from ..conf import conf


class MessageRules(models.Model):
    """The rules of one site. Empty fields follow ``ORDER_STATUS``."""

    site = models.OneToOneField("wagtailcore.Site", verbose_name=_("site"), on_delete=models.CASCADE, related_name="+")
    is_on = models.BooleanField(
        _("send messages"),
        default=True,
        help_text=_(
            "Off, nothing leaves: what is owed waits, and what is still news then goes out when it is on again."
        ),
    )
    #: Channel alias → milestones. A channel that is not named here follows the settings.
    told = models.JSONField(_("what is told where"), default=dict, blank=True)
    tells_overtaken = models.BooleanField(
        _("send what a later message overtook"),
        null=True,
        blank=True,
        help_text=_("For example that a parcel is out for delivery, when it was delivered before the message left."),
    )
    digest_seconds = models.PositiveIntegerField(
        _("joined within (seconds)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(3600)],
        help_text=_("Several parcels of one order that reach the same within this time are one message."),
    )
    max_age_hours = models.PositiveIntegerField(
        _("never of what is older than (hours)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    unsent_days = models.PositiveIntegerField(
        _("stalled when not sent after (days)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    silent_days = models.PositiveIntegerField(
        _("stalled when not scanned for (days)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    quiet_from = models.TimeField(
        _("quiet from"), null=True, blank=True, help_text=_("By the customer's clock, for channels that ring.")
    )
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    #: Milestones, or null for the setting's.
    rings_at_night = models.JSONField(_("told at night, too"), null=True, blank=True)
    support_email = models.EmailField(
        _("support's address"), blank=True, help_text=_("Told of parcels that do not move, with a link to the order.")
    )

    class Meta:
        verbose_name = _("rules for messages")
        verbose_name_plural = _("rules for messages")

    def __str__(self) -> str:
        return str(self.site)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one site as its row has them; each method falls back to the settings, read anew."""

    is_on: bool = True
    told: dict[str, frozenset[str]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)

    def tells(self, milestone: str, alias: str) -> bool:
        """Say whether this milestone is told on this channel."""
        return milestone in self.told[alias] if alias in self.told else milestone in conf.MILESTONES

    def tells_overtaken(self) -> bool:
        """Say whether a milestone is still told after a later one of the same parcel."""
        return bool(self._or("tells_overtaken", conf.MESSAGES_OVERTAKEN))

    def digest_window(self) -> dt.timedelta:
        """Return how long parcels of an order wait for each other."""
        seconds = self.said.get("digest_seconds")
        return conf.DIGEST_WINDOW if seconds is None else dt.timedelta(seconds=seconds)

    def max_age(self) -> dt.timedelta:
        """Return how old news may be."""
        hours = self.said.get("max_age_hours")
        return conf.MESSAGES_MAX_AGE if hours is None else dt.timedelta(hours=hours)

    def unsent_after(self) -> dt.timedelta:
        """Return after how long an order of which nothing was sent has stalled."""
        return self._days("unsent_days", conf.STALLED_UNSENT)

    def silent_after(self) -> dt.timedelta:
        """Return after how long without a scan a parcel has stalled."""
        return self._days("silent_days", conf.STALLED_SILENT)

    def quiet_hours(self) -> tuple[dt.time, dt.time]:
        """Return from when until when channels that ring are quiet; equal ones are no quiet time."""
        start, end = (dt.time.fromisoformat(text) for text in conf.MESSAGES_QUIET)
        return self._or("quiet_from", start), self._or("quiet_until", end)

    def may_ring_at_night(self, milestone: str) -> bool:
        """Say whether this milestone does not wait for the morning."""
        return milestone in self._or("rings_at_night", conf.MESSAGES_RING_AT_NIGHT)

    def support_email(self) -> str:
        """Return where support is told of what does not move, "" for nowhere."""
        return str(self.said.get("support_email") or conf.SUPPORT_EMAIL)

    def _days(self, name: str, default: dt.timedelta) -> dt.timedelta:
        days = self.said.get(name)
        return default if days is None else dt.timedelta(days=days)

    def _or(self, name: str, default: Any) -> Any:
        said = self.said.get(name)
        return default if said is None else said


def rules_for(site_id: int | None, number: int | None = None) -> Rules:
    """Return the rules of a site, None being the default one: a query for the content's epoch, unless it is given."""
    return rules_read(site_id, epoch.current() if number is None else number)


@lru_cache(maxsize=64)
def rules_read(site_id: int | None, number: int) -> Rules:
    """Return the rules of a site as they were in this epoch."""
    if not number:
        return Rules()  # nothing was ever published
    site = {"site": site_id} if site_id else {"site__is_default_site": True}
    row = MessageRules.objects.filter(**site).first()
    if row is None:
        return Rules()
    return Rules(
        is_on=row.is_on,
        told={alias: frozenset(milestones) for alias, milestones in row.told.items()},
        said=model_to_dict(row, exclude=("id", "site", "is_on", "told")),
    )
