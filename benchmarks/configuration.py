"""What the configuration costs as a file: thousands of postbacks over many offers.

The same at a tenth of the size, because what matters is that a postback costs the same
among many as among few. Everything happens in a transaction that is taken back.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import psutil
import yaml
from django.db import connection, transaction

from apps.accounts.models import User
from apps.accounts.roles import sync_roles
from apps.configfile.importing import Report, compare_file, import_file
from apps.configfile.writing import export_text
from apps.connections.models import Connection
from apps.core import secret_box
from apps.postbacks.models import PostbackRule
from tests.factories import make_user

RULES_OF_AN_OFFER = 25
CONNECTIONS = 20
ADVERTISERS = 10
AFFILIATES = 20
EVENT_TYPES = 12
CHANGED_OF = 100
"""One rule of so many is changed where some are."""
SAMPLE_SECONDS = 0.01
TIMES = 3
"""How often what changes nothing is measured; the fastest counts."""
Steps = dict[str, dict[str, float]]


def configuration(*, count: int) -> dict[str, float]:
    """Return what each step costs with ``count`` rules, and beside a tenth of them."""
    sync_roles()
    author = make_user("configuration")
    few, many = _measured(count // 10, author), _measured(count, author)
    found: dict[str, float] = {"rules": count}
    for name, figures in many.items():
        found[f"{name}_s"] = figures["seconds"]
        found[f"{name}_ratio"] = figures["seconds"] / (10 * few[name]["seconds"])
        found[f"{name}_statements"] = figures["statements"]
    more = {
        name: (many[name]["statements"] - few[name]["statements"]) / (count * 0.9)
        for name in many
    }
    unchanged = max(more[name] for name in ("export", "diff", "import_same"))
    found["unchanged_statements_per_rule"] = unchanged
    found["created_statements_per_rule"] = more["create"]
    found["worst_ratio"] = max(found[f"{name}_ratio"] for name in many)
    found["peak_mb"] = max(figures["peak_mb"] for figures in many.values())
    return found


def _measured(count: int, author: User) -> Steps:
    """Return what each step costs with ``count`` rules; nothing is kept."""
    same, changed = file_of(count), file_of(count, changed_of=CHANGED_OF)
    found: Steps = {}

    def run(content: bytes) -> Report:
        return import_file(content=content, author=author, now=datetime.now(UTC))

    with transaction.atomic():
        _no_problem(_timed(found, "create", lambda: run(same)))
        _enter_secrets()
        for _ in range(TIMES):
            _timed(found, "export", export_text)
            _expect(_timed(found, "diff", lambda: compare_file(same)), 0)
            _expect(_timed(found, "import_same", lambda: run(same)), 0)
        wanted = len(range(0, count, CHANGED_OF))
        _expect(_timed(found, "import_changed", lambda: run(changed)), wanted)
        transaction.set_rollback(True)
    return found


def _timed(found: Steps, name: str, call: Callable[[], Any]) -> Any:
    with watched() as seen:
        began = time.perf_counter()
        result = call()
        seconds = time.perf_counter() - began
    best = found.get(name, {}).get("seconds", seconds)
    found[name] = {
        "seconds": min(best, seconds),
        "statements": seen.statements,
        "peak_mb": seen.peak / 1e6,
    }
    return result


def _no_problem(report: Report) -> None:
    if report.problems:
        raise RuntimeError(f"{len(report.problems)} problems: {report.problems[:3]}")


def _expect(report: Report, differences: int) -> None:
    """Raise when a file would change something else than it should."""
    _no_problem(report)
    if len(report.differences) != differences:
        raise RuntimeError([one.words for one in report.differences[:3]])


def _enter_secrets() -> None:
    """Enter what the file cannot hold, as people do after a first import."""
    models: tuple[Any, ...] = (Connection, PostbackRule)
    for model in models:
        rows = list(model.objects.all())
        for row in rows:
            names = secret_box.unseal(row.sealed_secrets)
            row.sealed_secrets = secret_box.seal(dict.fromkeys(names, "X-Key: secret"))
        model.objects.bulk_update(rows, ["sealed_secrets"], batch_size=500)


@dataclass
class Watch:
    """Counts statements, and looks at the memory of this process, while it is open."""

    statements: int = 0
    peak: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    def count(self, execute: Any, *given: Any) -> Any:
        """Execute a statement."""
        self.statements += 1
        return execute(*given)

    def look(self) -> None:
        """Remember the most memory until the end."""
        process = psutil.Process()
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, process.memory_info().rss)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


@contextmanager
def watched() -> Iterator[Watch]:
    """Count what the block executes."""
    with Watch() as seen, connection.execute_wrapper(seen.count):
        yield seen


def file_of(count: int, *, changed_of: int = 0) -> bytes:
    """Return a configuration with ``count`` rules; one of ``changed_of`` is another."""
    offers = [_offer(number) for number in range(max(count // RULES_OF_AN_OFFER, 1))]
    others = set(range(0, count, changed_of)) if changed_of else set()
    document = {
        "version": 1,
        "advertisers": _named("Advertiser", ADVERTISERS),
        "affiliates": _named("Affiliate", AFFILIATES),
        "event_types": [
            {**one, "category": "progress"} for one in _named("event", EVENT_TYPES)
        ],
        "offers": offers,
        "connections": [_connection(number) for number in range(CONNECTIONS)],
        "rules": [
            _rule(number, offers, is_changed=number in others)
            for number in range(count)
        ],
    }
    text: str = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False)
    return text.encode()


def _named(name: str, count: int) -> list[dict[str, Any]]:
    return [{"name": f"{name} {number}"} for number in range(count)]


def _offer(number: int) -> dict[str, Any]:
    return {
        "advertiser": f"Advertiser {number % ADVERTISERS}",
        "name": f"Offer {number}",
        "status": "active",
        "payout_value": 4.5,
        "enable_goals": True,
        "goals": [{"name": "Lead"}, {"name": "Sale"}],
        "affiliates": [{"affiliate": f"Affiliate {one}"} for one in range(5)],
        "events": [
            {"event_type": f"event {(number + one) % EVENT_TYPES}", "goal": "Sale"}
            for one in range(3)
        ],
    }


def _connection(number: int) -> dict[str, Any]:
    return {
        "name": f"Key {number}",
        "kind": "ping_url",
        "settings": {"auth": "bearer"},
        "secrets": ["token"],
    }


def _rule(
    number: int, offers: list[dict[str, Any]], *, is_changed: bool
) -> dict[str, Any]:
    """Return a postback; of each ten, some have what only some have."""
    offer = offers[number % len(offers)]
    place = f"https://partner{number % 50}.example/pb?cid={{partner_click_id}}"
    found: dict[str, Any] = {
        "advertiser": offer["advertiser"],
        "offer": offer["name"],
        "name": f"Partner {number // len(offers)}",
        "trigger": "event" if number % 3 == 0 else "conversion_done",
        "action": "ping_url",
        "delay_seconds": 30 if is_changed else 0,
        "settings": {"url": f"{place}&sum={{payout}}&n={number}"},
    }
    if number % 3 == 0:
        found["custom_events"] = [{"name": "done", "send_as": "d"}, {"name": "step"}]
    else:
        found["goal"] = "Sale"
    if number % 2 == 0:
        found["connection"] = f"Key {number % CONNECTIONS}"
        found["conditions"] = [
            {"field": "country", "operator": "in", "value": "DE, AT, CH"},
            {"field": "sub1", "operator": "present"},
        ]
    if number % 4 == 1:
        found["affiliate"] = f"Affiliate {number % AFFILIATES}"
        found["caps"] = [{"period": "day", "maximum": 500}]
        found["secrets"] = ["headers"]
    if number % 5 == 0:
        found["sending_hours"] = [
            {"weekday": day, "opens_at": "09:00", "closes_at": "18:00"}
            for day in ("monday", "tuesday", "wednesday")
        ]
    return found
