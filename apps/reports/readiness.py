"""Whether this installation does its work: what /readyz answers."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.sql import DATABASE_TROUBLE, check_connection
from apps.deliveries import lanes, presence
from apps.deliveries.clock import database_now

DATABASE = "database"
MIGRATIONS = "migrations"
BACKLOG = "backlog"
WORKERS = "workers"
OF_WEB = (DATABASE, MIGRATIONS)
"""What a web process needs to take reports; they are sent later if need be."""

EVERYTHING = (*OF_WEB, BACKLOG, WORKERS)
ANSWER_SECONDS = 1.0
"""For so long an answer is given again: anybody may ask, as often as they like."""


class _Migrations:
    """Remembers that all migrations are applied: this process knows no others."""

    def __init__(self) -> None:
        self.are_applied = False

    def check(self, now: datetime) -> bool:
        if not self.are_applied:
            executor = MigrationExecutor(connection)
            targets = executor.loader.graph.leaf_nodes()
            self.are_applied = not executor.migration_plan(targets)
        return self.are_applied


def _is_in_time(now: datetime) -> bool:
    late = timedelta(minutes=settings.ALERT_BACKLOG_MINUTES)
    return lanes.late_since(lanes.look(now), now - late) is None


def _are_workers_alive(now: datetime) -> bool:
    return presence.alive(now).exists()


class Readiness:
    """The checks of one process, and what they found a moment ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Sequence[str], tuple[float, list[str]]] = {}
        self._checks: dict[str, Callable[[datetime], bool]] = {
            MIGRATIONS: _Migrations().check,
            BACKLOG: _is_in_time,
            WORKERS: _are_workers_alive,
        }

    def failed(self, names: Sequence[str]) -> list[str]:
        """Return which of the checks ``names`` fail."""
        with self._lock:
            asked_at, found = self._answers.get(names, (0.0, []))
            if time.monotonic() - asked_at > ANSWER_SECONDS:
                found = self._look(names)
                self._answers[names] = (time.monotonic(), found)
        return found

    def forget(self) -> None:
        """Look anew when asked the next time."""
        self._answers.clear()

    def _look(self, names: Sequence[str]) -> list[str]:
        try:
            check_connection()
            now = database_now()
            # Before all migrations are applied, the other checks may lack a table.
            if not self._checks[MIGRATIONS](now):
                return [MIGRATIONS]
            others = [name for name in names if name not in OF_WEB]
            return [name for name in others if not self._checks[name](now)]
        except DATABASE_TROUBLE:
            return [DATABASE]


readiness = Readiness()
