"""Connections to public addresses alone: where somebody else chose the name, it may lead into the shop's own network.

The name is resolved once, every address is looked at, and the connection goes to one of those: what the name server
says a moment later does not matter.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the internet's, as IANA's tables have it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # What is wrapped in it is where it leads to.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None or found in _NAT64:
            return is_public(str(inner or ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _Public:
    """Mixed into urllib3's connections: opens sockets to public addresses only."""

    def _new_conn(self: Any) -> socket.socket:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not all(map(is_public, addresses)):
            raise NewConnectionError(self, f"{self.host} leads to an address that is not public.")
        problem: OSError = OSError("no address")
        for address in dict.fromkeys(addresses):
            try:
                return create_connection((address, self.port), self.timeout, self.source_address, self.socket_options)
            except OSError as error:
                problem = error
        raise NewConnectionError(self, f"No connection: {problem}") from problem


class _Plain(_Public, HTTPConnection):
    pass


class _Secure(_Public, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Adapter(HTTPAdapter):
    """An adapter of ``requests`` whose connections reach the internet only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of such connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
