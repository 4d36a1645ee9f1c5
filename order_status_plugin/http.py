"""Calls to other people's HTTP APIs: bounded in time, repeated where that helps, and failing in our own words."""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

# For adapters that sign each call: nothing but this module opens connections.
from requests.auth import AuthBase as AuthBase
from requests.models import PreparedRequest as PreparedRequest
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util.retry import Retry

from . import public
from .exceptions import AccessDenied, PermanentFailure, TemporaryFailure

#: What a call returns.
Response = requests.Response

#: Seconds to connect, and to wait for the next byte.
TIMEOUT = (5.0, 20.0)

#: What is read of an answer at the most, and for how many seconds.
MAX_BYTES = 8_000_000
MAX_SECONDS = 60.0

#: Answers that a second try may change at once; a wish to be asked later (429, Retry-After) is passed on instead.
_AGAIN = (502, 504)


class Api:
    """One provider's API below one base URL.

    ``auth`` is what ``requests`` takes; ``headers`` go with each call. Nothing is kept open between calls.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: AuthBase | tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        is_open: Callable[[str], bool] | None = None,
    ) -> None:
        """Take the address and what each call carries. ``timeout`` is in seconds: to connect, and to read.

        ``is_open`` is given where somebody else chose the address: only hosts of which it is true may lead into a
        private network; of any other one every address must be public, at the moment at which it is called.
        """
        self.is_open = is_open
        self.base_url = base_url.rstrip("/")
        self.auth = auth
        self.headers = {"User-Agent": "order-status-plugin", "Accept": "application/json", **(headers or {})}
        self.timeout = timeout

    def call(
        self, method: str, path: str, *, accept: tuple[int, ...] = (200, 201, 202), **options: Any
    ) -> requests.Response:
        """Return the answer when its status is one of ``accept``; ``options`` are those of ``requests.request``.

        Raises TemporaryFailure (no connection, time-out, 429, 5xx) with how long to wait where the answer says so,
        AccessDenied (401, 403), PermanentFailure (every other status).
        """
        answer = self._send(method, path, options)
        if answer.status_code == 401 and isinstance(self.auth, ClientCredentials):
            answer = self._send(method, path, options)  # the token was revoked before its time: with a new one
        if answer.status_code in accept:
            return answer
        said = f"{self.base_url} answered {answer.status_code}."
        if answer.status_code == 429 or answer.status_code >= 500:
            raise TemporaryFailure(
                said,
                retry_after=retry_after(answer.headers),
                may_have_arrived=answer.status_code in _AGAIN,
                status=answer.status_code,
            )
        if answer.status_code in (401, 403):
            raise AccessDenied(f"{said} Check the credentials in OPTIONS.", status=answer.status_code)
        raise PermanentFailure(said, status=answer.status_code)

    def _adapter(self, scheme: str, retry: Retry) -> HTTPAdapter:
        host = urlsplit(self.base_url).hostname or ""
        is_guarded = self.is_open is not None and not self.is_open(host)
        return public.Adapter(max_retries=retry) if is_guarded else HTTPAdapter(max_retries=retry)

    def _send(self, method: str, path: str, options: Mapping[str, Any]) -> requests.Response:
        url, options = f"{self.base_url}{path}", dict(options)
        headers = {**self.headers, **(options.pop("headers", None) or {})}
        retry = Retry(
            total=2,
            backoff_factor=0.3,
            backoff_jitter=0.3,
            status_forcelist=_AGAIN,
            allowed_methods=("GET", "HEAD"),
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        try:
            with requests.Session() as session:
                for scheme in ("https://", "http://"):
                    session.mount(scheme, self._adapter(scheme, retry))
                session.trust_env = False  # neither ~/.netrc nor a proxy that nobody named here
                answer = session.request(
                    method,
                    url,
                    auth=self.auth,
                    headers=headers,
                    timeout=self.timeout,
                    allow_redirects=False,
                    stream=True,
                    **options,
                )
                try:
                    answer._content = _read(answer)
                finally:
                    answer.close()
        except (requests.RequestException, HTTPError) as error:
            # What could not be connected was not handed over; what was not answered may have been taken.
            may_have_arrived = not _is_unconnected(error)
            raise TemporaryFailure(
                f"{self.base_url} cannot be reached ({type(error).__name__}).", may_have_arrived=may_have_arrived
            ) from error
        return answer


def _is_unconnected(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _read(answer: requests.Response) -> bytes:
    body, ends = bytearray(), time.monotonic() + MAX_SECONDS
    # What has come is looked at when it comes: to wait for a full chunk of an answer that drips is to wait for ever.
    while chunk := answer.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > MAX_BYTES or time.monotonic() > ends:
            raise requests.RequestException("The answer does not end.")
    return bytes(body)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds an answer asks us to wait: Retry-After as seconds or as a date, None where it is none."""
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return float(given)
    try:
        moment = email.utils.parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max((moment - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)


class ClientCredentials(AuthBase):
    """OAuth 2 client credentials (RFC 6749, 4.4): asks for a token when there is none, and keeps it in this process."""

    _tokens: ClassVar[dict[str, tuple[str, float]]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self,
        api: Api,
        path: str,
        *,
        client_id: str,
        client_secret: str,
        in_body: bool = False,
        as_json: bool = False,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """Take where tokens are given. ``in_body``: id and secret go as form fields, not as Basic; ``as_json``: as JSON."""
        self.api = api
        self.path = path
        self.pair = (client_id, client_secret)
        self.in_body = in_body or as_json
        self.as_json = as_json
        self.extra = dict(extra or {})
        parts = (api.base_url, path, client_id, client_secret)
        self._key = hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request, and forget it when the answer says that it is worth nothing any more."""
        request.headers["Authorization"] = f"Bearer {self._token()}"
        request.register_hook("response", self._heard)  # type: ignore[no-untyped-call]
        return request

    def _heard(self, answer: requests.Response, *args: Any, **kwargs: Any) -> None:
        if answer.status_code == 401:
            self._tokens.pop(self._key, None)

    def _token(self) -> str:
        with self._lock:
            token, ends = self._tokens.get(self._key, ("", 0.0))
            if token and ends > time.monotonic():
                return token
            fields = {"grant_type": "client_credentials", **self.extra}
            if self.in_body:
                fields |= {"client_id": self.pair[0], "client_secret": self.pair[1]}
            door = Api(
                self.api.base_url,
                auth=None if self.in_body else self.pair,
                headers=self.api.headers,
                timeout=self.api.timeout,
            )
            body: dict[str, Any] = {"json" if self.as_json else "data": fields}
            try:
                answer = door.call("POST", self.path, **body)
            except PermanentFailure as error:  # 400 is what many say of credentials that they do not know
                raise AccessDenied(f"No token is given to us. {error} Check the credentials in OPTIONS.") from error
            token, lasts = _token_of(answer)
            # A minute less, so that it does not end on the way.
            self._tokens[self._key] = (token, time.monotonic() + max(lasts - 60.0, 5.0))
            return token


def _token_of(answer: requests.Response) -> tuple[str, float]:
    try:
        given = answer.json()
        return str(given["access_token"]), float(given.get("expires_in") or 600)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TemporaryFailure("The answer to the request for a token holds none.") from error
