"""What was said counts: last words, words about an address, checkout, the night; and what the shop's rules say."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import override_settings
from django.utils import timezone
from wagtail.models import Site

from order_status_plugin.checks import check_settings
from order_status_plugin.cms import epoch
from order_status_plugin.events import (
    Address,
    ConsentSnapshot,
    ContactSnapshot,
    Delivery,
    DeliveryReport,
    ParcelStatus,
    Word,
)
from order_status_plugin.messages import consent, reports, suppression
from order_status_plugin.messages.corrected import correct
from order_status_plugin.messages.ledger import ConsentEntry, ConsentSource, network_of
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.quiet import awake_at, zones_for
from order_status_plugin.messages.recipient import known, signed
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.rules import MessageRules
from order_status_plugin.messages.suppression import Suppression
from order_status_plugin.messages.withheld import NO_CONSENT, NOT_TOLD, OVER, OVERTAKEN, QUIET_HOURS
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Fulfillment

from .provider import Answers, by
from .shop import EMAIL, place, scan

pytestmark = pytest.mark.django_db

WHO = known("email", EMAIL)
AN_HOUR_AGO = timezone.now() - dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _heard() -> None:
    record.hear("consent", consent.take)
    epoch.follow(MessageRules)


def minutes(count: float) -> dt.datetime:
    return AN_HOUR_AGO + dt.timedelta(minutes=count)


def rules(**more: Any) -> MessageRules:
    found, _new = MessageRules.objects.update_or_create(site=Site.objects.get(is_default_site=True), defaults=more)
    return found


def basis(name: str) -> Any:
    channels = {"email": {**settings.ORDER_STATUS["CHANNELS"]["email"], "OPTIONS": {"basis": name}}}
    return override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": channels})


# --- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "is_stopped"),
    [
        ([(Word.STOP, 1)], True),
        ([(Word.STOP, 1), (Word.START, 2)], False),
        ([(Word.START, 2), (Word.STOP, 1)], False),
        ([(Word.STOP, 1), (Word.STOP, 3), (Word.START, 2)], True),
        ([(Word.STOP, 2), (Word.START, 2)], True),
        ([(Word.STOP, 1), (Word.HELP, 2), (Word.OTHER, 3)], True),
    ],
)
def test_the_last_word_counts_in_whatever_order_they_come(said: list[tuple[Word, int]], is_stopped: bool) -> None:
    for word, at in said:
        consent.hear("email", WHO, word, minutes(at))
    place()
    assert drain() == (0 if is_stopped else 1)


def test_stop_stops_every_order_and_start_no_bounce() -> None:
    consent.hear("email", WHO, Word.STOP)
    place(ref="1")
    place(ref="2")
    assert drain() == 0
    consent.hear("email", WHO, Word.START)
    suppression.suppress("email", WHO, Delivery.BOUNCED)
    place(ref="3")
    assert drain() == 0
    assert suppression.lift(Suppression.objects.get(lifted_at=None), "ana", "A typo of theirs")
    place(ref="4")
    assert drain() == 1
    assert Suppression.objects.get(reason="bounced").lifted_because == "A typo of theirs"


OLD, NEW = "the-key-of-last-year-" * 2, "the-key-of-this-year-" * 2


def keys(*ring: str) -> Any:
    return override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "KEYS": ring})


def heard(word: Word, at: float) -> None:
    consent.hear("email", known("email", EMAIL), word, minutes(at))


@pytest.mark.parametrize(("before", "after"), [((OLD,), (NEW, OLD)), ((NEW, OLD), (OLD, NEW))])
def test_words_count_whichever_key_they_are_kept_under(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with keys(*before):
        heard(Word.STOP, 1)
    with keys(*after):
        place(ref="1")
        assert drain() == 0
        heard(Word.STOP, 2)
        assert Suppression.objects.get().at == minutes(2), "said again, it stands once"
        heard(Word.START, 3)
        place(ref="2")
        assert drain() == 1
        assert not Suppression.objects.filter(lifted_at=None).exists()
    with keys(*before):
        heard(Word.STOP, 2.5)  # delivered late, and older than the START
        place(ref="3")
        assert drain() == (1 if len(before) > 1 else 0), "a key that is out of the ring verifies nothing"


def test_a_word_that_is_delivered_again_after_a_change_of_keys_is_one() -> None:
    for ring in ((OLD,), (NEW, OLD)):
        with keys(*ring):
            heard(Word.STOP, 1)
    assert ConsentEntry.objects.count() == Suppression.objects.count() == 1


def test_a_report_on_a_message_of_before_counts_against_a_start_of_after() -> None:
    with keys(OLD):
        place()
        assert drain() == 1
        OutboxMessage.objects.update(provider_id="p-1")
    with keys(NEW, OLD):
        heard(Word.START, 3)
        reports.take("email", DeliveryReport(provider_id="p-1", delivery=Delivery.OPTED_OUT, happened_at=minutes(2)))
        assert not Suppression.objects.exists()
        reports.take("email", DeliveryReport(provider_id="p-1", delivery=Delivery.BOUNCED, happened_at=minutes(2)))
        assert Suppression.objects.get().recipient_digest == signed("email", EMAIL)


# --- checkout ---------------------------------------------------------------------------------------------


def test_the_checkouts_box_is_kept_once_with_its_words() -> None:
    asked = ConsentSnapshot(
        channel="email", is_given=True, wording="Mail me", version="v2", ip_address="2001:db8:1:2::3"
    )
    contact = ContactSnapshot(name="Noor", email=EMAIL, consents=(asked,))
    with basis("consent"):
        for title in ("1", "2"):
            place(contact=contact, number=title)
        assert drain() == 1
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.is_given, entry.wording, entry.network) == (
        "checkout",
        True,
        "Mail me",
        "2001:db8:1::/48",
    )
    assert (entry.wording_version, entry.recipient_masked) == ("v2", "n•••@example.org")


@pytest.mark.parametrize("answered", [(), (ConsentSnapshot(channel="email", is_given=False),)])
def test_without_a_yes_nothing_leaves_where_one_is_needed(answered: Any) -> None:
    with basis("consent"):
        place(contact=ContactSnapshot(email=EMAIL, consents=answered))
        assert drain() == 0
    assert OutboxMessage.objects.get().state == "held"


def test_the_checkouts_old_yes_undoes_no_later_no() -> None:
    order = place()
    consent.say(order, "email", is_given=False, source=ConsentSource.PAGE)
    yes = ConsentSnapshot(channel="email", is_given=True)
    place(contact=ContactSnapshot(email=EMAIL, consents=(yes,)), number="changed")
    assert not consent.is_wanted(order.pk, "email")


def test_a_yes_is_the_recipients_own() -> None:
    with basis("consent"):
        order = place(contact=ContactSnapshot(email=EMAIL, consents=(ConsentSnapshot(channel="email", is_given=True),)))
        correct(order, "ana", email="other@example.org", phone="")
        assert drain() == 0
    assert OutboxMessage.objects.get().reason == NO_CONSENT


def test_a_basis_that_nobody_understands_is_the_strict_one() -> None:
    with basis("contrat"):
        assert [error.id for error in check_settings()] == ["order_status.E310"]
        place()
        assert drain() == 0


def test_networks() -> None:
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::/64") == "2001:db8:1::/48"
    assert network_of("::ffff:203.0.113.77") == "203.0.113.0/24"
    assert network_of("") == network_of("no address") == ""


def test_a_corrected_address_gets_the_news_and_opens_nothing() -> None:
    order = place()
    correct(order, "ana", email="right@example.org", phone="")
    assert drain() == 1
    assert mail.outbox[0].to == ["right@example.org"]
    from order_status_plugin.messages import notices

    mail.outbox.clear()
    notices.owe(order, notices.Notice.LINKS, "1")
    drain()
    assert [letter.to for letter in mail.outbox] == [[EMAIL]]


# --- the night --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "start", "end", "awake"),
    [
        ("Europe/Lisbon", "2026-07-01T12:00+01:00", "21:00", "08:00", "2026-07-01T12:00+01:00"),
        ("Europe/Lisbon", "2026-07-01T21:00+01:00", "21:00", "08:00", "2026-07-02T08:00+01:00"),
        ("Europe/Lisbon", "2026-07-01T07:59+01:00", "21:00", "08:00", "2026-07-01T08:00+01:00"),
        # Clocks go forward at 01:00 UTC: the night is an hour shorter, and 02:30 is no time at all.
        ("Europe/Berlin", "2026-03-28T23:00+01:00", "21:00", "08:00", "2026-03-29T08:00+02:00"),
        ("Europe/Berlin", "2026-03-29T01:30+01:00", "21:00", "02:30", "2026-03-29T03:30+02:00"),
        # And back: 02:30 comes twice. At the first one it is day; then it is night again until the second.
        ("Europe/Berlin", "2026-10-25T01:00+02:00", "21:00", "02:30", "2026-10-25T02:30+02:00"),
        ("Europe/Berlin", "2026-10-25T02:10+01:00", "21:00", "02:30", "2026-10-25T02:30+01:00"),
        ("Europe/Berlin", "2026-10-24T23:00+02:00", "21:00", "08:00", "2026-10-25T08:00+01:00"),
        ("Europe/Lisbon", "2026-07-01T23:00+01:00", "00:00", "00:00", "2026-07-01T23:00+01:00"),
    ],
)
def test_the_clock_on_the_wall(zone: str, now: str, start: str, end: str, awake: str) -> None:
    hours = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
    found = awake_at(dt.datetime.fromisoformat(now), *hours, [ZoneInfo(zone)])
    assert found == dt.datetime.fromisoformat(awake)


def test_a_country_of_many_zones_wakes_everywhere() -> None:
    zones = zones_for(Address(country="US"), "")
    assert len(zones) > 5
    moment = awake_at(dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC), dt.time(21), dt.time(8), zones)
    assert all(dt.time(8) <= moment.astimezone(zone).time() < dt.time(21) for zone in zones)


@pytest.mark.parametrize(
    ("address", "phone", "zones"),
    [
        (Address(city="Chicago", region="IL", country="US"), "+12125551234", ["America/Chicago"]),
        (Address(country="US"), "+12125551234", ["America/New_York"]),
        (Address(country="DE"), "+12125551234", ["Europe/Berlin"]),
        (None, "+12125551234", ["America/New_York"]),
        (None, "", ["Europe/Lisbon"]),
        (Address(), "nonsense", ["Europe/Lisbon"]),
    ],
)
def test_where_somebody_is(address: Address | None, phone: str, zones: list[str]) -> None:
    found = [zone.key for zone in zones_for(address, phone)]
    assert found == zones


class Ringing(Answers):
    rings = True


def test_a_night_makes_nothing_old_and_saves_nothing_that_is_old(provider: Any) -> None:
    rules(max_age_hours=6, quiet_from="21:00", quiet_until="08:00")
    with by(Ringing), time_machine.travel("2026-07-01T16:30+01:00", tick=False) as clock:
        place(ref="old")
        clock.move_to("2026-07-01T20:59+01:00")
        place(ref="new")
        clock.move_to("2026-07-01T22:45+01:00")
        assert drain() == 0
        assert OutboxMessage.objects.get(order__reference="old").reason == OVER
        assert OutboxMessage.objects.get(order__reference="new").reason == QUIET_HOURS
        clock.move_to("2026-07-02T08:01+01:00")
        assert drain() == 1


# --- the shop's rules -----------------------------------------------------------------------------------------


def test_what_is_told_where_is_the_sites_word() -> None:
    rules(told={"email": ["delivered"]})
    place(parcels=1)
    assert not OutboxMessage.objects.exists()
    scan(ParcelStatus.DELIVERED)
    assert drain() == 1
    rules(told={})
    place(ref="2")
    assert drain() == 1, "what is not named follows the settings"


def test_a_rule_counts_for_what_waits_too() -> None:
    place()
    rules(told={"email": []})
    assert drain() == 0
    assert OutboxMessage.objects.get().reason == NOT_TOLD


def test_the_switch_of_the_site_lets_everything_wait() -> None:
    rules(is_on=False)
    place()
    assert drain() == 0
    row = OutboxMessage.objects.get()
    assert (row.state, row.attempts) == ("pending", 0)
    assert row.due_at > timezone.now()
    rules(is_on=True)
    OutboxMessage.objects.update(due_at=timezone.now())
    assert drain() == 1


@pytest.mark.parametrize("attempts", [0, 1])
def test_what_the_site_kept_until_it_was_no_news_is_not_told(attempts: int) -> None:
    rules(is_on=False)
    place()
    OutboxMessage.objects.update(attempts=attempts)
    assert drain() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=6), tick=False):
        assert drain() == 0
        rules(is_on=True)
        OutboxMessage.objects.update(due_at=timezone.now())
        assert drain() == 0
    assert OutboxMessage.objects.get().reason == OVER


def test_news_may_be_younger_than_the_setting_says() -> None:
    rules(max_age_hours=1)
    place(placed_at=timezone.now() - dt.timedelta(hours=2))
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(("tells", "sent"), [(None, 3), (True, 3), (False, 2)])
def test_what_was_overtaken(tells: bool | None, sent: int) -> None:
    rules(tells_overtaken=tells)
    place(parcels=1)
    scan(ParcelStatus.DELIVERED)
    assert drain() == sent
    held = OutboxMessage.objects.filter(state="held").values_list("milestone", "reason")
    assert list(held) == ([] if sent == 3 else [("shipped", OVERTAKEN)])


def test_rules_cost_a_message_nothing_and_news_one_query(django_assert_num_queries: Any) -> None:
    order = place()
    with django_assert_num_queries(1):
        consent.may_send(order, "email", "confirmed", EMAIL, timezone.now())
    consent.say(order, "email", is_given=True, source=ConsentSource.PAGE)
    with django_assert_num_queries(2):
        consent.may_send(order, "email", "confirmed", EMAIL, timezone.now())


def test_staffs_word_on_a_shipment_outlives_the_hosts() -> None:
    place(parcels=1)
    record.choose_notice(Fulfillment.objects.get(), notify=False)
    place(parcels=1, number="changed")
    assert not Fulfillment.objects.get().notify_customer
    assert drain() == 1
    assert OutboxMessage.objects.get(milestone="shipped").state == "held"
