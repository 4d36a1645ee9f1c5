"""From an alias in ORDER_STATUS to a living backend: hosts, sources, channels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from django.utils.functional import cached_property
from django.utils.module_loading import import_string

from .conf import conf
from .exceptions import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .backend import Backend, Receiver
    from .channels.base import Channel
    from .hosts.base import Host
    from .sources.base import Source

#: An alias stands in URLs and in environment variables.
ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class Registry:
    """The backends of one kind, by alias. No setting is cached, so ``override_settings`` works."""

    def __init__(self, setting: str, base: str) -> None:
        """Name the key in ORDER_STATUS and the dotted path of the class its backends derive from."""
        self.setting = setting
        self.base = base

    def aliases(self) -> list[str]:
        """Return the configured aliases, in the order of the setting."""
        return list(getattr(conf, self.setting))

    def __contains__(self, alias: str) -> bool:
        """Say whether this alias is configured."""
        return alias in getattr(conf, self.setting)

    def __getitem__(self, alias: str) -> Backend:
        """Return a fresh backend for this alias.

        Raises KeyError for an unknown alias, BackendError when its class cannot be used.
        """
        entry = getattr(conf, self.setting)[alias]
        where = f"ORDER_STATUS[{self.setting!r}][{alias!r}]"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("BACKEND"), str):
            raise BackendError(f"{where} must be a dict with a dotted path under 'BACKEND'.")
        try:
            cls = import_string(entry["BACKEND"])
        except ImportError as error:
            raise BackendError(f"{where}: cannot import {entry['BACKEND']!r}: {error}") from error
        if not (isinstance(cls, type) and issubclass(cls, self._base_class)):
            raise BackendError(f"{where}: {entry['BACKEND']!r} is not a subclass of {self.base}.")
        options = entry.get("OPTIONS", {})
        if not isinstance(options, Mapping):
            raise BackendError(f"{where}: 'OPTIONS' must be a dict.")
        return cls(alias, options)

    @cached_property
    def _base_class(self) -> type[Backend]:
        return cast("type[Backend]", import_string(self.base))

    def __iter__(self) -> Iterator[Backend]:
        """Yield a fresh backend for each alias."""
        return (self[alias] for alias in self.aliases())


_hosts = Registry("HOSTS", "order_status_plugin.hosts.base.Host")
_sources = Registry("SOURCES", "order_status_plugin.sources.base.Source")
_channels = Registry("CHANNELS", "order_status_plugin.channels.base.Channel")

REGISTRIES = (_hosts, _sources, _channels)


def get_host(alias: str) -> Host:
    """Return the host of this alias. Raises KeyError or BackendError."""
    return cast("Host", _hosts[alias])


def get_source(alias: str) -> Source:
    """Return the tracking source of this alias. Raises KeyError or BackendError."""
    return cast("Source", _sources[alias])


def get_channel(alias: str) -> Channel:
    """Return the message channel of this alias. Raises KeyError or BackendError."""
    return cast("Channel", _channels[alias])


def get_receiver(alias: str) -> Receiver:
    """Return the host, the source or the channel whose webhooks come to this alias. Raises KeyError or BackendError.

    A shop's alias may be a source's, too, as long as the shop takes no webhooks; a check names two that do.
    """
    if alias in _hosts and (host := get_host(alias)).is_pushed():
        return host
    return get_source(alias) if alias in _sources else get_channel(alias)


def all_hosts() -> list[Host]:
    """Return every configured host."""
    return cast("list[Host]", list(_hosts))


def all_sources() -> list[Source]:
    """Return every configured tracking source."""
    return cast("list[Source]", list(_sources))


def all_channels() -> list[Channel]:
    """Return every configured message channel."""
    return cast("list[Channel]", list(_channels))


def source_for(carrier: str) -> str:
    """Return the alias of the first source that tracks this carrier live, or "" when none does."""
    if carrier:
        for source in all_sources():
            if source.tracks(carrier):
                return source.alias
    return ""
