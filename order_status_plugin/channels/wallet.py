"""Apple Wallet: signs orders as files, and tells the devices that hold one to fetch it anew.

A push says nothing but "look again": the device then asks our web service for the order. Apple's push service speaks
HTTP/2 and knows us by the certificate of the order type.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from django.core import checks
from django.utils.translation import gettext_lazy as _

from ..events import Medium
from ..exceptions import AccessDenied, GoneRecipient, PermanentFailure, TemporaryFailure, UnreadableMessage
from ..http import retry_after
from ..http2 import Answer, Connection
from .base import Channel, Message, OrderIssuer, Receipt

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

    from ..events import ContactSnapshot

APNS = "https://api.push.apple.com"
#: How long Apple keeps a push for a device that is off.
TTL = dt.timedelta(days=1)
#: So long before its end a certificate is named by ``manage.py check``.
SOON = dt.timedelta(days=30)
#: Apple: "order.com.example", "merchant.com.example".
_ORDER_TYPE = re.compile(r"order\.[A-Za-z0-9.-]{1,200}")
_MERCHANT = re.compile(r"merchant\.[A-Za-z0-9.-]{1,200}")
#: Of a device. Apple calls it opaque; it has always been hexadecimal, and so no part of an address but the last.
_PUSH_TOKEN = re.compile(r"[0-9a-f]{16,200}")
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?")
_PNG = b"\x89PNG\r\n\x1a\n"
_LONGEST_LOGO = 1_000_000
_INSTALL = "pip install 'order-status-plugin[wallet]'"
_MAKE = "docs/channels/wallet.md says how the files are made."


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who signs."""

    certificate: Certificate
    key: RSAPrivateKey
    issuer: Certificate  # Apple's intermediate


class WalletChannel(Channel, OrderIssuer):
    """Apple Wallet orders.

    Options: ``order_type``, ``merchant``, ``certificate``, ``private_key``, ``private_key_password``,
    ``wwdr_certificate``, ``logo``, ``address``, ``endpoint``, ``ca``.

    ``certificate`` (of the order type), ``private_key`` and ``wwdr_certificate`` (Apple's intermediate that issued it)
    are paths of PEM files, ``logo`` that of a PNG. ``address``: True puts where the order goes into the file.
    ``endpoint`` is Apple's push service, ``ca`` the path of a PEM file with who else may vouch for it: for tests.
    """

    label: ClassVar[str] = _("Apple Wallet")  # type: ignore[assignment]
    medium: ClassVar[Medium] = Medium.WALLET
    subscribes: ClassVar[bool] = True
    #: A device that is told twice looks twice, and finds nothing new.
    knows_keys_for: ClassVar[dt.timedelta | None] = TTL

    def __init__(self, alias: str, options: Mapping[str, Any]) -> None:
        """Keep alias and options."""
        super().__init__(alias, options)
        self._open: Connection | None = None

    @property
    def order_type(self) -> str:
        """Return the order type identifier."""
        return self.option("order_type")

    @property
    def merchant(self) -> str:
        """Return the merchant identifier."""
        return self.option("merchant")

    @property
    def shows_address(self) -> bool:
        """Say whether the file may hold where the order goes: only a plain True says so."""
        return self.options.get("address") is True

    def recipient(self, contact: ContactSnapshot) -> str:
        """Return "": Wallet registers by itself once it holds the order."""
        return ""

    def application_server_key(self) -> str:
        """Return what a device registers for: the order type, "" while nothing can be signed."""
        return self.order_type if self.is_ready() else ""

    def subscription(self, given: str) -> str:
        """Return a device's push token in its one spelling. Raises UnreadableMessage."""
        token = given.lower()
        if not _PUSH_TOKEN.fullmatch(token):
            raise UnreadableMessage("This is no push token.")
        return token

    def expiries(self) -> Mapping[str, dt.datetime]:
        """Return the ends of both certificates; nothing where one cannot be read: the system checks say so."""
        try:
            identity = self._identity()
        except (ImportError, OSError, ValueError):
            return {}
        return {
            "certificate": identity.certificate.not_valid_after_utc,
            "wwdr_certificate": identity.issuer.not_valid_after_utc,
        }

    # --- the file -------------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """Say whether orders can be signed; the system checks say why not."""
        try:
            identity = self._identity()
        except (ImportError, OSError, ValueError):
            return False
        return bool(self.order_type and self.merchant) and _of(identity.certificate) == self.order_type

    def logo(self) -> bytes:
        """Return the logo, b"" where there is none that can be read."""
        try:
            return _read_logo(self._path("logo")) if self._path("logo") else b""
        except (OSError, ValueError):
            return b""

    def sign(self, manifest: bytes) -> bytes:
        """Return the signature: SHA-256, with content type, digest and time signed along, and the chain to Apple's root."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

        identity = self._identity()
        builder = PKCS7SignatureBuilder().set_data(manifest)
        builder = builder.add_signer(identity.certificate, identity.key, SHA256()).add_certificate(identity.issuer)
        options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
        return builder.sign(Encoding.DER, options)

    def _path(self, name: str) -> str:
        given = self.options.get(name)
        return str(given) if isinstance(given, str | Path) else ""

    def _identity(self) -> _Identity:
        paths = tuple(self._path(name) for name in ("certificate", "private_key", "wwdr_certificate"))
        if not all(paths):
            raise ValueError("not all of 'certificate', 'private_key' and 'wwdr_certificate' are there")
        changed = tuple(Path(path).stat().st_mtime_ns for path in paths)
        return _load(*paths, self.option("private_key_password"), changed)

    # --- the push -------------------------------------------------------------------------------------

    @contextmanager
    def session(self) -> Iterator[None]:
        """Hold one connection open for several batches: Apple takes many short ones for an attack."""
        try:
            connection = self._connection()
        except (ImportError, OSError, ValueError):  # send() says so for each message
            yield
            return
        with connection as self._open:
            try:
                yield
            finally:
                self._open = None

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        """Tell each device that there is something new."""
        if self._open is not None:
            return self._tell(self._open, messages)
        try:
            connection = self._connection()
        except (ImportError, OSError, ValueError) as error:
            raise TemporaryFailure(f"Nothing can be sent: {error}") from error
        with connection:
            return self._tell(connection, messages)

    def _connection(self) -> Connection:
        """Return a connection that is not used yet. Raises ImportError, OSError (ssl's own, too) or ValueError."""
        endpoint = self.option("endpoint", APNS)
        if not _ORIGIN.fullmatch(endpoint):
            raise ValueError("'endpoint' is no https:// origin")
        self._identity()  # says what is wrong in our words, before ssl does in its own
        context = ssl.create_default_context(cafile=self._path("ca") or None)
        # A key with a password and none given would ask at a terminal.
        password = self.option("private_key_password")
        context.load_cert_chain(self._path("certificate"), self._path("private_key"), lambda: password)
        return Connection(endpoint, context)

    def _tell(self, connection: Connection, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        results: dict[str, Receipt | Exception] = {}
        for message in messages:
            try:
                results[message.key] = self._push(connection, message)
            except (TemporaryFailure, PermanentFailure) as error:
                results[message.key] = error
        return results

    def _push(self, connection: Connection, message: Message) -> Receipt:
        try:
            token = self.subscription(message.recipient)
        except UnreadableMessage as error:
            raise PermanentFailure(str(error)) from error
        name = str(uuid.UUID(message.key)) if re.fullmatch(r"[0-9a-f]{32}", message.key) else str(uuid.uuid4())
        headers = {
            "apns-topic": self.order_type,
            "apns-push-type": "background",
            "apns-priority": "5",
            "apns-expiration": str(int((dt.datetime.now(dt.UTC) + TTL).timestamp())),
            "apns-id": name,
            "content-type": "application/json",
        }
        answer = connection.post(f"/3/device/{token}", b"{}", headers)
        if answer.status == 200:
            return Receipt(provider_id=answer.headers.get("apns-id", name))
        raise _failure(answer)

    # --- options --------------------------------------------------------------------------------------

    def check(self) -> list[checks.CheckMessage]:
        """Say what is wrong with packages, names, files and their dates. No network."""
        where = self._where()
        missing = [name for name in ("cryptography", "httpx", "h2") if not _is_installed(name)]
        if missing:
            text = f"{where}: {', '.join(missing)} is not installed."
            return [checks.Error(text, hint=_INSTALL, id="order_status.E330")]
        found: list[checks.CheckMessage] = []
        for name, form, example in (
            ("order_type", _ORDER_TYPE, "order.com.example"),
            ("merchant", _MERCHANT, "merchant.com.example"),
        ):
            if not form.fullmatch(self.option(name)):
                found.append(
                    checks.Error(
                        f"{where}: {name!r} must be the identifier that Apple knows it by.",
                        hint=f"For example {example!r}, from Certificates, Identifiers & Profiles.",
                        id="order_status.E331",
                    )
                )
        if not _ORIGIN.fullmatch(self.option("endpoint", APNS)):
            found.append(checks.Error(f"{where}: 'endpoint' must be an https:// origin.", id="order_status.E337"))
        if self._path("logo"):
            try:
                _read_logo(self._path("logo"))
            except (OSError, ValueError) as error:
                found.append(checks.Warning(f"{where}: 'logo': {error}", id="order_status.W331"))
        try:
            identity = self._identity()
        except (OSError, ValueError) as error:
            found.append(checks.Error(f"{where}: {error}", hint=_MAKE, id="order_status.E332"))
            return found
        return [*found, *self._check_certificates(identity, where)]

    def _check_certificates(self, identity: _Identity, where: str) -> Iterator[checks.CheckMessage]:
        if identity.certificate.public_key() != identity.key.public_key():
            yield checks.Error(
                f"{where}: 'private_key' is not the key of 'certificate'.", hint=_MAKE, id="order_status.E333"
            )
        named = _of(identity.certificate)
        if named != self.order_type:
            yield checks.Error(
                f"{where}: 'certificate' is for {named or 'no order type'}, not for {self.order_type!r}.",
                hint="A pass type certificate, or the one of another order type? Both would be refused by every device.",
                id="order_status.E334",
            )
        if not _has_issued(identity.issuer, identity.certificate):
            yield checks.Error(
                f"{where}: 'wwdr_certificate' did not issue 'certificate'.",
                hint="Apple has several intermediates: take the one that the certificate names as its issuer, G4 or later.",
                id="order_status.E335",
            )
        now = dt.datetime.now(dt.UTC)
        for name, certificate in (("certificate", identity.certificate), ("wwdr_certificate", identity.issuer)):
            end = certificate.not_valid_after_utc
            if not certificate.not_valid_before_utc <= now <= end:
                yield checks.Error(
                    f"{where}: {name!r} is not valid today; it ends on {end:%Y-%m-%d}.",
                    hint=_MAKE,
                    id="order_status.E336",
                )
            elif end - now < SOON:
                yield checks.Warning(
                    f"{where}: {name!r} ends on {end:%Y-%m-%d}.",
                    hint="Orders that are signed after that are refused, and nobody is told any more. Have a new one issued.",
                    id="order_status.W330",
                )


def _failure(answer: Answer) -> Exception:
    """Return what Apple's answer means: its status, and the reason in its body."""
    try:
        reason = str(json.loads(answer.body)["reason"])[:60]
    except (ValueError, KeyError, TypeError):
        reason = ""
    said = f"Apple answered {answer.status} {reason}".strip() + "."
    if answer.status == 410:
        return GoneRecipient(said)
    if answer.status == 429 or answer.status >= 500:
        return TemporaryFailure(said, retry_after=retry_after(answer.headers))
    if answer.status == 403:
        return AccessDenied(f"{said} Check the certificate in OPTIONS.")
    # BadDeviceToken, too, is no word about the device: Apple says it of every one where the endpoint is the wrong one.
    return PermanentFailure(said)


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


@lru_cache(maxsize=8)
def _load(certificate: str, key: str, issuer: str, password: str, changed: tuple[int, ...]) -> _Identity:
    """Read the three files; anew when one of them has ``changed``."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(Path(key).read_bytes(), password.encode() or None)
    except (ValueError, TypeError) as error:  # TypeError: a password is missing, or one too many
        raise ValueError(f"'private_key' is no PEM file that can be opened: {error}") from error
    if not isinstance(private, RSAPrivateKey):
        raise ValueError("'private_key' is no RSA key")
    return _Identity(_certificate("certificate", certificate), private, _certificate("wwdr_certificate", issuer))


def _certificate(name: str, path: str) -> Certificate:
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"{name!r} is no certificate in PEM: {error}") from error


def _of(certificate: Certificate) -> str:
    """Return the order type that a certificate is for: Apple writes it into the subject as user id."""
    from cryptography.x509.oid import NameOID

    return next((str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.USER_ID)), "")


def _has_issued(issuer: Certificate, certificate: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _read_logo(path: str) -> bytes:
    if Path(path).stat().st_size > _LONGEST_LOGO:
        raise ValueError(f"{path} is larger than {_LONGEST_LOGO} bytes")
    content = Path(path).read_bytes()
    if not content.startswith(_PNG):
        raise ValueError(f"{path} is no PNG")
    return content
