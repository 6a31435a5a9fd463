"""Real ``manage.py worker`` processes on the test's database, and work for them."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.core.ids import uuid7
from apps.core.processes import Child, start
from apps.deliveries.models import Delivery, Destination
from apps.deliveries.states import TERMINAL_STATES
from apps.deliveries.supervising import mark_of, marked_processes
from tests.factories import (
    make_click,
    make_conversion,
    make_event,
    make_offer,
    make_rule,
)
from tests.sink import Sink

MANAGE = Path(settings.BASE_DIR) / "manage.py"


def database_url() -> str:
    """Return where the test's database is, for other processes."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    user = f"{database['USER']}:{database['PASSWORD']}"
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgres://{user}@{port}/{database['NAME']}?host={host}"


def start_worker(**environment: str) -> Child:
    """Start ``manage.py worker`` on the test's database."""
    return start(
        "worker",
        [str(MANAGE), "worker"],
        environment={
            "DATABASE_URL": database_url(),
            "DEBUG": "true",
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
            "LOG_LEVEL": "ERROR",
            **environment,
        },
    )


def processes_of(worker: Child) -> Iterator[int]:
    """Yield the pids of the cluster that ``worker`` watches over."""
    mark = mark_of(MANAGE, worker.process.pid)
    return (pid for pid, found in list(marked_processes()) if found == mark)


def kill(worker: Child) -> None:
    """Kill the supervisor and every process of its cluster, without a warning."""
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    for pid in processes_of(worker):
        os.kill(pid, signal.SIGKILL)


def plan_deliveries(sink: Sink, count: int, **fields: Any) -> None:
    """Plan ``count`` deliveries that are due; ``fields`` are settings of the ping."""
    offer = make_offer()
    url = f"{sink.url}/pb?tid={{transaction_id}}"
    rule = make_rule(offer, url=url, settings=fields)
    click = make_click(offer)
    event = make_event(offer, click=click, conversion=make_conversion(offer))
    now = timezone.now()
    destination = Destination.objects.get_or_create(
        key=rule.revisions.get().snapshot["destination"]
    )[0]
    Delivery.objects.bulk_create(
        Delivery(
            rule=rule,
            revision=rule.revisions.get(),
            event=event,
            click=click,
            offer=offer,
            destination=destination,
            trigger_type="event",
            trigger_id=uuid7(),
            due_at=now,
            created_at=now,
        )
        for _ in range(count)
    )


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    """Return once ``is_so`` says yes. Raises ``TimeoutError``."""
    ends_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"Not so within {seconds:g} seconds.")
        time.sleep(0.02)


def is_everything_finished() -> bool:
    """Tell whether every delivery is terminal."""
    return not Delivery.objects.exclude(state__in=TERMINAL_STATES).exists()


def arrivals(sink: Sink) -> Counter[str]:
    """Return how often each delivery reached the partner."""
    return Counter(headers["X-Postback-Id"] for _, _, headers in list(sink.received))
