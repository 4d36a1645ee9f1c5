"""The contract of a source that is asked, as tests. Third parties run it against their own adapter."""

from __future__ import annotations

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import requests
from django.utils import timezone

from .. import flow
from ..backends import get_source
from ..events import ParcelStatus, TrackingScan, TrackingUpdate
from ..exceptions import AccessDenied, TemporaryFailure
from ..http import ClientCredentials
from ..intake.models import InboxMessage
from ..tracking import rows
from ..tracking.models import Parcel
from .hosts import must
from .provider import Call, Provider, Reply
from .shop import Shop
from .sources import JOURNEY


class AskedContract(ABC):
    """Subclass it, answer as your provider's API does, and run the tests that come with it.

    With pytest, mark the subclass ``@pytest.mark.django_db``; with unittest, put ``TestCase`` beside it.
    """

    #: Dotted path of the adapter, as in ``ORDER_STATUS``.
    backend: str
    #: A carrier of our catalogue that the provider follows, and a number of its.
    carrier: str = "ups"
    number: str = "1Z999AA10123456784"
    alias: str = "contract"

    @abstractmethod
    def options(self, url: str) -> dict[str, Any]:
        """Return the adapter's OPTIONS, with the provider's API at ``url`` in the place of the real one."""

    @abstractmethod
    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Return what the API answers to one call (one for a token, too) when it knows this, by number.

        The scans are oldest first, whatever the provider's own order is.
        """

    @abstractmethod
    def unknown_reply(self, call: Call) -> Reply:
        """Return what the API answers about :attr:`number` with one scan, whose code nobody documents."""

    def setup_method(self, method: object = None) -> None:
        """Forget tokens of earlier tests."""
        ClientCredentials._tokens.clear()

    setUp = setup_method

    # --- what it says ---------------------------------------------------------------------------------

    def test_it_can_be_asked(self) -> None:
        """With its options it says so, and has nothing to complain about."""
        with self._shop({}):
            source = get_source(self.alias)
            must(source.is_asked(), "is_asked() is true with complete options")
            must(not source.check(), f"check() finds nothing wrong with complete options, not {source.check()}")

    def test_the_journey_arrives(self) -> None:
        """Asked at each step, or once at the end, the parcel ends alike."""
        journey = self._journey()
        ways = {
            "once": [journey],
            "at each step": [journey[:length] for length in range(1, len(journey) + 1)],
            "again and again": [journey, journey, journey],
            "late and corrected": [journey[1:], journey[:3], journey],
        }
        ends = {name: self._end_of(answers) for name, answers in ways.items()}
        must(ends["once"][0] == ParcelStatus.DELIVERED, f"the journey ends delivered, not {ends['once'][0]}")
        for name, end in ends.items():
            must(end == ends["once"], f"asked {name} it ends in {end}, not in {ends['once']}")

    def test_the_same_answer_is_one_message(self) -> None:
        """An answer that says nothing new is not handled again."""
        with self._shop({self.number: self._update(self._journey())}):
            self._ask()
            before = list(self._parcel().events.values_list("pk", flat=True))
            self._ask()
            must(list(self._parcel().events.values_list("pk", flat=True)) == before, "nothing is recorded twice")
            must(self._parcel().last_checked_at is not None, "the parcel was checked")

    def test_an_unknown_code_stays_unknown(self) -> None:
        """A code that nobody documents is not guessed."""
        with self._shop(self.unknown_reply):
            self._ask()
            said = set(self._parcel().events.values_list("status", flat=True))
            must(said == {ParcelStatus.UNKNOWN}, f"an unknown code is kept as unknown, not as {said}")

    def test_a_number_that_nobody_knows_says_nothing(self) -> None:
        """The provider has not heard of it yet: no event, no failure."""
        with self._shop({}):
            self._ask()
            must(not self._parcel().events.exclude(status="").exists(), "an unknown number moves nothing")
            bad = InboxMessage.objects.filter(state=InboxMessage.State.FAILED)
            must(not bad.exists(), f"an unknown number is no failure: {[message.reason for message in bad]}")

    # --- when it does not work ------------------------------------------------------------------------

    def test_it_waits_when_it_is_told_to(self) -> None:
        """429 with Retry-After is a temporary failure that says for how long."""
        with self._shop(lambda call: Reply(status=429, headers={"Retry-After": "77"})):
            error = self._failure()
            must(isinstance(error, TemporaryFailure), f"429 raises TemporaryFailure, not {error!r}")
            must(getattr(error, "retry_after", None) == 77, "the failure says how long to wait")

    def test_trouble_of_the_provider_is_temporary(self) -> None:
        """500 and 503 are temporary failures, and nothing is lost."""
        for status in (500, 503):
            with self._shop(lambda call, status=status: Reply(status=status)):
                error = self._failure()
                must(isinstance(error, TemporaryFailure), f"{status} raises TemporaryFailure, not {error!r}")

    def test_refused_credentials_are_named(self) -> None:
        """401 and 403 are AccessDenied: somebody must look at the options."""
        for status in (401, 403):
            with self._shop(lambda call, status=status: Reply(status=status)):
                error = self._failure()
                must(isinstance(error, AccessDenied), f"{status} raises AccessDenied, not {error!r}")

    def test_rubbish_is_kept_and_is_no_error_of_ours(self) -> None:
        """An answer that cannot be read stays in the inbox with a reason, or is a failure in our own words."""
        for body in (b"", b"{", b"[]", b"null", b'{"a": 1}', b"<xml", b"\xff\x00"):
            with self._shop(lambda call, body=body: self._token(call) or Reply(body=body)):
                error = self._failure()
                must(error is None or isinstance(error, (TemporaryFailure, AccessDenied)), f"{body!r} raises {error!r}")
                must(not self._parcel().events.exclude(status="").exists(), f"{body!r} moves nothing")
                for message in InboxMessage.objects.all():
                    must(
                        message.state == InboxMessage.State.HANDLED or bool(message.reason),
                        f"{body!r} is kept with a reason",
                    )

    def test_it_asks_about_no_more_than_it_may(self) -> None:
        """One fetch of a whole batch asks for each number, and for no other."""
        with self._shop({}) as provider:
            source = get_source(self.alias)
            tracked = rows.tracked(self._parcel())
            list(source.fetch([tracked]))
            asked = b" ".join(self._said(call) for call in provider.calls)
            must(self.number.encode() in asked, "the number is asked for")

    # --- how ------------------------------------------------------------------------------------------

    def _said(self, call: Call) -> bytes:
        return json.dumps([call.path, dict(call.query)]).encode() + call.body

    def _token(self, call: Call) -> Reply | None:
        """Answer a call for a token as usual: only the rest is spoilt."""
        if b"client_credentials" in call.body:
            return self.reply(call, {})
        return None

    def _end_of(self, answers: Sequence[Sequence[TrackingScan]]) -> tuple[object, ...]:
        known: dict[str, TrackingUpdate] = {}
        with self._shop(known):
            for scans in answers:
                known[self.number] = self._update(scans)
                self._ask()
                bad = InboxMessage.objects.filter(state=InboxMessage.State.FAILED)
                must(not bad.exists(), f"it is handled: {[message.reason for message in bad]}")
            parcel = self._parcel()
            times = sorted({event.local_time for event in parcel.events.all()})
            return parcel.status, parcel.overlay, parcel.state, times

    def _ask(self) -> None:
        flow.ask(self.alias, [self._parcel()])

    def _failure(self) -> Exception | None:
        try:
            self._ask()
        except requests.RequestException as error:
            raise AssertionError(f"{error!r} is not in our words") from error
        except Exception as error:  # noqa: BLE001 - looked at by the test
            return error
        return None

    def _update(self, scans: Sequence[TrackingScan]) -> TrackingUpdate:
        return TrackingUpdate(tracking_number=self.number, carrier=self.carrier, scans=tuple(scans))

    def _journey(self) -> list[TrackingScan]:
        start = (timezone.now() - dt.timedelta(days=2)).replace(tzinfo=None, minute=0, second=0, microsecond=0)
        return [
            TrackingScan(status=status, local_time=start + dt.timedelta(hours=6 * step), utc_offset=0)
            for step, status in enumerate(JOURNEY)
        ]

    def _parcel(self) -> Parcel:
        return Parcel.objects.select_related("order", "fulfillment").get()

    def _shop(self, answers: Any) -> AbstractContextManager[Provider]:
        return _Visit(self, answers)


class _Visit(AbstractContextManager[Provider]):
    """The shop and the provider, together."""

    def __init__(self, contract: AskedContract, answers: Any) -> None:
        self.contract = contract
        self.provider = Provider(answers if callable(answers) else lambda call: contract.reply(call, answers))
        self.stack = ExitStack()

    def __enter__(self) -> Provider:
        ClientCredentials._tokens.clear()
        contract = self.contract
        with ExitStack() as stack:
            provider = stack.enter_context(self.provider)
            options = contract.options(provider.url)
            stack.enter_context(
                Shop(contract.alias, contract.backend, options, carrier=contract.carrier, number=contract.number)
            )
            self.stack = stack.pop_all()
        return provider

    def __exit__(self, *error: object) -> None:
        self.stack.close()
