"""What goes wrong: each fault is one function that does it, and returns when its cause is over."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.worker.processes import alive, processes

from .world import Service, World

#: Where a worker of the nursery may be killed; "random" is any time at all.
POINTS = (
    "before try",
    "after try",
    "before call",
    "in call",
    "accepted",
    "after call",
    "after record",
    "holding the inbox",
    "before finish",
    "after finish",
    "random",
)
#: Seconds that a cluster is left alone after it was broken, so that it can be seen to recover.
REST = 45.0


@dataclass
class Fault:
    """One that was done: when its cause began and ended, and the supervisor whose cluster it broke."""

    name: str
    at: float
    ended_at: float = 0.0
    broke: str = ""
    recovered_at: float = 0.0


#: Does it and returns what it broke ("" for nothing in particular); None where it cannot be done now.
Deed = Callable[[World, random.Random], str | None]


@dataclass(frozen=True)
class Kind:
    """One kind of fault, and how often it is drawn."""

    name: str
    weight: float
    do: Deed = field(compare=False)
    needs: Callable[[World], bool] = field(default=lambda world: True, compare=False)


def _pick(world: World, rng: random.Random, services: list[Service], rest: float) -> Service | None:
    """Return one that is well, and leave it alone for a while afterwards."""
    now = time.monotonic()
    well = [service for service in services if service.free_at <= now and service.process.poll() is None]
    if not well:
        return None
    chosen = rng.choice(well)
    chosen.free_at = now + rest
    return chosen


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


# --- workers ----------------------------------------------------------------------------------------------


def _crew(world: World, supervisor: Service) -> list[int]:
    """Return the processes of a cluster: its leader, its guard, its workers, monitor and pusher."""
    group = world.cluster_of(supervisor)
    return sorted(alive(group)) if group else []


def kill_worker(world: World, rng: random.Random) -> str | None:
    """Kill one process of a cluster, whichever it is."""
    chosen = _pick(world, rng, world.clusters, REST)
    crew = _crew(world, chosen) if chosen else []
    if not crew or chosen is None:
        return None
    _signal(rng.choice(crew), signal.SIGKILL)
    return chosen.name


def kill_cluster(world: World, rng: random.Random) -> str | None:
    """Kill all processes of a cluster at once."""
    chosen = _pick(world, rng, world.clusters, REST)
    group = world.cluster_of(chosen) if chosen else 0
    if not group or chosen is None:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    return chosen.name


def kill_supervisor(world: World, rng: random.Random) -> str | None:
    """Kill a supervisor: its guardian ends the cluster, and systemd starts both anew."""
    chosen = _pick(world, rng, world.clusters, REST)
    if chosen is None:
        return None
    _signal(chosen.process.pid, signal.SIGKILL)
    return chosen.name


def stop_worker(world: World, rng: random.Random) -> str | None:
    """Freeze one process of a cluster."""
    chosen = _pick(world, rng, world.clusters, REST)
    crew = _crew(world, chosen) if chosen else []
    if not crew or chosen is None:
        return None
    _signal(rng.choice(crew), signal.SIGSTOP)
    return chosen.name


def stop_cluster(world: World, rng: random.Random) -> str | None:
    """Freeze all processes of a cluster."""
    chosen = _pick(world, rng, world.clusters, REST)
    group = world.cluster_of(chosen) if chosen else 0
    if not group or chosen is None:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGSTOP)
    return chosen.name


# --- web --------------------------------------------------------------------------------------------------


def kill_web_worker(world: World, rng: random.Random) -> str | None:
    """Kill one of gunicorn's workers with whatever requests it has."""
    parent = world.services["gunicorn"].process.pid
    children = [pid for pid, (ppid, _group, state, _line) in processes().items() if ppid == parent and state != "Z"]
    if not children:
        return None
    _signal(rng.choice(children), signal.SIGKILL)
    return ""


def kill_web(world: World, rng: random.Random) -> str | None:
    """Kill a whole web server."""
    chosen = _pick(world, rng, [world.services["gunicorn"], world.services["uvicorn"]], 12)
    if chosen is None:
        return None
    chosen.kill()
    return ""


# --- what is sent again, and receivers --------------------------------------------------------------------


def deliver_again(world: World, rng: random.Random) -> str | None:
    """Have the last calls delivered a second and a third time."""
    for _ in range(rng.choice((1, 2))):
        world.load.again(rng.choice((5, 10, 20)))
    return ""


def _provider(how: str) -> Deed:
    def do(world: World, rng: random.Random) -> str | None:
        world.receivers.provider_is = how
        time.sleep(rng.uniform(1, 4))
        world.receivers.provider_is = ""
        return ""

    return do


def refuse_mail(world: World, rng: random.Random) -> str | None:
    """Have the mail server say "later"."""
    world.receivers.mail_is = "451"
    time.sleep(rng.uniform(1, 3))
    world.receivers.mail_is = ""
    return ""


# --- database and Redis -----------------------------------------------------------------------------------


def crash_database(world: World, rng: random.Random) -> str | None:
    """Have PostgreSQL crash, and start it again at once or after some seconds."""
    world.database.crash()
    time.sleep(rng.choice((0, 0, rng.uniform(1, 4))))
    world.database.start()
    return ""


def cut_connections(world: World, rng: random.Random) -> str | None:
    """End every connection to the database."""
    world.do(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
    )
    return ""


def fill_disk(world: World, rng: random.Random) -> str | None:
    """Let the inbox take nothing more for some seconds: what the database says when its disk is full."""
    table = "order_status_plugin_inboxmessage"
    world.do(
        "CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END$$"
    )
    world.do(f"CREATE TRIGGER disk_full BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION disk_full()")
    time.sleep(rng.uniform(1, 4))
    world.do(f"DROP TRIGGER disk_full ON {table}")
    return ""


def kill_redis(world: World, rng: random.Random) -> str | None:
    """Kill Redis with all that waits in it, and start an empty one at once or after some seconds."""
    assert world.redis
    world.redis.kill()
    time.sleep(rng.choice((0, 0, rng.uniform(1, 5))))
    world.redis.start()
    return ""


def keep_redis_away(world: World, rng: random.Random) -> str | None:
    """Kill Redis and leave it away for longer than anybody's patience with a connection."""
    assert world.redis
    world.redis.kill()
    time.sleep(rng.uniform(20, 45))
    world.redis.start()
    return ""


# --- machines ---------------------------------------------------------------------------------------------


def set_clock(world: World, rng: random.Random) -> str | None:
    """Put one machine's clock wrong for some seconds, and right again."""
    machine = rng.choice(list(world.machines))
    wrong = rng.choice((-1, 1)) * rng.choice((30, 300, 3600, 7200))
    world.ledger.set_clock(is_right=False)
    world.set_clock(machine, wrong)
    time.sleep(rng.uniform(1, 4))
    world.set_clock(machine, 0)
    world.ledger.set_clock(is_right=True)
    return ""


def pull_cable(world: World, rng: random.Random) -> str | None:
    """Cut one machine off for some seconds."""
    machine = world.machines[rng.choice(list(world.machines))]
    machine.pull()
    time.sleep(rng.uniform(1, 5))
    machine.plug()
    return ""


def _has_redis(world: World) -> bool:
    return world.redis is not None


def _is_apart(world: World) -> bool:
    return all(machine.namespace for machine in world.machines.values())


#: What is drawn, and how often. A worker of the nursery at a named point is a kind of its own: it is killed when it comes to it.
KINDS = (
    Kind("web worker killed", 20, kill_web_worker),
    Kind("everything delivered again", 14, deliver_again),
    Kind("worker process killed", 8, kill_worker),
    Kind("worker cluster killed", 2, kill_cluster),
    Kind("supervisor killed", 2, kill_supervisor),
    Kind("worker process stopped", 3, stop_worker),
    Kind("worker cluster stopped", 2, stop_cluster),
    Kind("web server killed", 3, kill_web),
    Kind("provider answers 500", 1, _provider("500")),
    Kind("provider hangs", 1, _provider("hangs")),
    Kind("provider takes it and hangs up", 1, _provider("hangs up")),
    Kind("mail server says later", 1, refuse_mail),
    Kind("database crashed", 3, crash_database),
    Kind("database connections cut", 4, cut_connections),
    Kind("disk full for the inbox", 2, fill_disk),
    Kind("Redis killed", 3, kill_redis, _has_redis),
    Kind("Redis away for long", 0.7, keep_redis_away, _has_redis),
    Kind("clock set wrong", 3, set_clock),
    Kind("cable pulled", 3, pull_cable, _is_apart),
)
#: Beside them, one in so many: a worker of the nursery, killed at a named point or at any time.
AT_A_POINT = 0.42
