"""``make bench-scale``: more workers, and a database that has years in it.

With 1, 2 and 4 worker processes and two web processes, on an empty database and then
on one with 5 million events and deliveries: how many events a second are taken while
their postbacks are sent, how long senders wait, and what an event costs. Everything
runs on one machine, so more workers help only where cores are idle; the ratio of the
full to the empty database is what carries over to other machines. Hours lie between the
two, and a shared machine is not as fast at all hours: before each round pgbench says
how fast it is, on a database of its own, and rates are compared in its look-ups.
"""

import argparse
import os
import signal
import sys
import time
from statistics import median
from typing import Any

from django.db import connection

import benchmarks.environment  # noqa: F401 - sets Django up, before all else
from benchmarks.filling import fill
from benchmarks.measures import Figures, clear
from benchmarks.pgbench import machine_speed, set_yardstick
from benchmarks.stage import Stage, set_stage
from benchmarks.storing import store

WORKERS = (1, 2, 4)
ROUNDS = 3
LEAST_RATIO = 0.85
SETTLING = 30
"""Seconds in which the disk writes what the filling left."""
PROCESSES = ("web", "worker", "database")
SIZE = """SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
           WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"""
WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
POSTPONE = """UPDATE deliveries_delivery SET due_at = now() + interval '30 days'
               WHERE state = 'retrying'"""
"""What the filling left unfinished has partners that do not exist."""
UNSENT = """SELECT EXISTS (SELECT 1 FROM deliveries_delivery WHERE state = 'pending')
                OR EXISTS (SELECT 1 FROM deliveries_delivery WHERE state = 'sending')"""


def main() -> int:
    """Measure, print, store; 1 when the full database was too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5_000_000, help="Stored before.")
    parser.add_argument("--count", type=int, default=8_000, help="Events a round.")
    given = parser.parse_args()
    # Ended from outside, it still ends what it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stage = set_stage()
    set_yardstick()
    found: dict[str, Figures] = {}
    try:
        empty = {n: _measured(stage, n, given.count) for n in WORKERS}
        clear(stage)
        started = time.perf_counter()
        fill(given.events)
        _ask(POSTPONE, "VACUUM ANALYZE", "CHECKPOINT")
        # A database is full for years, and has just been filled for minutes.
        os.sync()
        time.sleep(SETTLING)
        seconds = time.perf_counter() - started
        print(f"{given.events:,} events stored in {seconds:.0f} s", flush=True)
        full = {n: _measured(stage, n, given.count) for n in WORKERS}
        found = {f"workers_{n}": _compared(empty[n], full[n]) for n in WORKERS}
        found["cost"] = _cost(stage, given.count)
    finally:
        stage.close()
    return report(found, {"events": given.events, "count": given.count})


def _measured(stage: Stage, workers: int, count: int) -> Figures:
    """Return the median round: events taken and postbacks sent at the same time."""
    stage.start_worker(workers)
    # Until it looks for work on its own; the first requests warm the web server up.
    time.sleep(4)
    _round(stage, count // 8)
    rounds = [_round(stage, count) for _ in range(ROUNDS)]
    stage.stop_worker()
    found = {key: median(one[key] for one in rounds) for key in rounds[0]}
    print(f"{workers} workers: {_line(found)}", flush=True)
    return found


def _round(stage: Stage, count: int) -> Figures:
    speed = machine_speed()
    stage.sink("reset")
    load = stage.load(path=stage.postback_path, count=count)
    _wait(stage, count)
    seen = stage.sink("stats")
    if (load["accepted"], seen["distinct"]) != (count, count):
        raise RuntimeError(f"{count} sent: {load['accepted']}, {seen['distinct']}.")
    sent = (seen["count"] - 1) / (seen["last"] - seen["first"])
    return {
        "taken_per_second": load["per_second"],
        "p50_ms": load["p50_ms"],
        "p99_ms": load["p99_ms"],
        "sent_per_second": sent,
        "pgbench_per_second": speed,
        "taken_per_pgbench": load["per_second"] / speed,
        "sent_per_pgbench": sent / speed,
    }


def _wait(stage: Stage, count: int, *, seconds: float = 300) -> None:
    """Return when the partner has seen ``count``. Raises ``TimeoutError``."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        time.sleep(0.25)
        if stage.sink("stats")["count"] >= count and not _value(UNSENT):
            return
    raise TimeoutError(f"Not all of {count} arrived in {seconds:g} s.")


def _compared(empty: Figures, full: Figures) -> Figures:
    """Return the figures of both databases, and what is left on the full one."""
    return {
        **{f"empty_{key}": value for key, value in empty.items()},
        **{f"full_{key}": value for key, value in full.items()},
        "taken_ratio": full["taken_per_pgbench"] / empty["taken_per_pgbench"],
        "sent_ratio": full["sent_per_pgbench"] / empty["sent_per_pgbench"],
    }


def _cost(stage: Stage, count: int) -> Figures:
    """Return what one event with one postback costs, from the click's id to the log."""
    stage.start_worker(2)
    time.sleep(4)
    cpu = {name: stage.cpu_seconds(name) for name in PROCESSES}
    size, written, commits = (_value(sql) for sql in (SIZE, WRITTEN, COMMITS))
    _round(stage, count)
    found = {
        f"{name}_cpu_ms": (stage.cpu_seconds(name) - before) / count * 1000
        for name, before in cpu.items()
    }
    stage.stop_worker()
    # Statistics are flushed by each server process about once a second.
    time.sleep(2)
    return {
        **found,
        "stored_bytes": float(_value(SIZE) - size) / count,
        "wal_bytes": float(_value(WRITTEN) - written) / count,
        "transactions": float(_value(COMMITS) - commits) / count,
    }


def _value(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _ask(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def _line(figures: Figures) -> str:
    return ", ".join(f"{key} {value:,.3g}" for key, value in figures.items())


def report(found: dict[str, Figures], settings: dict[str, Any]) -> int:
    """Print and store the figures; 1 when a ratio is under ``LEAST_RATIO``."""
    for name, figures in found.items():
        print(name)
        for key, value in figures.items():
            print(f"  {key:<28} {value:>14,.3f}")
    missed = [
        (name, key)
        for name, figures in found.items()
        for key, value in figures.items()
        if key.endswith("_ratio") and value < LEAST_RATIO
    ]
    print(f"at least {LEAST_RATIO} of the empty database: {missed or 'all met'}")
    store(found, missed, settings, prefix="scale-")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
