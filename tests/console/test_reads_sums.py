"""The overview, the reconciliation and the funnel read sums, never the log."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.console.world import build_world

pytestmark = pytest.mark.django_db

LOG = (
    "tracking_event",
    "tracking_click",
    "tracking_lead",
    "tracking_conversion",
    "tracking_conversionchange",
    "deliveries_attempt",
    "ingest_refusedrequest",
    "attribution_fact",
    "attribution_subjectevent",
    "attribution_touch",
    "attribution_period",
)
OF_NOW = re.compile(
    r"state\"? = '(retrying|held|pending)'|state\"? IN \('pending', 'retrying'\)"
)
"""What is under way now is in no sum: partial indexes of those few states."""


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("admin:index", ""),
        ("admin:reports_outcomehour_changelist", ""),
        ("admin:reports_outcomehour_changelist", "?by=affiliate"),
        ("admin:reports_outcomehour_changelist", "?by=advertiser"),
        ("admin:reports_eventhour_changelist", ""),
    ],
)
def test_no_table_of_the_log_is_read(staff: Client, page: str, query: str) -> None:
    build_world(datetime.now(UTC))

    with CaptureQueriesContext(connection) as queries:
        answer = staff.get(reverse(page) + query)

    assert answer.status_code == 200
    for one in queries:
        tables = set(re.findall(r"(?:FROM|JOIN)\s+\"?(\w+)", one["sql"]))
        assert not tables & set(LOG), one["sql"]
        if "deliveries_delivery" in tables:
            assert page == "admin:index", one["sql"]
            assert OF_NOW.search(one["sql"]), one["sql"]
