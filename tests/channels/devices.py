"""A browser that subscribed, and the push service of its maker: RFC 8291 and RFC 8292 from the other end.

Nothing of what is tested is used here, nor the library that it uses: the steps are the RFCs', with primitives.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from order_status_plugin.testing.provider import Call, Provider, Reply

CURVE = ec.SECP256R1()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


class Device:
    """Holds what a browser holds of its subscription, and reads what reaches it."""

    def __init__(self, endpoint: str, private: bytes | None = None, auth: bytes = b"sixteen bytes ok") -> None:
        self.endpoint = endpoint
        self.key = (
            ec.derive_private_key(int.from_bytes(private, "big"), CURVE) if private else ec.generate_private_key(CURVE)
        )
        self.auth = auth

    def says(self, sender: str = "") -> str:
        """Return ``JSON.stringify(subscription)``, with the key that it was made for where that is told."""
        keys = {"p256dh": b64(point(self.key.public_key())), "auth": b64(self.auth)}
        said: dict[str, Any] = {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}
        return json.dumps(said | ({"sender": sender} if sender else {}))

    def reads(self, body: bytes) -> bytes:
        """Return what was encrypted for this device: RFC 8188 section 2, RFC 8291 section 3.4."""
        salt, size, key_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, record = body[21 : 21 + key_length], body[21 + key_length :]
        assert len(record) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        info = b"WebPush: info\0" + point(self.key.public_key()) + theirs
        secret = hkdf(self.auth, shared, info, 32)
        content_key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(content_key).decrypt(nonce, record, None).rstrip(b"\0")
        assert padded[-1] == 2  # of the last record
        return padded[:-1]


class PushService:
    """What stands between: knows its devices, and takes nothing from whom a device did not subscribe with."""

    def __init__(self, sender: str) -> None:
        """Take the public key of the one who may send."""
        self.sender = sender
        self.devices: dict[str, Device] = {}
        self.says: dict[str, Reply] = {}
        self.taken: list[tuple[Device, Call, bytes]] = []
        self.provider = Provider(self._answer)

    def __enter__(self) -> PushService:
        self.provider.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.provider.__exit__(*error)

    @property
    def url(self) -> str:
        return self.provider.url

    def device(self, name: str = "phone") -> Device:
        self.devices[f"/{name}"] = Device(f"{self.url}/{name}")
        return self.devices[f"/{name}"]

    def _answer(self, call: Call) -> Reply:
        if call.path in self.says:
            return self.says[call.path]
        device = self.devices.get(call.path)
        if device is None:
            return Reply(status=410)
        self._verify(call)
        assert call.method == "POST"
        assert call.headers["content-encoding"] == "aes128gcm"
        assert len(call.body) <= 4096
        self.taken.append((device, call, device.reads(call.body)))
        return Reply(status=201, headers={"Location": f"{self.url}/messages/{len(self.taken)}"})

    def _verify(self, call: Call) -> None:
        """Hold the sender to RFC 8292: the header's form, the signature, whom it is for and until when."""
        scheme, _, given = call.headers["authorization"].partition(" ")
        assert scheme == "vapid"
        fields = dict(part.strip().split("=", 1) for part in given.split(","))
        assert fields["k"] == self.sender
        head, claims, signature = fields["t"].split(".")
        r, s = (int.from_bytes(raw(signature)[at : at + 32], "big") for at in (0, 32))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw(fields["k"]))
        key.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
        said = json.loads(raw(claims))
        assert said["aud"] == self.url
        assert time.time() < said["exp"] <= time.time() + 24 * 60 * 60
        assert said["sub"].startswith(("mailto:", "https:"))
