"""The tests' fence: nothing leaves this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


class Outside(RuntimeError):
    """A test tried to reach another machine."""


def _refuse_outside(host: object) -> None:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost", "testserver"}:
        return
    try:
        is_inside = ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        is_inside = str(host).endswith(".localhost")
    if not is_inside:
        raise Outside(f"A test wanted to reach {host}; only loopback is open to tests.")


def fence() -> None:
    """Refuse every connection and every name that is not loopback, from now on, in this process."""

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _refuse_outside(address[0])
        return _connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _refuse_outside(address[0])
        return _connect_ex(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_outside(host)
        return _getaddrinfo(host, *args, **kwargs)

    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = getaddrinfo
