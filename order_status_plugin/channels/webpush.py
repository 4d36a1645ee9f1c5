"""Web push: a message to a browser that asked for it, by the push service of the browser's maker.

RFC 8030 (the request), RFC 8291 and RFC 8188 (the encryption), RFC 8292 (who sends). What is sent is what anybody with
the order's link may see: a lock screen is public.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import json
import re
import time
from collections.abc import Mapping
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.utils.translation import gettext_lazy as _

from ..events import Medium
from ..exceptions import GoneRecipient, PermanentFailure, TemporaryFailure, UnreadableMessage
from ..http import Api
from .base import Channel, Message, Receipt

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

    from ..events import ContactSnapshot

#: The push services of today's browsers; ``*.`` stands for any name below. An endpoint comes from whoever has a link:
#: nothing is sent to other places, so that nobody makes us call what they like.
HOSTS = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
#: How long a push service keeps a message for a device that is off.
TTL = dt.timedelta(days=1)
#: How long a signature is good for; a service refuses more than a day.
_SIGNED_FOR = 12 * 60 * 60
#: Characters of a subscription that anybody may send us, and of what a notification shows.
LONGEST = 3000
_TITLE, _BODY = 120, 300
#: Milestones that are of use only at once.
_URGENT = frozenset({"out_for_delivery", "attempted_delivery", "ready_for_pickup"})

#: Narrower than the grammar, so that no two programs read two hosts in one address.
_ENDPOINT = re.compile(
    r"(?P<origin>(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?)(?P<path>/[\w.~:/?=&%+,;-]*)",
    re.ASCII,
)
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_INSTALL = "pip install 'order-status-plugin[push]'"
_MAKE = "python manage.py order_status_push_keys makes one."


@dataclasses.dataclass(frozen=True, slots=True)
class _Device:
    """A subscription, read."""

    origin: str
    path: str
    public_key: bytes  # an uncompressed point of P-256
    auth: bytes
    sender: str  # our public key that it was made for


class WebPushChannel(Channel):
    """Sends notifications to browsers. Options: ``private_keys``, ``subject``, ``hosts``.

    ``private_keys`` are VAPID keys, the newest first: a device is told with the key that it subscribed with, as long
    as that stands here. ``subject`` is where push services reach the shop, ``mailto:`` or ``https:``; without it,
    DEFAULT_FROM_EMAIL. ``hosts`` are the push services that may be called, in place of :data:`HOSTS`: names, ``*.``
    for all below one, or an origin such as ``https://push.shop.example:8443``.
    """

    label: ClassVar[str] = _("Notifications")  # type: ignore[assignment]
    medium: ClassVar[Medium] = Medium.PUSH
    subscribes: ClassVar[bool] = True
    #: A message that comes twice takes the place of the first one on the device, and says nothing.
    knows_keys_for: ClassVar[dt.timedelta | None] = TTL

    def recipient(self, contact: ContactSnapshot) -> str:
        """Return "": nobody gives a browser at checkout."""
        return ""

    # --- subscribing ----------------------------------------------------------------------------------

    def application_server_key(self) -> str:
        """Return the public key that browsers subscribe with, "" where none can be used."""
        try:
            return _public(self._keys()[0])
        except (ImportError, ValueError, IndexError):
            return ""

    def subscription(self, given: str) -> str:
        """Return what is kept of a browser's ``PushSubscription`` as JSON. Raises UnreadableMessage.

        Beside what the browser says, ``sender`` may name the key that it subscribed with; without it, the newest is
        meant.
        """
        device = self._read(given)
        keys = {"auth": _text(device.auth), "p256dh": _text(device.public_key)}
        kept = {"endpoint": device.origin + device.path, "keys": keys, "sender": device.sender}
        return json.dumps(kept, sort_keys=True, separators=(",", ":"))

    def _read(self, given: str) -> _Device:
        if len(given) > LONGEST:
            raise UnreadableMessage("The subscription is too long.")
        try:
            said: Any = json.loads(given)
            endpoint, keys = _ENDPOINT.fullmatch(str(said["endpoint"])), said["keys"]
            public_key, auth = _bytes(keys["p256dh"]), _bytes(keys["auth"])
            _point(public_key)
            sender = str(said.get("sender") or self.application_server_key())
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise UnreadableMessage(f"This is no subscription ({type(error).__name__}).") from error
        if endpoint is None or len(auth) != 16 or not _is_key(sender):
            raise UnreadableMessage("This is no subscription.")
        if not self._may_call(endpoint):
            raise UnreadableMessage(f"{endpoint['origin']} is not among the push services of OPTIONS['hosts'].")
        return _Device(endpoint["origin"], endpoint["path"], public_key, auth, sender)

    def _may_call(self, endpoint: re.Match[str]) -> bool:
        for allowed in self._hosts():
            if "://" in allowed:
                fits = endpoint["origin"] == allowed
            elif endpoint["scheme"] != "https" or endpoint["port"] not in (None, "443"):
                fits = False
            elif allowed.startswith("*."):
                fits = endpoint["host"].endswith(allowed[1:])
            else:
                fits = endpoint["host"] == allowed
            if fits:
                return True
        return False

    # --- sending --------------------------------------------------------------------------------------

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        """Send each to the push service of its device."""
        results: dict[str, Receipt | Exception] = {}
        for message in messages:
            try:
                results[message.key] = self._send(message)
            except (TemporaryFailure, PermanentFailure) as error:
                results[message.key] = error
        return results

    def _send(self, message: Message) -> Receipt:
        try:
            device = self._read(message.recipient)
        except UnreadableMessage as error:
            raise PermanentFailure(str(error)) from error
        key = next((key for key in self._keys() if _public(key) == device.sender), None)
        if key is None:
            raise GoneRecipient("The key that this device subscribed with is not in OPTIONS['private_keys'] any more.")
        headers = {
            "Authorization": f"vapid t={self._signed(device.origin, key)}, k={device.sender}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(TTL.total_seconds())),
            "Topic": _topic(message),
            "Urgency": "high" if message.milestone in _URGENT else "normal",
        }
        answer = Api(device.origin, headers=headers).call(
            "POST",
            device.path,
            data=_encrypted(payload(message), device),
            accept=(200, 201, 202, 204, 401, 403, 404, 410),
        )
        if answer.status_code in (401, 403):
            # Whoever has a link may say which key their device subscribed with: this speaks against the one device.
            raise PermanentFailure(
                f"{device.origin} refused the shop's signature ({answer.status_code}): this device subscribed with "
                "another key. Where every device is refused, look at OPTIONS['private_keys'] and the server's clock.",
                status=answer.status_code,
            )
        if answer.status_code in (404, 410):
            raise GoneRecipient("The push service knows this device no more.")
        return Receipt(provider_id=_id_of(answer.headers.get("Location", "")))

    def _signed(self, origin: str, key: EllipticCurvePrivateKey) -> str:
        import jwt

        claims = {"aud": origin, "exp": int(time.time()) + _SIGNED_FOR, "sub": self._subject()}
        return jwt.encode(claims, key, algorithm="ES256")

    # --- options --------------------------------------------------------------------------------------

    def check(self) -> list[checks.CheckMessage]:
        """Say what is wrong with keys, sender and push services."""
        where = self._where()
        try:
            import http_ece  # noqa: F401
            import jwt  # noqa: F401
        except ImportError as error:
            return [checks.Error(f"{where}: {error.name} is not installed.", hint=_INSTALL, id="order_status.E320")]
        found: list[checks.CheckMessage] = []
        try:
            keys = self._keys()
        except ValueError as error:
            found.append(checks.Error(f"{where}: {error}", hint=_MAKE, id="order_status.E321"))
        else:
            if not keys:
                found.append(
                    checks.Error(f"{where} needs a list of 'private_keys'.", hint=_MAKE, id="order_status.E321")
                )
        if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+|https://\S+", self._subject()):
            found.append(
                checks.Error(
                    f"{where}: push services cannot reach the shop at {self._subject()!r}.",
                    hint="Set DEFAULT_FROM_EMAIL, or 'subject' to a mailto: or https: address.",
                    id="order_status.E322",
                )
            )
        for host in self._hosts():
            if not (_HOST.fullmatch(host) or _ORIGIN.fullmatch(host)):
                found.append(
                    checks.Error(
                        f"{where}: {host!r} under 'hosts' is neither a host nor an origin.",
                        hint="For example 'fcm.googleapis.com', '*.push.apple.com', 'https://push.shop.example:8443'.",
                        id="order_status.E323",
                    )
                )
            elif host.startswith("http://"):
                found.append(
                    checks.Warning(
                        f"{where}: {host} is called without TLS.",
                        hint="For a push service on this machine only.",
                        id="order_status.W320",
                    )
                )
        return found

    def _hosts(self) -> list[str]:
        given = self.options.get("hosts", HOSTS)
        return [str(host).lower() for host in given] if isinstance(given, (list, tuple)) else [str(given)]

    def _subject(self) -> str:
        return self.option("subject") or f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"

    def _keys(self) -> list[EllipticCurvePrivateKey]:
        given = self.options.get("private_keys")
        if given is not None and not isinstance(given, (list, tuple)):
            raise ValueError("'private_keys' must be a list.")
        return [_private(each) for each in given or ()]


def payload(message: Message) -> bytes:
    """Return what the service worker reads: words, the path of the link, and what tells two messages apart."""
    said = {
        "title": _fit(message.subject, _TITLE),
        "body": _fit(message.text, _BODY),
        "url": urlsplit(message.link).path,
        "tag": _topic(message),
        "id": hashlib.sha256(message.key.encode()).hexdigest()[:16],
        "lang": message.language,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _fit(text: str, most: int) -> str:
    """Return the text on one line, cut at a word where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rsplit(' ', 1)[0]}…"


def _topic(message: Message) -> str:
    """Return what a newer message shares with the one that it replaces: news of the same order, or its notes.

    A push service sees it, so it tells nothing.
    """
    kind = "note" if message.milestone == "note" else "status"
    return _text(hashlib.sha256(f"{message.link}\0{kind}\0{message.recipient}".encode()).digest()[:24])


def _id_of(location: str) -> str:
    """Return a push service's name of the message: its address is a capability, so only a digest of it."""
    return hashlib.sha256(location.encode()).hexdigest()[:32] if location else ""


def _encrypted(plain: bytes, device: _Device) -> bytes:
    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec

    return bytes(
        http_ece.encrypt(
            plain,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=device.public_key,
            auth_secret=device.auth,
            version="aes128gcm",
        )
    )


def make_key() -> tuple[str, str]:
    """Return a new private key, and its public one."""
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    return _text(key.private_numbers().private_value.to_bytes(32, "big")), _public(key)


#: How many points P-256 has (SEC 2, 2.4.2): a private key is below.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _private(given: object) -> EllipticCurvePrivateKey:
    """Return a VAPID key: 32 bytes in base64url, as every tool writes it. Raises ValueError that repeats nothing."""
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        raw = _bytes(given)
        # Older releases of cryptography take what is beyond the curve's order, too.
        if len(raw) == 32 and (value := int.from_bytes(raw, "big")) < _ORDER:
            return ec.derive_private_key(value, ec.SECP256R1())
    except (ValueError, TypeError):
        pass
    raise ValueError("one of 'private_keys' is no VAPID key: 32 bytes in base64url.")


def _public(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return _text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _point(raw: bytes) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(raw) != 65:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def _is_key(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_-]{87}", text))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(given: object) -> bytes:
    if not isinstance(given, str):
        raise TypeError("not a text")
    try:
        return base64.b64decode(given.rstrip("=") + "=" * (-len(given.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
