"""The consent ledger: what was said of being told, by whom, where, and in answer to which words. Append-only."""

from __future__ import annotations

import ipaddress

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentSource(models.TextChoices):
    """Where it was said."""

    CHECKOUT = "checkout", _("checkout")
    API = "api", _("the shop's own system")
    PAGE = "page", _("status page")
    LINK = "link", _("link in a message")
    ONE_CLICK = "one_click", _("mail program")
    WORD = "word", _("answer to a message")
    STAFF = "staff", _("staff")


class ConsentEntry(models.Model):
    """One yes or no. What counts is found by :mod:`.consent`; nothing here is changed later, but for erasure."""

    #: Null for a word about an address itself, whatever the order: STOP.
    order = models.ForeignKey(
        "order_status_plugin.Order",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="consents",
        db_index=False,
    )
    channel = models.CharField(_("channel"), max_length=40)
    #: Of whoever said it, as the channel spells them; "" where nobody was reached on it.
    recipient_digest = models.CharField(max_length=80, blank=True, editable=False)
    recipient_masked = models.CharField(_("recipient"), max_length=120, blank=True)
    #: A milestone, or "" for every one of this channel.
    topic = models.CharField(_("topic"), max_length=30, blank=True)
    is_given = models.BooleanField(_("wanted"))
    source = models.CharField(_("said"), max_length=10, choices=ConsentSource.choices)
    #: What stood beside the box or the button, in which language, and the shop's own name for that text.
    wording = models.TextField(_("wording"), blank=True)
    wording_locale = models.CharField(_("language"), max_length=35, blank=True)
    wording_version = models.CharField(_("version of the wording"), max_length=40, blank=True)
    #: Whence, as a network: an IPv4 /24 or an IPv6 /48.
    network = models.CharField(_("network"), max_length=50, blank=True)
    #: The member of staff who entered it.
    actor = models.CharField(_("by"), max_length=190, blank=True)
    happened_at = models.DateTimeField(_("said at"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("-happened_at", "-pk")
        indexes = (
            models.Index(fields=("order", "channel", "-happened_at"), name="order_status_consent_order"),
            models.Index(fields=("channel", "recipient_digest", "-happened_at"), name="order_status_consent_who"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.topic or '*'}: {'yes' if self.is_given else 'no'}"


def network_of(address: str) -> str:
    """Return the network that an IP address is kept as, "" for what is none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0].partition("/")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))
