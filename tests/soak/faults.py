"""The faults, and how each is brought about."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from shutil import which

import psutil
from django.db import connection
from django_q.models import OrmQ
from redis import Redis

from apps.deliveries.models import WorkerShift
from tests.redis_server import running_redis
from tests.soak import database
from tests.soak.stage import CLUSTERS, ROLES, Stage, kill

FULL_DISK_SECONDS = 6.0
OTHER_KEY_SECONDS = 8.0
AHEAD_SECONDS = 35.0
"""Schedules are looked at every half minute, and put off then."""

BEHIND_SECONDS = 15.0
REDIS_SECONDS = 3.0
RESTART_SECONDS = 1.0
"""What systemd waits before it starts a service again."""


def find_fake_clock() -> Path | None:
    """Return the library that gives a program another clock (libfaketime)."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
    return found[0] if found else None


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong; ``do`` returns what there is to say about it."""

    name: str
    do: Callable[[Stage, Random], str]
    lacks: Callable[[], str] = lambda: ""


def kill_web_worker(stage: Stage, chance: Random) -> str:
    """Kill one worker of the web server."""
    server = psutil.Process(stage.children["web"].process.pid)
    victim = chance.choice(server.children())
    kill(victim.pid)
    time.sleep(RESTART_SECONDS)
    ended = stage.restart_what_ended()
    return f"process {victim.pid}" + ("; the server ended too" if ended else "")


def kill_web_server(stage: Stage, chance: Random) -> str:
    """Kill the web server with its workers."""
    stage.kill_web()
    time.sleep(RESTART_SECONDS)
    stage.start_web()
    return "started again"


def kill_busy_worker(stage: Stage, chance: Random) -> str:
    """Kill a worker in the middle of a shift."""
    return _kill_worker(stage, chance, is_wanted=lambda pid: pid in _pids_in_shift())


def kill_idle_worker(stage: Stage, chance: Random) -> str:
    """Kill a worker that waits for a message."""
    return _kill_worker(
        stage, chance, is_wanted=lambda pid: pid not in _pids_in_shift()
    )


def _kill_worker(
    stage: Stage, chance: Random, *, is_wanted: Callable[[int], bool]
) -> str:
    for _ in range(50):
        workers = [
            (name, pid)
            for name in CLUSTERS
            for pid, role in stage.roles(name).items()
            if role == "worker"
        ]
        wanted = [pair for pair in workers if is_wanted(pair[1])]
        if wanted:
            name, pid = chance.choice(wanted)
            kill(pid)
            return f"process {pid} of {name}"
        time.sleep(0.05)
    return "there was none"


def _pids_in_shift() -> set[int]:
    names = WorkerShift.objects.filter(ended_at=None).values_list("worker", flat=True)
    return {int(name.rpartition("/")[2]) for name in names}


def kill_supervisor(stage: Stage, chance: Random) -> str:
    """Kill a supervisor with its cluster."""
    name = chance.choice(CLUSTERS)
    stage.kill_cluster(name)
    time.sleep(RESTART_SECONDS)
    stage.start_cluster(name)
    return f"{name}; started again"


def kill_only_supervisor(stage: Stage, chance: Random) -> str:
    """Kill a supervisor whose cluster works on, an orphan, until the next one."""
    name = chance.choice(CLUSTERS)
    supervisor = stage.children.pop(name)
    supervisor.process.kill()
    supervisor.process.wait()
    time.sleep(RESTART_SECONDS)
    stage.start_cluster(name)
    return f"{name}; started again, which ends the orphans"


def kill_part(role: str) -> Callable[[Stage, Random], str]:
    """Return what kills the monitor or the pusher of a cluster."""

    def do(stage: Stage, chance: Random) -> str:
        name = _complete_cluster(stage, chance)
        (pid,) = (pid for pid, found in stage.roles(name).items() if found == role)
        kill(pid)
        return f"process {pid} of {name}"

    return do


def kill_sentinel(stage: Stage, chance: Random) -> str:
    """Kill the process that guards the workers of a cluster."""
    name = _complete_cluster(stage, chance)
    sentinel = stage.sentinel(name)
    assert sentinel is not None
    kill(sentinel.pid)
    return f"process {sentinel.pid} of {name}"


def _complete_cluster(stage: Stage, chance: Random) -> str:
    """Return a cluster that has all its parts; others may have lost theirs."""
    names = chance.sample(CLUSTERS, len(CLUSTERS))
    for _ in range(600):
        for name in names:
            if len(stage.roles(name)) == len(ROLES):
                return name
        time.sleep(0.1)
    raise TimeoutError("No cluster was complete within a minute.")


def crash_database(stage: Stage, chance: Random) -> str:
    """Crash the database server and start it again."""
    started = time.monotonic()
    database.crash()
    return f"back after {time.monotonic() - started:.1f} s"


def empty_queue(stage: Stage, chance: Random) -> str:
    """Delete every message of the queue."""
    count, _ = OrmQ.objects.all().delete()
    return f"{count} messages"


def change_secret_key(stage: Stage, chance: Random) -> str:
    """Give the clusters another key for a while, then the web server too."""
    stage.end(*CLUSTERS)
    stage.environment["SECRET_KEY"] = secrets.token_urlsafe(64)
    for name in CLUSTERS:
        stage.start_cluster(name)
    time.sleep(OTHER_KEY_SECONDS)
    stage.end("web")
    stage.start_web()
    return "the clusters first, then the web server"


def use_redis(stage: Stage, chance: Random) -> str:
    """Let wake-ups wait in Redis; empty it, kill it, go back to the database."""
    with running_redis() as server:
        stage.environment["QUEUE_REDIS_URL"] = server.url
        stage.restart()
        time.sleep(REDIS_SECONDS)
        with Redis.from_url(server.url) as client:
            client.flushall()
        time.sleep(REDIS_SECONDS)
        server.kill()
        time.sleep(REDIS_SECONDS)
        server.start()
        time.sleep(REDIS_SECONDS)
        del stage.environment["QUEUE_REDIS_URL"]
        stage.restart()
    return "emptied, killed, started again, and left for the database"


def fill_disk(stage: Stage, chance: Random) -> str:
    """Let the database write no further page for a while."""
    with database.full_disk(stage.offer):
        time.sleep(FULL_DISK_SECONDS)
    return f"for {FULL_DISK_SECONDS:g} s"


def move_clock(hours: str, seconds: float) -> Callable[[Stage, Random], str]:
    """Return what runs one cluster for a while with a clock that is wrong."""

    def do(stage: Stage, chance: Random) -> str:
        name = chance.choice(CLUSTERS)
        stage.end(name)
        stage.start_cluster(
            name,
            LD_PRELOAD=str(find_fake_clock()),
            PYTHONPATH=str(Path(__file__).parent / "clock"),
            FAKETIME=hours,
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            DONT_FAKE_MONOTONIC="1",
        )
        time.sleep(seconds)
        stage.end(name)
        stage.start_cluster(name)
        return f"{name}, for {seconds:g} s"

    return do


def _lacks_redis() -> str:
    return "" if which("redis-server") else "redis-server (apt-get install it)"


def _lacks_fake_clock() -> str:
    return "" if find_fake_clock() else "libfaketime (apt-get install faketime)"


FAULTS = (
    Fault("kill a web worker", kill_web_worker),
    Fault("kill the web server", kill_web_server),
    Fault("kill a busy worker", kill_busy_worker),
    Fault("kill an idle worker", kill_idle_worker),
    Fault("kill a supervisor and its cluster", kill_supervisor),
    Fault("kill a supervisor only", kill_only_supervisor),
    Fault("kill a monitor", kill_part("monitor")),
    Fault("kill a pusher", kill_part("pusher")),
    Fault("kill a sentinel", kill_sentinel),
    Fault("crash the database", crash_database),
    Fault("empty the queue", empty_queue),
    Fault("change the secret key", change_secret_key),
    Fault("Redis as the queue", use_redis, _lacks_redis),
    Fault("fill the disk", fill_disk),
    Fault("a clock an hour ahead", move_clock("+1h", AHEAD_SECONDS), _lacks_fake_clock),
    Fault(
        "a clock an hour behind", move_clock("-1h", BEHIND_SECONDS), _lacks_fake_clock
    ),
)
SHORT = (
    "kill the web server",
    "kill a busy worker",
    "crash the database",
    "fill the disk",
    "empty the queue",
    "kill a supervisor and its cluster",
)
"""What the test suite has time for."""


def interrupted() -> set[tuple[str, int]]:
    """Return the attempts that run now: those of the dead among them never end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, attempts FROM deliveries_delivery WHERE state = 'sending'"
        )
        return set(cursor.fetchall())
