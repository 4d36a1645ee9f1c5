"""The contract of a source whose webhooks only nudge, as tests. Third parties run it against their own adapter."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from .. import flow
from ..events import ParcelStatus, TrackingUpdate
from ..intake.models import InboxMessage
from .asked import AskedContract
from .hosts import must


class NudgedContract(AskedContract):
    """What :class:`AskedContract` asks of a source, and that its webhooks are never believed.

    For adapters that derive from :class:`order_status_plugin.sources.base.NudgedSource`.
    """

    #: Two secrets of the form that stands in the address.
    secrets: Sequence[str] = ("the-newer-secret-of-the-contract", "the-older-secret-of-the-contract")

    @abstractmethod
    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return the provider's webhook that tells this, under its id ``delivery``."""

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the headers that the provider sends with this body."""
        return {}

    def path(self, secret: str) -> str:
        """Return the address of the webhook."""
        return reverse("order_status:hook-with-secret", args=[self.alias, secret])

    # --- the door -------------------------------------------------------------------------------------

    def test_an_address_with_another_secret_is_refused(self) -> None:
        """400, and nothing is kept."""
        with self._shop({}):
            for path in (self.path("a-secret-that-nobody-configured"), reverse("order_status:hook", args=[self.alias])):
                response = Client().post(path, self._told(), content_type="application/json")
                must(response.status_code == 400, f"{path} is answered with 400, not with {response.status_code}")
            must(not InboxMessage.objects.exists(), "nothing untrusted is kept")

    def test_each_secret_is_accepted(self) -> None:
        """Secrets are rotated: the older one works until it is taken out."""
        for secret in self.secrets:
            with self._shop({}):
                must(self._post(self._told(), secret).status_code == 200, "each configured secret is accepted")

    def test_a_replay_is_one_message(self) -> None:
        """The same delivery again changes nothing."""
        with self._shop({self.number: self._update(self._journey()[:2])}):
            codes = [self._post(self._told()).status_code for _ in range(3)]
            must(codes == [200, 200, 200], f"a replay is answered with 200, not with {codes}")
            kept = InboxMessage.objects.filter(is_answer=False).count()
            must(kept == 1, f"a replay is the same message, not one of {kept}")

    def test_the_provider_may_knock(self) -> None:
        """HEAD is answered with 200, GET with 405."""
        with self._shop({}):
            must(Client().head(self.path(self.secrets[0])).status_code == 200, "HEAD is answered with 200")
            must(Client().get(self.path(self.secrets[0])).status_code == 405, "GET is answered with 405")

    def test_nobody_needs_to_log_in(self) -> None:
        """The door is open under LoginRequiredMiddleware and CSRF checks."""
        login = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        more = [] if login in settings.MIDDLEWARE else [login]
        with self._shop({}), override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, *more]):
            response = self._post(self._told(), client=Client(enforce_csrf_checks=True))
            must(response.status_code == 200, f"the door is open, not {response.status_code}")

    def test_a_rubbish_webhook_is_kept_and_is_no_error_of_ours(self) -> None:
        """What comes by the right address and cannot be read stays, with a reason."""
        for body in (b"", b"{", b"[]", b"null", b'{"a": 1}', b"\xff\x00"):
            with self._shop({}):
                response = self._post(body)
                must(response.status_code == 202, f"{body!r} is answered with 202, not with {response.status_code}")
                message = InboxMessage.objects.get()
                must(message.state == InboxMessage.State.FAILED, f"{body!r} is kept as {message.state}")
                must(bool(message.reason), f"{body!r} is kept with a reason")

    # --- what it is worth -----------------------------------------------------------------------------

    def test_a_webhook_alone_says_nothing(self) -> None:
        """Whoever learnt the address can post "delivered": when the provider knows of nothing, nothing happened."""
        with self._shop({}):
            must(self._post(self._told()).status_code == 200, "it is taken")
            self._drain()
            must(not self._parcel().events.exclude(status="").exists(), "a webhook alone moves nothing")

    def test_the_answer_is_what_counts(self) -> None:
        """The webhook says delivered, the provider when asked says that it is on its way: so it is."""
        true = self._journey()[:2]
        with self._shop({self.number: self._update(true)}) as provider:
            must(self._post(self._told()).status_code == 200, "it is taken")
            self._drain()
            must(bool(provider.calls), "the provider is asked")
            events = self._parcel().events.exclude(status="")
            said = sorted((event.local_time, event.status) for event in events)
            expected = sorted((scan.local_time.isoformat(), str(scan.status)) for scan in true)
            must([status for _, status in said] == [status for _, status in expected], f"the events are {said}")
            must(self._parcel().status == ParcelStatus.IN_TRANSIT, f"it is on its way, not {self._parcel().status}")

    def test_another_parcel_is_left_alone(self) -> None:
        """A webhook about a number that we do not have waits for it, and nobody is asked."""
        with self._shop({}) as provider:
            update = TrackingUpdate(
                tracking_number="1Z999AA10123456775", carrier=self.carrier, scans=tuple(self._journey()[:1])
            )
            must(self._post(self.body(update, "other")).status_code == 202, "it is accepted")
            self._drain()
            must(InboxMessage.objects.get().state == InboxMessage.State.WAITING, "it waits for its parcel")
            asked = b" ".join(self._said(call) for call in provider.calls)
            must(b"1Z999AA10123456775" not in asked, "nobody is asked about it")

    # --- how ------------------------------------------------------------------------------------------

    def _told(self) -> bytes:
        """Return a webhook that says that the parcel was delivered."""
        return self.body(self._update(self._journey()), "delivery-one")

    def _post(self, body: bytes, secret: str | None = None, client: Client | None = None) -> Any:
        secret = self.secrets[0] if secret is None else secret
        return (client or Client()).post(
            self.path(secret), body, content_type="application/json", headers=dict(self.headers(body, secret))
        )

    def _drain(self) -> None:
        """Have the worker ask where it was nudged to."""
        flow.drain_polls()
