"""The names of a row that depend on who and what it is about: locators, digests, keys, as their rooms make them.

Made a million times, so each is put together from what stays the same; ``check`` holds them against the rooms' own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from ...events import Place
from ...keys import signing_key
from ...messages.outbox import key_of
from ...messages.recipient import signed
from ...tracking.contact import NORMALISER, email_digest, phone_digest
from ...tracking.identity import normalise_place
from ...tracking.locator import SIZE, locator_for
from ...tracking.models import TrackingEvent


def sized(text: str) -> bytes:
    """Return a part of what is hashed: its length, then itself."""
    raw = text.encode()
    return len(raw).to_bytes(8, "big") + raw


class Names:
    """What this key ring calls an order of one host, and its customer on one channel."""

    def __init__(self, host: str, channel: str) -> None:
        self.host, self.channel = host, channel
        key = signing_key()
        self._prefix = f"{key.number:04x}."

        def begun(*parts: str) -> hmac.HMAC:
            return hmac.new(key.secret, b"".join(map(sized, parts)), hashlib.sha256)

        self._locator = begun("locator", host)
        self._email, self._phone = begun("email", NORMALISER), begun("phone", NORMALISER)
        self._recipient = begun("recipient", channel)
        self.check()

    def locator(self, reference: str) -> str:
        """Return the locator of an order."""
        return base64.urlsafe_b64encode(self._mac(self._locator, reference).digest()[:SIZE]).decode()

    def email(self, email: str) -> str:
        """Return the digest of an email in its normal form."""
        return self._prefix + self._mac(self._email, email).hexdigest()

    def phone(self, digits: str) -> str:
        """Return the digest of a phone number by its last digits; "" for none."""
        return self._prefix + self._mac(self._phone, digits[-9:]).hexdigest() if digits else ""

    def recipient(self, email: str) -> str:
        """Return the digest of where a message goes."""
        return self._prefix + self._mac(self._recipient, email).hexdigest()

    @staticmethod
    def message(order: int, milestone: str, subject: str, occurrence: str, channel: str, recipient: str) -> str:
        """Return the key of a message."""
        about = f"{order}\0{milestone}\0{subject}\0{occurrence}\0{channel}\0{recipient}"
        return hashlib.sha256(about.encode()).hexdigest()[:32]

    @staticmethod
    def _mac(begun: hmac.HMAC, part: str) -> hmac.HMAC:
        found = begun.copy()
        found.update(sized(part))
        return found

    def check(self) -> None:
        """Raise where a room names something otherwise by now."""
        email, phone = "customer7@customers.example", "+351 91 0000007"
        ours = (
            self.locator("7"),
            self.email(email),
            self.phone("910000007"),
            self.recipient(email),
            self.message(7, "shipped", "order", "1", "email", "x"),
        )
        theirs = (
            locator_for(self.host, "7"),
            email_digest(email),
            phone_digest(phone, "PT"),
            signed(self.channel, email),
            key_of(7, "shipped", "order", "1", "email", "x"),
        )
        if ours != theirs:
            raise RuntimeError("Orders are named by other rules than these; see simulator/bulk/names.py.")


class EventNames:
    """What one event of a prototype is called in another order: number and day differ, the rest is hashed as it was."""

    def __init__(self, event: TrackingEvent, number_key: str) -> None:
        """Take a recorded event, and the number of its parcel. Raises where its names follow other rules."""
        place = Place(
            text=event.place_text, city=event.city, region=event.region, postcode=event.postcode, country=event.country
        )
        self._before = sized(event.source)
        self._between = sized(event.raw_code)
        self._time = event.local_time[10:16]
        self._after = sized(normalise_place(place)) + sized(" ".join(event.message.casefold().split()))
        self._id = sized(event.source_id)
        said = (event.status or None, event.overlay, event.reason, event.utc_offset, event.precision)
        self._said = b"".join(sized("" if part is None else str(part)) for part in said)
        self._seconds = event.local_time[10:]
        rest = (event.sequence, event.latitude, event.longitude)
        self._rest = b"".join(sized("" if part is None else str(part)) for part in rest)
        if self.of(number_key, event.local_time[:10]) != (event.digest, event.fingerprint):
            raise RuntimeError("Events are named by other rules than these; see simulator/bulk/names.py.")

    def of(self, number_key: str, day: str) -> tuple[str, str]:
        """Return digest and fingerprint."""
        digest = hashlib.sha256(
            self._before + sized(number_key) + self._between + sized(day + self._time) + self._after
        ).hexdigest()
        fingerprint = hashlib.sha256(
            self._id + sized(digest) + self._said + sized(day + self._seconds) + self._rest
        ).hexdigest()
        return digest, fingerprint


def mark(host: str, number: int) -> int:
    """Return 256 bits that are the same for this order every time, and like no other's."""
    return int.from_bytes(hashlib.sha256(f"{host} {number}".encode()).digest(), "big")


def unread(reference: str) -> str:
    """Return what stands for the digest of a snapshot that nobody can read again."""
    return hashlib.sha256(reference.encode()).hexdigest()
