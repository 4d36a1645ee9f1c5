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

from .faults import AT_A_POINT, KINDS, POINTS, Fault, Kind
from .ledger import STEPS, Step
from .world import World, world

#: Faults of one storm; then nothing more happens until all is well, and for at the most so many seconds.
STORM, CALM = 30, 150.0
#: Orders placed in a second of a storm, and seconds between two calls on one at the most.
ORDERS, PACE = 1.2, 4.0
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

    def __init__(self, place: World, rng: random.Random) -> None:
        self.world, self.rng = place, rng
        self.faults: list[Fault] = []
        self.is_blowing = False
        self.starting = 0
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._have_victims, self._place_orders)]
        for thread in self.threads:
            thread.start()

    def blow(self, count: int) -> None:
        """Do so many faults."""
        before = len(self.faults)
        self.is_blowing = True
        try:
            while len(self.faults) - before < count:
                if self.rng.random() < AT_A_POINT:
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
        kinds = [kind for kind in KINDS if kind.needs(self.world)]
        kind: Kind = self.rng.choices(kinds, [kind.weight for kind in kinds])[0]
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
            while self.is_blowing and len(receivers.victims) + self.starting < VICTIMS:
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

    def _place_orders(self) -> None:
        while not self.is_over.wait(self.rng.expovariate(ORDERS)):
            if self.is_blowing:
                self.world.load.place(pace=PACE)


def run(*, faults: int, seed: int, broker: str, apart: bool, folder: Path, storm: int = STORM) -> Report:
    """Do so many faults, in storms, and return what came of it."""
    rng, report = random.Random(seed), Report()
    with world(folder, rng, broker=broker, apart=apart) as place:
        blowing = Storm(place, rng)
        try:
            while len(report.faults) < faults and not report.lost[20:]:
                first = len(report.faults)
                blowing.blow(min(storm, faults - first))
                began = time.monotonic()
                _calm(place, report)
                report.longest_calm = max(report.longest_calm, time.monotonic() - began)
                report.faults = list(blowing.faults)
                _recoveries(place, report.faults[first:])
                _say(report, first, time.monotonic() - began)
        finally:
            blowing.end()
        _audit(place, report)
    return report


def _calm(place: World, report: Report) -> None:
    """Wait until all is well; what is not by then is lost."""
    end = time.monotonic() + CALM
    said = ""
    while time.monotonic() < end:
        if not place.ledger.waiting():
            status, answer = place.health()
            if status == 200:
                return
            said = str(answer.get("reasons", status))
        time.sleep(0.25)
    for step in place.ledger.waiting():
        report.lost.append(place.ledger.give_up(step))
    if said:
        report.wrong.append(f"health: {said}")


def _recoveries(place: World, faults: list[Fault]) -> None:
    """Find when each fault was felt no more: what was under way is right, and so is the first that came after it."""
    settled = sorted(place.ledger.settled, key=lambda step: step.sent_at)
    for fault in faults:
        felt = [step for step in settled if step.sent_at <= fault.ended_at and step.right_at > fault.at]
        felt += _first([step for step in settled if step.sent_at > fault.ended_at])
        fault.recovered_at = max((step.right_at for step in felt), default=fault.ended_at)


def _first(steps: list[Step]) -> list[Step]:
    return steps[:1]


def _audit(place: World, report: Report) -> None:
    """Compare with the database and with what came more than once."""
    rows = place.rows
    report.orders, report.messages = len(place.ledger.orders), len(place.ledger.taken)
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
    for table, states in (("outboxmessage", ("sent",)), ("inboxmessage", ("handled",))):
        for state, count in rows(f"select state, count(*) from order_status_plugin_{table} group by state"):
            if state not in states:
                report.wrong.append(f"{count} rows of {table} are {state}")
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
    yield from (f"LOST {what}" for what in report.lost)
    yield from (f"DOUBLED {what}" for what in report.doubled)
    yield from (f"WRONG {what}" for what in report.wrong)
