"""Storms of faults, and calms in which everything must come right: what is lost, what is doubled, how long it took."""

from __future__ import annotations

import contextlib
import queue
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from .faults import AT_A_POINT, KINDS, POINTS, Fault, Kind
from .ledger import HEADLINES, STEPS
from .world import World, world

#: Faults of one storm; then nothing more happens until all is well, and for at the most so many seconds.
STORM, CALM = 30, 150.0
#: Orders placed in a second of a storm, and seconds between two calls on one at the most.
ORDERS, PACE = 1.2, 4.0
#: Kinds after which nobody has to wait for a lease or a restart: a storm of them is over in seconds.
QUICK = frozenset(
    {
        "web worker killed",
        "everything delivered again",
        "worker cluster killed",
        "provider answers 500",
        "provider takes it and hangs up",
        "database crashed",
        "database connections cut",
        "disk full for the inbox",
        "Redis killed",
    }
)
#: Workers of the nursery at once, and the seconds that one has to come to its point.
VICTIMS, PATIENCE = 2, 6.0


@dataclass
class Report:
    """What came of it."""

    faults: list[Fault] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    marked: int = 0
    orders: int = 0
    messages: int = 0
    longest_calm: float = 0.0
    #: Seconds by which open pages were later than those that are opened anew, sorted.
    hearing: list[float] = field(default_factory=list)

    def recoveries(self) -> list[float]:
        """Return how long each fault was felt after its cause was over, sorted."""
        return sorted(max(0.0, fault.recovered_at - fault.ended_at) for fault in self.faults)

    def percentile(self, share: float) -> float:
        """Return the recovery time that this share of faults was within."""
        times = self.recoveries()
        return times[min(int(len(times) * share), len(times) - 1)] if times else 0.0

    @property
    def is_well(self) -> bool:
        """Say whether every promise was kept."""
        return not (self.lost or self.doubled or self.wrong) and self.percentile(0.99) <= 60


class Storm:
    """Does faults to a world, one after the other."""

    def __init__(self, place: World, rng: random.Random, only: frozenset[str]) -> None:
        self.world, self.rng = place, rng
        self.kinds = [kind for kind in KINDS if kind.needs(place) and (not only or kind.name in only)]
        self.at_a_point = 0.0 if only else AT_A_POINT
        self.faults: list[Fault] = []
        self.is_blowing = False
        self.starting = 0
        #: When each cluster was heard, by the name of its supervisor's service.
        self.beats: dict[str, list[float]] = defaultdict(list)
        self.is_over = threading.Event()
        works = (self._have_victims, self._place_orders, self._hear_clusters)
        self.threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self.threads:
            thread.start()

    def blow(self, count: int) -> None:
        """Do so many faults."""
        before = len(self.faults)
        self.is_blowing = True
        try:
            while len(self.faults) - before < count:
                if self.rng.random() < self.at_a_point:
                    time.sleep(0.15)  # the nursery's turn: it counts when one of its own is killed
                    continue
                self._one()
                time.sleep(self.rng.uniform(0.05, 0.35))
        finally:
            self.is_blowing = False
        for pid in list(self.world.receivers.victims):
            self.world.receivers.kill(pid)

    def end(self) -> None:
        """Do no more."""
        self.is_over.set()
        for thread in self.threads:
            thread.join(5)

    def _one(self) -> None:
        kind: Kind = self.rng.choices(self.kinds, [kind.weight for kind in self.kinds])[0]
        fault = Fault(kind.name, time.monotonic())
        broke = kind.do(self.world, self.rng)
        if broke is None:
            return
        fault.broke, fault.ended_at = broke, time.monotonic()
        self.faults.append(fault)

    def _count(self, point: str) -> None:
        now = time.monotonic()
        self.faults.append(Fault(f"worker killed: {point}", now, now))

    def _have_victims(self) -> None:
        """Keep workers in the nursery while the storm blows, and kill each at its point."""
        receivers = self.world.receivers
        counted = 0
        while not self.is_over.is_set():
            while self.at_a_point and self.is_blowing and len(receivers.victims) + self.starting < VICTIMS:
                self.starting += 1
                with contextlib.suppress(OSError):
                    self.world.nursery.stdin.write(f"{self.rng.choice(POINTS)} {self.rng.randrange(3)}\n")  # type: ignore[union-attr]
                    self.world.nursery.stdin.flush()  # type: ignore[union-attr]
            with contextlib.suppress(queue.Empty):
                told = receivers.told.get(timeout=0.02)
                self.starting -= told[0] == "started"
                receivers.hear(*told)
                if told[0] == "started" and not self.is_blowing:
                    receivers.kill(told[1])
            now = time.monotonic()
            for pid, victim in list(receivers.victims.items()):
                if (victim.dies and now > victim.dies) or now > victim.born + PATIENCE:
                    receivers.kill(pid)
            killed = sum(receivers.kills.values())
            for victim in list(receivers.dead.values())[counted:killed]:
                self._count(victim.point)
            counted = killed

    def _hear_clusters(self) -> None:
        last: dict[str, object] = {}
        while not self.is_over.wait(0.5):
            names = {f".{service.process.pid}": service.name for service in self.world.clusters}
            with contextlib.suppress(psycopg.Error):
                for name, beat_at in self.world.rows("select name, beat_at from order_status_plugin_pulse"):
                    service = names.get(name[name.rfind(".") :]) if beat_at else None
                    if service and last.get(name) != beat_at:
                        last[name] = beat_at
                        self.beats[service].append(time.monotonic())

    def healed_at(self, fault: Fault) -> float:
        """Return when a cluster that was broken was heard again; 0.0 where it was not yet."""
        # What it was doing at that moment may still be heard.
        return next((at for at in self.beats[fault.broke] if at > fault.at + 2), 0.0)

    def _place_orders(self) -> None:
        while not self.is_over.wait(self.rng.expovariate(ORDERS)):
            if self.is_blowing:
                self.world.load.place(pace=PACE)


def run(
    *, faults: int, seed: int, broker: str, apart: bool, folder: Path, only: frozenset[str] = frozenset()
) -> Report:
    """Do so many faults, in storms, and return what came of it. ``only`` leaves out all other kinds."""
    rng, report = random.Random(seed), Report()
    with world(folder, rng, broker=broker, apart=apart) as place:
        blowing = Storm(place, rng, only)
        try:
            while len(report.faults) < faults and not report.lost[20:]:
                first = len(report.faults)
                blowing.blow(min(STORM, faults - first))
                began = time.monotonic()
                _calm(blowing, report)
                report.longest_calm = max(report.longest_calm, time.monotonic() - began)
                report.faults = list(blowing.faults)
                _recoveries(blowing, report.faults[first:])
                _say(report, first, time.monotonic() - began)
        finally:
            blowing.end()
        _audit(place, report)
    return report


def _calm(storm: Storm, report: Report) -> None:
    """Wait until all is well; what is not by then is lost."""
    place = storm.world
    end = time.monotonic() + CALM
    said = ""
    while time.monotonic() < end:
        broken = [fault for fault in storm.faults if fault.broke and not storm.healed_at(fault)]
        if not place.ledger.waiting() and not broken:
            status, answer = place.health()
            if status == 200:
                return
            said = str(answer.get("reasons", status))
        time.sleep(0.25)
    for step in place.ledger.waiting():
        report.lost.append(place.ledger.give_up(step))
    report.wrong += [f"{fault.broke} was not heard again after: {fault.name}" for fault in broken]
    if said:
        report.wrong.append(f"health: {said}")


def _recoveries(storm: Storm, faults: list[Fault]) -> None:
    """Find when each fault was felt no more: what was under way is right, and so is the first that came after it."""
    settled = sorted(storm.world.ledger.settled, key=lambda step: step.sent_at)
    for fault in faults:
        felt = [step for step in settled if step.sent_at <= fault.ended_at and step.right_at > fault.at]
        felt += [step for step in settled if step.sent_at > fault.ended_at][:1]
        times = [step.right_at for step in felt] + [storm.healed_at(fault)] * bool(fault.broke)
        fault.recovered_at = max(times, default=fault.ended_at)


def _audit(place: World, report: Report) -> None:
    """Compare with the database and with what came more than once."""
    rows = place.rows
    _settle(place, report)
    report.orders, report.messages = len(place.ledger.orders), len(place.ledger.taken)
    report.hearing = place.ledger.hearing()
    marked: Counter[str] = Counter(
        key
        for (key,) in rows(
            "select m.key from order_status_plugin_messageattempt a join order_status_plugin_outboxmessage m"
            " on m.id = a.message_id where a.may_double"
        )
    )
    for about, keys in place.ledger.doubled():
        second = sum(keys.values()) - 1
        known = sum(marked[key] for key in keys)
        if about[2] == "plain" and len(keys) == 1 and known >= second:
            report.marked += second
        else:
            report.doubled.append(f"{about}: {dict(keys)}, {known} marked")
    for name, well in (("outboxmessage", "sent"), ("inboxmessage", "handled")):
        counts = f"select state, reason, count(*) from order_status_plugin_{name} where state <> '{well}' group by 1, 2"
        report.wrong += [f"{count} rows of {name} are {state}: {reason}" for state, reason, count in rows(counts)]
    events = rows(
        "select o.number, p.status, count(*) from order_status_plugin_trackingevent e"
        " join order_status_plugin_parcel p on p.id = e.parcel_id"
        " join order_status_plugin_order o on o.id = p.order_id group by o.number, p.status"
    )
    expected = {told.number: max(step.place for step in told.steps) for told in place.ledger.orders.values()}
    for number, status, count in events:
        if count != expected[number] or status != STEPS[expected[number]]:
            report.wrong.append(f"{number}: {count} events, {status}; expected {STEPS[expected[number]]}")
    report.wrong += place.ledger.wrong
    report.wrong += _unlike(place, expected)


def _unlike(place: World, expected: dict[str, int]) -> Iterator[str]:
    """Read every page once more: it may have been right once, and not have stayed so."""
    for number, reached in expected.items():
        shown = place.load.page(place.ledger.orders[number].link)
        if shown is None or shown.headline != HEADLINES[reached]:
            said = shown.headline if shown else "nothing"
            yield f"{number}: in the end the page shows {said}; expected {HEADLINES[reached]}"


def _settle(place: World, report: Report) -> None:
    """Wait for what came twice: all is right without it, and its worker may have been killed and hold it still.

    So may an order have had more to tell when all that it had told was right.
    """
    end = time.monotonic() + CALM
    while time.monotonic() < end and (
        place.load.is_telling
        or place.ledger.waiting()
        or place.rows(
            "select 1 from order_status_plugin_inboxmessage where state = 'received'"
            " union all select 1 from order_status_plugin_outboxmessage where state = 'pending' limit 1"
        )
    ):
        time.sleep(0.5)
    report.lost += [place.ledger.give_up(step) for step in place.ledger.waiting()]


def _say(report: Report, first: int, calm: float) -> None:
    drawn = Counter(fault.name for fault in report.faults[first:])
    words = ", ".join(f"{name} {count}" for name, count in drawn.most_common())
    times = sorted(fault.recovered_at - fault.ended_at for fault in report.faults[first:])
    print(  # noqa: T201
        f"{time.strftime('%H:%M:%S')} {len(report.faults)} faults; lost {len(report.lost)}; calm after {calm:.0f} s;"
        f" longest recovery {times[-1]:.1f} s ({words})",
        file=sys.stderr,
        flush=True,
    )


def table(report: Report) -> Iterator[str]:
    """Yield the report, a line each."""
    groups: dict[str, list[float]] = defaultdict(list)
    for fault in report.faults:
        groups[fault.name].append(max(0.0, fault.recovered_at - fault.ended_at))
    yield f"{'fault':45} {'count':>6} {'p50':>7} {'longest':>8}"
    for name, times in sorted(groups.items()):
        times.sort()
        yield f"{name:45} {len(times):6} {times[len(times) // 2]:6.1f}s {times[-1]:7.1f}s"
    yield (
        f"{len(report.faults)} faults, {report.orders} orders, {report.messages} messages:"
        f" {len(report.lost)} lost, {len(report.doubled)} doubled, {report.marked} second ones that were marked,"
        f" {len(report.wrong)} wrong; recovery p50 {report.percentile(0.5):.1f} s, p99 {report.percentile(0.99):.1f} s,"
        f" longest {report.percentile(1):.1f} s"
    )
    if times := report.hearing:
        yield (
            f"{len(times)} webhooks were heard of by an open page, p50 {times[len(times) // 2]:.2f} s"
            f" and p99 {times[int(len(times) * 0.99)]:.1f} s later than by one that was opened anew"
        )
    yield from (f"LOST {what}" for what in report.lost)
    yield from (f"DOUBLED {what}" for what in report.doubled)
    yield from (f"WRONG {what}" for what in report.wrong)
