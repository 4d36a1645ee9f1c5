"""The contract of a source, as tests. Third parties run it against their own adapter."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from ..events import ParcelStatus, TrackingScan
from ..intake.models import InboxMessage
from ..tracking.models import Parcel
from .hosts import must
from .shop import Shop

#: Where the parcel of the contract goes, step by step.
JOURNEY = (
    ParcelStatus.LABEL_CREATED,
    ParcelStatus.IN_TRANSIT,
    ParcelStatus.OUT_FOR_DELIVERY,
    ParcelStatus.ATTEMPTED_DELIVERY,
    ParcelStatus.OUT_FOR_DELIVERY,
    ParcelStatus.DELIVERED,
)


class SourceContract(ABC):
    """Subclass it, write your provider's bodies and signatures, and run the tests that come with it.

    With pytest, mark the subclass ``@pytest.mark.django_db``; with unittest, put ``TestCase`` beside it. The URLs
    of the project that runs it must include ``order_status_plugin.urls``.
    """

    #: Dotted path of the adapter, as in ``ORDER_STATUS``.
    backend: str
    #: A carrier of our catalogue that the provider follows, and a number of its.
    carrier: str = "ups"
    number: str = "1Z999AA10123456784"
    #: Two secrets of the form that the provider gives out.
    secrets: Sequence[str] = ("the newer secret of the contract", "the older secret of the contract")
    alias: str = "contract"
    #: False where the secret itself stands in a header: then the header says nothing of the body.
    signs_body: bool = True
    #: True where a message tells one event: ``body`` is then asked for the last of its scans.
    tells_one_event: bool = False

    @abstractmethod
    def body(self, number: str, scans: Sequence[TrackingScan], delivery: str) -> bytes:
        """Return the provider's message with these scans, oldest first, under its delivery id ``delivery``."""

    @abstractmethod
    def unknown_body(self, number: str) -> bytes:
        """Return a message with one scan, whose code nobody documents."""

    @abstractmethod
    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the headers that the provider sends with this body; {} where the secret stands in the address."""

    def options(self) -> dict[str, Any]:
        """Return the adapter's OPTIONS with the secrets in them."""
        return {"secrets": list(self.secrets)}

    def path(self, secret: str) -> str:
        """Return the address of the webhook; override it where the secret stands there."""
        return reverse("order_status:hook", args=[self.alias])

    # --- the door -------------------------------------------------------------------------------------

    def test_a_body_without_signature_is_refused(self) -> None:
        """400, and nothing is kept."""
        with self._shop():
            response = Client().post(self.path("wrong"), self._one(), content_type="application/json")
            must(response.status_code == 400, "a body without signature is answered with 400")
            must(not InboxMessage.objects.exists(), "nothing unsigned is kept")

    def test_a_wrong_signature_is_refused(self) -> None:
        """Another secret, and the signature of another body: 400."""
        with self._shop():
            response = self._post(self._one(), "a secret that nobody configured")
            must(response.status_code == 400, "a signature by another secret is answered with 400")
            if self.signs_body and (headers := self.headers(self._one(), self.secrets[0])):
                response = Client().post(
                    self.path(self.secrets[0]), self._one() + b" ", content_type="application/json", headers=headers
                )
                must(response.status_code == 400, "a body without signature is answered with 400")
            must(not InboxMessage.objects.exists(), "nothing unsigned is kept")

    def test_each_secret_is_accepted(self) -> None:
        """Secrets are rotated: the older one works until it is taken out."""
        for secret in self.secrets:
            with self._shop():
                must(self._post(self._one(), secret).status_code == 200, "each configured secret is accepted")

    def test_a_replay_is_one_message(self) -> None:
        """The same delivery again changes nothing."""
        with self._shop():
            codes = [self._post(self._one()).status_code for _ in range(3)]
            must(codes == [200, 200, 200], f"a replay is answered with 200, not with {codes}")
            must(InboxMessage.objects.count() == 1, "a replay is the same message: message_key() is the delivery's id")

    def test_the_provider_may_knock(self) -> None:
        """HEAD is answered with 200, GET with 405."""
        with self._shop():
            must(Client().head(self.path(self.secrets[0])).status_code == 200, "HEAD is answered with 200")
            must(Client().get(self.path(self.secrets[0])).status_code == 405, "GET is answered with 405")

    def test_nobody_needs_to_log_in(self) -> None:
        """The door is open under LoginRequiredMiddleware and CSRF checks."""
        login = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        more = [] if login in settings.MIDDLEWARE else [login]
        with self._shop(), override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, *more]):
            response = self._post(self._one(), client=Client(enforce_csrf_checks=True))
            must(response.status_code == 200, f"the door is open, not {response.status_code}")

    def test_rubbish_is_kept_and_is_no_error_of_ours(self) -> None:
        """What is signed and cannot be read stays, with a reason."""
        for body in (b"", b"{", b"[]", b"null", b'{"a": 1}', b"\xff\x00"):
            with self._shop():
                response = self._post(body)
                must(response.status_code == 202, f"{body!r} is answered with 202, not with {response.status_code}")
                message = InboxMessage.objects.get()
                must(
                    message.state == InboxMessage.State.FAILED,
                    f"{body!r} is kept as unreadable, not as {message.state}",
                )
                must(bool(message.reason), f"{body!r} is kept with a reason")

    # --- what it says ---------------------------------------------------------------------------------

    def test_an_unknown_code_stays_unknown(self) -> None:
        """A code that nobody documents is not guessed."""
        with self._shop():
            must(self._post(self.unknown_body(self.number)).status_code == 200, "an unknown code is no failure")
            said = set(self._parcel().events.values_list("status", flat=True))
            must(said == {ParcelStatus.UNKNOWN}, f"an unknown code is kept as unknown, not as {said}")

    def test_another_parcel_is_left_alone(self) -> None:
        """A message about a number that we do not have waits for it."""
        with self._shop():
            body = self.body("1Z999AA10123456775", self._journey()[:1], "other")
            must(self._post(body).status_code == 202, "a message about an unknown number is accepted")
            must(InboxMessage.objects.get().state == InboxMessage.State.WAITING, "it waits for its parcel")
            must(not self._parcel().events.exists(), "it says nothing of another parcel")

    def test_every_way_of_arrival_ends_alike(self) -> None:
        """Whole, growing, step by step, backwards, twice: one state."""
        journey = self._journey()
        grown = [journey[:length] for length in range(1, len(journey) + 1)]
        single = [[scan] for scan in journey]
        ways: dict[str, Sequence[Sequence[TrackingScan]]] = {
            "whole": [journey],
            "growing": grown,
            "shrinking": list(reversed(grown)),
            "step by step": single,
            "backwards": list(reversed(single)),
            "twice": [*single, *single, journey],
        }
        ends = {name: self._end_of(deliveries) for name, deliveries in ways.items()}
        must(ends["whole"][0] == ParcelStatus.DELIVERED, f"the journey ends delivered, not {ends['whole'][0]}")
        for name, end in ends.items():
            must(end == ends["whole"], f"{name} ends in {end}, not in {ends['whole']}")

    # --- how ------------------------------------------------------------------------------------------

    def _end_of(self, deliveries: Sequence[Sequence[TrackingScan]]) -> tuple[object, ...]:
        with self._shop():
            told = [[scan] for scans in deliveries for scan in scans] if self.tells_one_event else deliveries
            for count, scans in enumerate(told):
                response = self._post(self.body(self.number, scans, f"delivery-{count}"))
                must(response.status_code == 200, f"it is handled: {InboxMessage.objects.latest('pk').reason}")
            parcel = self._parcel()
            times = sorted({event.local_time for event in parcel.events.all()})
            return parcel.status, parcel.overlay, parcel.state, times

    def _journey(self) -> list[TrackingScan]:
        start = (timezone.now() - dt.timedelta(days=2)).replace(tzinfo=None, minute=0, second=0, microsecond=0)
        return [
            TrackingScan(status=status, local_time=start + dt.timedelta(hours=6 * step), utc_offset=0)
            for step, status in enumerate(JOURNEY)
        ]

    def _one(self) -> bytes:
        return self.body(self.number, self._journey()[:2], "delivery-one")

    def _post(self, body: bytes, secret: str | None = None, client: Client | None = None) -> Any:
        secret = self.secrets[0] if secret is None else secret
        return (client or Client()).post(
            self.path(secret), body, content_type="application/json", headers=dict(self.headers(body, secret))
        )

    def _parcel(self) -> Parcel:
        return Parcel.objects.get()

    def _shop(self) -> Shop:
        return Shop(self.alias, self.backend, self.options(), carrier=self.carrier, number=self.number)
