"""Calls to a provider that speaks HTTP/2 alone and knows us by a certificate: bounded as those of :mod:`.http`.

``requests`` speaks HTTP/1.1 only, so this is ``httpx``, which the extra ``[wallet]`` brings along. It is called where
OPTIONS say, never where anybody's input says: no redirect is followed, no proxy taken from the environment.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from .exceptions import TemporaryFailure
from .http import MAX_SECONDS, TIMEOUT

if TYPE_CHECKING:
    import httpx

#: What is read of an answer at the most.
MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One connection to one origin, open for a batch of calls. A context manager."""

    def __init__(self, origin: str, context: ssl.SSLContext) -> None:
        """Take ``https://host`` or ``https://host:port``, and who we are and whom we trust."""
        import httpx

        connect, read = TIMEOUT
        self.origin = origin
        self._client = httpx.Client(
            http1=False,
            http2=True,
            verify=context,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(read, connect=connect),
            headers={"User-Agent": "order-status-plugin"},
        )

    def __enter__(self) -> Connection:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._client.close()

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Return the answer, whatever its status. Raises TemporaryFailure where none came, or no whole one."""
        import httpx

        try:
            with self._client.stream("POST", f"{self.origin}{path}", content=body, headers=dict(headers)) as answer:
                return Answer(answer.status_code, answer.headers, _read(answer))
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, _Endless) as error:
            # What could not be connected was not handed over; what was not answered may have been taken.
            is_unconnected = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise TemporaryFailure(
                f"{self.origin} cannot be reached ({type(error).__name__}).", may_have_arrived=not is_unconnected
            ) from error


class _Endless(Exception):
    """The answer does not end."""


def _read(answer: httpx.Response) -> bytes:
    body, ends = bytearray(), time.monotonic() + MAX_SECONDS
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MAX_BYTES or time.monotonic() > ends:
            raise _Endless
    return bytes(body)
