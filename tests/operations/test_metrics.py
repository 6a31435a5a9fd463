"""/metrics: right over all processes, closed to strangers, without names."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from apps.core import measures
from apps.core.measures import Count, Timing
from apps.deliveries import draining, presence
from apps.deliveries.clock import database_now
from apps.deliveries.models import Alert, Destination
from tests.factories import (
    SECRET,
    make_click,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_token,
)

pytestmark = pytest.mark.django_db

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
TRIED = Count("postbacks_tried_total", "Tried.", ("how",))
TOOK = Timing("postbacks_took_seconds", "Took.", ("door",), (0.1, 1.0))


@pytest.fixture(autouse=True)
def _fresh() -> None:
    measures.forget()


def samples(client: Client, **given: Any) -> Samples:
    """Return what /metrics tells."""
    answer = client.get("/metrics", **given)
    assert answer.status_code == 200, answer.content
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    """Return one figure."""
    return found.get((name, frozenset(labels.items())))


def test_processes_add_up_what_they_counted() -> None:
    """Two processes write one after the other; neither overwrites."""
    measures.count(TRIED, "well")
    measures.write()
    measures.count(TRIED, "well", by=2)
    measures.time(TOOK, 0.05, "a")
    measures.time(TOOK, 0.1, "a")
    measures.time(TOOK, 7.0, "a")
    measures.write()

    found = measures.totals()

    assert found["postbacks_tried_total", "well"] == 3
    assert found["postbacks_took_seconds", "a", "0"] == 2
    assert ("postbacks_took_seconds", "a", "1") not in found
    assert found["postbacks_took_seconds", "a", "2"] == 1
    assert found["postbacks_took_seconds", "a", "sum"] == pytest.approx(7.15)


def test_what_could_not_be_written_is_written_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise OperationalError("The server is away.")

    measures.count(TRIED, "late")
    with monkeypatch.context() as patched:
        patched.setattr("apps.core.measures.connection.cursor", away)
        with pytest.raises(OperationalError):
            measures.write()
    measures.count(TRIED, "late")

    measures.write()

    assert measures.totals()["postbacks_tried_total", "late"] == 2


def test_reports_are_counted_by_result_and_reason_without_names(
    client: Client, no_wake_ups: Any
) -> None:
    offer = make_offer("Solar")
    make_token(offer)
    make_click(offer, "tx-1")
    asked = {"secure": SECRET, "transaction_id": "tx-1"}

    client.get("/postback", {**asked, "event_name": "Secret Name"})
    client.get("/postback", {**asked, "secure": "wrong"})
    client.get("/postback", {**asked, "amount": "much"})
    found = samples(client)
    text = client.get("/metrics").content.decode()

    count = "postbacks_reports_total"
    assert value(found, count, result="refused", reason="bad_token") == 1
    assert value(found, count, result="refused", reason="bad_amount") == 1
    assert sum(v for (name, _), v in found.items() if name == count) == 3
    assert (
        value(
            found, "postbacks_http_request_seconds_count", door="postback", status="401"
        )
        == 1
    )
    for hidden in ("Secret", "Solar", "tx-1", SECRET):
        assert hidden not in text


def test_buckets_of_a_timing_are_cumulative(client: Client) -> None:
    for _ in range(3):
        client.get("/healthz")

    found = samples(client)

    name, labels = (
        "postbacks_http_request_seconds",
        {"door": "healthz", "status": "200"},
    )
    assert value(found, f"{name}_bucket", **labels, le="10.0") == 3
    assert value(found, f"{name}_bucket", **labels, le="+Inf") == 3
    assert value(found, f"{name}_count", **labels) == 3
    assert 0 < (value(found, f"{name}_sum", **labels) or 0) < 3


@pytest.mark.django_db(transaction=True)
def test_attempts_are_counted_by_workers(client: Client) -> None:
    now = database_now()
    offer = make_offer()
    rule = make_rule(offer, settings={"url": "https://10.0.0.1/pb", "method": "GET"})
    event = make_event(offer)
    make_delivery(rule, event, due_at=now - timedelta(seconds=3))

    draining.work_shift()
    found = samples(client)

    attempts = {
        (dict(labels)["outcome"], dict(labels)["state"]): number
        for (name, labels), number in found.items()
        if name == "postbacks_attempts_total"
    }
    assert sum(attempts.values()) == 1
    assert value(found, "postbacks_attempt_seconds_count", action="ping_url") == 1
    late = "postbacks_delivery_lateness_seconds"
    assert value(found, f"{late}_bucket", le="2.5") == 0
    assert value(found, f"{late}_bucket", le="60.0") == 1


def test_gauges_tell_how_things_stand(client: Client) -> None:
    now = database_now()
    offer = make_offer()
    rule = make_rule(offer)
    stored: dict[str, dict[str, Any]] = {
        "pending": {"due_at": now - timedelta(seconds=90)},
        "retrying": {"due_at": now + timedelta(hours=1)},
        "held": {"reason": "ambiguous"},
    }
    for number, (state, fields) in enumerate(stored.items()):
        event = make_event(offer, transaction_id=f"tx-{number}")
        make_delivery(rule, event, state=state, **fields)
    Destination.objects.create(
        key="https://down.example:443", breaker="open", retry_at=now
    )
    presence.beat(UUID(int=1), started_at=now, now=now)
    presence.beat(UUID(int=2), started_at=now, now=now - timedelta(minutes=1))
    Alert.objects.create(
        kind="backlog", subject="deliveries", opened_at=now, changed_at=now
    )

    found = samples(client)

    states = {
        state: value(found, "postbacks_deliveries", state=state)
        for state in ("pending", "retrying", "sending", "held")
    }
    assert states == {"pending": 1, "retrying": 1, "sending": 0, "held": 1}
    assert 90 <= (value(found, "postbacks_oldest_due_seconds") or 0) < 120
    assert 90 <= (value(found, "postbacks_oldest_waiting_seconds") or 0) < 120
    assert value(found, "postbacks_destinations", breaker="open") == 1
    assert value(found, "postbacks_workers", state="alive") == 1
    assert value(found, "postbacks_workers", state="missing") == 1
    assert value(found, "postbacks_open_alerts", kind="backlog") == 1
    assert value(found, "postbacks_open_alerts", kind="exhausted") == 0
    assert (value(found, "postbacks_database_connections", state="active") or 0) >= 1
    assert value(found, "postbacks_database_up") == 1


def test_a_database_that_is_away_is_told_and_nothing_else(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("The server is away.")

    monkeypatch.setattr("apps.reports.exposition.check_connection", away)

    assert samples(client) == {("postbacks_database_up", frozenset()): 0}


def test_a_scrape_asks_the_same_few_questions_however_much_there_is(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20):
        client.get("/metrics")


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("203.0.113.9", {}, 403),
        ("203.0.113.9", {"HTTP_AUTHORIZATION": "Bearer right-token"}, 200),
        ("203.0.113.9", {"HTTP_AUTHORIZATION": "Bearer wrong-token"}, 403),
        ("203.0.113.9", {"HTTP_AUTHORIZATION": "Bearer "}, 403),
        # A proxy on this host that nobody told us of.
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
    ],
)
def test_only_near_ones_and_those_with_the_token_read_metrics(
    client: Client,
    settings: Settings,
    address: str,
    headers: dict[str, str],
    status: int,
) -> None:
    settings.METRICS_TOKEN = "right-token"

    answer = client.get("/metrics", REMOTE_ADDR=address, **headers)  # type: ignore[arg-type] # WSGI's names

    assert answer.status_code == status
    assert (b"postbacks_" in answer.content) == (status == 200)


def test_an_empty_token_opens_nothing(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""

    answer = client.get(
        "/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer "
    )

    assert answer.status_code == 403
    assert "METRICS_NETWORKS" in answer.content.decode()


def test_behind_a_known_proxy_the_visitor_counts(
    client: Client, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1

    far = client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.9")
    near = client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.9, 127.0.0.1")

    assert (far.status_code, near.status_code) == (403, 200)


def test_who_asks_beside_the_known_proxy_counts_by_its_own_address(
    client: Client, settings: Settings
) -> None:
    """Prometheus asks the web server itself, which has a proxy for everybody else."""
    settings.TRUSTED_PROXY_COUNT = 1

    near = client.get("/metrics")
    far = client.get("/metrics", REMOTE_ADDR="203.0.113.9")

    assert (near.status_code, far.status_code) == (200, 403)
