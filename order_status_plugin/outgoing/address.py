"""Where may be told: https, at a host that is open to the internet, or one that the shop names in its settings."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from ..conf import conf


def is_named(host: str) -> bool:
    """Say whether the setting WEBHOOKS_PRIVATE_HOSTS names this host: it may be inside of the shop's own network."""
    return host.casefold() in {str(each).casefold() for each in conf.WEBHOOKS_PRIVATE_HOSTS}


def complaint(url: str) -> str:
    """Return what is wrong with an address, "" for nothing. Whom its name leads to is looked at with each call."""
    try:
        parts: SplitResult = urlsplit(url)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return _("This is no address.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_named(host)):
        return _("The address must begin with https://")
    if not host or parts.username or parts.password or parts.fragment:
        return _("The address must have a host, and neither a password nor a fragment.")
    return ""
