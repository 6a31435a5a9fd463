"""Claiming costs the same however many deliveries wait."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.core.ids import uuid7
from apps.core.sql import direct_cursor
from apps.deliveries.claiming import CLAIM_PENDING, CLAIM_RETRYING
from apps.deliveries.lanes import LANES
from apps.deliveries.models import Delivery
from apps.offers.models import Offer
from tests.deliveries.steps import make_due
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("no_wake_ups"),
]

COPIES = """
INSERT INTO deliveries_delivery
       (id, rule_id, revision_id, trigger_type, trigger_id, kind, event_id, click_id,
        offer_id, destination_id, state, reason, attempts, due_at, outcome, message,
        created_at)
SELECT gen_random_uuid(), rule_id, revision_id, trigger_type, gen_random_uuid(), kind,
       event_id, click_id, offer_id, destination_id,
       CASE n % 2 WHEN 0 THEN 'pending' ELSE 'retrying' END, '', 0, due_at, '', '',
       created_at
  FROM deliveries_delivery, generate_series(1, 30000) AS n
"""


def test_no_statement_reads_the_whole_table(offer: Offer, sink: Sink) -> None:
    """The planner once read 100,000 rows to claim 48."""
    delivery = make_due(offer, sink)
    now = timezone.now()
    values = {
        "lanes": [delivery.destination_id],
        "shares": [48],
        "now": now,
        "lease_until": now + timedelta(seconds=60),
        "token": uuid7(),
    }
    with connection.cursor() as cursor:
        cursor.execute(COPIES)
        cursor.execute("ANALYZE deliveries_delivery")
    plans = []
    with direct_cursor() as direct:
        for statement, given in (
            (CLAIM_PENDING, values),
            (CLAIM_RETRYING, values),
            (LANES, None),
        ):
            rows = direct.execute(f"EXPLAIN {statement}", given, prepare=True)
            plans.append("\n".join(row[0] for row in rows.fetchall()))

    assert Delivery.objects.count() == 30_001
    for plan in plans:
        assert "Seq Scan on deliveries_delivery" not in plan
        assert "deliveries_delivery" in plan
