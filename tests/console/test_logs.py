"""The event log, the deliveries and the audit log: found, filtered, bounded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.console import event_statuses
from apps.deliveries.models import Attempt, Delivery
from apps.tracking.models import ConversionChange, Event, Lead
from tests.console.conftest import MARKER
from tests.factories import (
    NOON,
    make_conversion,
    make_delivery,
    make_event,
    make_event_type,
    make_offer,
    make_rule,
)
from tests.moments import id_at

pytestmark = pytest.mark.django_db

EVENTS = "admin:tracking_event_changelist"
DELIVERIES = "admin:deliveries_delivery_changelist"


def listed(client: Client, name: str, **query: Any) -> list[Any]:
    """Return the rows a list shows."""
    response = client.get(reverse(name), query)
    assert response.status_code == 200, response
    return list(response.context["cl"].result_list)


def make_told(transaction_id: str, *states: str, **fields: Any) -> Event:
    """Return an event with a delivery of each of ``states``."""
    offer = fields.pop("offer", None) or make_offer(transaction_id)
    event = make_event(offer, transaction_id=transaction_id, **fields)
    ended = {"delivered", "failed"}
    for state in states:
        make_delivery(
            make_rule(offer),
            event,
            state=state,
            reason="ambiguous" if state == "held" else "",
            finished_at=NOON if state in ended else None,
            response_status={"delivered": 200, "failed": 404}.get(state),
        )
    return event


def test_a_row_tells_when_who_where_and_what_came_of_it(staff: Client) -> None:
    """R199, R203, R204, R205, R206, R207."""
    event = make_told("tx-7", "delivered", "failed")
    Lead.objects.create(
        public_id="L-7", offer=event.offer, transaction_id="tx-7", submitted_at=NOON
    )

    html = staff.get(reverse(EVENTS)).content.decode()

    assert "2026-03-01 12:00:00" in html
    assert 'tx-7 <small class="quiet">lead L-7</small>' in html
    assert f'<td class="field-campaign">{event.offer}</td>' in html
    assert "1 of 2 sent" in html
    assert "200, 404" in html


def test_the_log_has_a_date_range(staff: Client) -> None:
    """R201: also where ids and times are a little apart."""
    march, april = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (3, 4))
    first = make_told("a", received_at=march, id=id_at(march + timedelta(hours=3)))
    second = make_told("b", received_at=april, id=id_at(april - timedelta(hours=3)))
    early = {
        "received_at__gte": "2026-02-28T00:00",
        "received_at__lt": "2026-03-02T00:00",
    }

    assert listed(staff, EVENTS, **early) == [first]
    assert listed(staff, EVENTS, received_at__gte="2026-04-01T11:00") == [second]
    assert len(listed(staff, EVENTS, received_at__gte="no date")) == 2


def test_the_log_is_filtered_by_event_and_source(staff: Client) -> None:
    """R200: «View Logs» of an event opens its log."""
    sale = make_event_type("lease")
    one = make_told("a", event_type=sale, name="lease", source="manual")
    make_told("b")
    event_types = staff.get(reverse("admin:events_eventtype_changelist"))

    assert listed(staff, EVENTS, event_type__id__exact=sale.pk) == [one]
    assert listed(staff, EVENTS, source__exact="manual") == [one]
    assert f"{reverse(EVENTS)}?event_type__id__exact={sale.pk}" in (
        event_types.content.decode()
    )


def test_the_log_counts_the_events_of_a_category_in_a_range(staff: Client) -> None:
    offer = make_offer()
    last_month = NOON - timedelta(days=30)
    for category, count in (("views", 3), ("engagement", 2), ("conversions", 1)):
        for number in range(count):
            at = id_at(NOON + timedelta(seconds=number))
            make_event(offer, id=at, category=category)
    make_event(offer, category="views", received_at=last_month, id=id_at(last_month))
    march = {
        "received_at__gte": "2026-03-01T00:00",
        "received_at__lt": "2026-03-02T00:00",
    }

    counts = {
        category: staff.get(reverse(EVENTS), {"category__exact": category, **march})
        .context["cl"]
        .result_count
        for category in ("views", "engagement", "progress", "conversions")
    }

    assert counts == {"views": 3, "engagement": 2, "progress": 0, "conversions": 1}


def test_the_log_is_filtered_by_what_came_of_the_postbacks(staff: Client) -> None:
    """R206."""
    made = {
        "failed": make_told("a", "failed", "delivered"),
        "held": make_told("b", "held"),
        "waiting": make_told("c", "retrying", "delivered"),
        "all": make_told("d", "delivered", "delivered"),
        "none": make_told("e"),
    }

    for status, event in made.items():
        assert listed(staff, EVENTS, sent=status) == [event], status
    assert "newest 20,000" in staff.get(f"{reverse(EVENTS)}?sent=none").content.decode()


def test_a_test_tells_nobody_of_an_event(staff: Client) -> None:
    """R206: what was only tried does not count as sent."""
    event = make_told("a")
    make_delivery(
        make_rule(event.offer),
        event,
        kind="test",
        state="delivered",
        attempts=1,
        finished_at=NOON,
    )

    assert listed(staff, EVENTS, sent="none") == [event]
    assert listed(staff, EVENTS, sent="all") == []
    assert "no postback" in staff.get(reverse(EVENTS)).content.decode()


def test_a_failure_of_long_ago_is_found_by_its_date(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R201, R206: the newest are those of the range, however many failed since."""
    monkeypatch.setattr(event_statuses, "NEWEST", 1)
    long_ago = NOON - timedelta(days=90)
    old = make_told("a", "failed", id=id_at(long_ago), received_at=long_ago)
    make_told("b", "failed", id=id_at(NOON))

    found = listed(
        staff,
        EVENTS,
        sent="failed",
        received_at__gte="2025-11-01T00:00",
        received_at__lt="2026-01-01T00:00",
    )

    assert found == [old]


def test_an_entry_opens_the_payload_and_every_attempt(
    staff: Client, everything: Event
) -> None:
    """R202."""
    delivery = Delivery.objects.get()
    Attempt.objects.create(
        delivery=delivery,
        number=2,
        started_at=NOON,
        outcome="success",
        request={"method": "GET", "url": "https://x.example/two", "headers": {}},
        response_status=202,
        response_body="taken",
    )
    url = reverse("admin:tracking_event_change", args=[everything.pk])

    html = " ".join(staff.get(url).content.decode().split())

    assert f"&quot;note&quot;: &quot;{MARKER}&quot;" in html
    for shown in ("Attempt 1", "Attempt 2", "HTTP 500", "HTTP 202", "taken"):
        assert shown in html


def test_both_logs_are_searched_by_transaction_and_lead(staff: Client) -> None:
    event = make_told("tx-7", "failed")
    make_told("tx-8", "failed")
    delivery = event.deliveries.get()
    Lead.objects.create(
        public_id="L-7", offer=event.offer, transaction_id="tx-7", submitted_at=NOON
    )

    for text in ("tx-7", "L-7"):
        assert listed(staff, EVENTS, q=text) == [event]
        assert listed(staff, DELIVERIES, q=text) == [delivery]
    assert listed(staff, DELIVERIES, q=str(delivery.pk)) == [delivery]
    assert listed(staff, DELIVERIES, q="nothing") == []


def test_what_a_status_change_by_hand_led_to_is_found_by_its_transaction(
    staff: Client,
) -> None:
    offer = make_offer()
    conversion = make_conversion(offer, transaction_id="tx-9")
    change = ConversionChange.objects.create(
        conversion=conversion,
        number=1,
        operation="create",
        new_status="approved",
        source="manual",
        changed_at=NOON,
    )
    delivery = make_delivery(make_rule(offer), make_event(offer))
    Delivery.objects.filter(pk=delivery.pk).update(
        event=None,
        conversion=conversion,
        trigger_type="conversion_change",
        trigger_id=change.pk,
    )

    assert [row.pk for row in listed(staff, DELIVERIES, q="tx-9")] == [delivery.pk]


def test_the_quick_views_of_deliveries(staff: Client) -> None:
    make_told("a", "failed", "held", "retrying", "delivered")
    views = staff.get(reverse(DELIVERIES)).context["quick_links"]

    found = {
        view.label: len(
            list(staff.get(reverse(DELIVERIES) + view.url).context["cl"].result_list)
        )
        for view in views
    }

    assert found == {
        "All": 4, "Failed": 1, "Held": 1, "Retrying": 1, "Pending": 0, "Delivered": 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", [EVENTS, DELIVERIES])
def test_no_address_makes_a_log_sort_its_whole_table(staff: Client, name: str) -> None:
    make_told("a", "failed")
    make_told("b", "failed")

    with CaptureQueriesContext(connection) as queries:
        rows = listed(staff, name, o="-2.3")

    assert [row.pk for row in rows] == sorted((row.pk for row in rows), reverse=True)
    ordered = [
        q["sql"] for q in queries if "LIMIT 50" in q["sql"] or "LIMIT 100" in q["sql"]
    ]
    assert all('"id" DESC' in sql for sql in ordered if "ORDER BY" in sql)


@pytest.mark.parametrize("text", ["tx-7", "L-7", "delivery", "#rule", "Solar"])
def test_a_single_hit_of_the_search_box_opens_at_once(staff: Client, text: str) -> None:
    offer = make_offer("Solar Leads")
    found: Any = offer
    if text == "L-7":
        found = Lead.objects.create(
            public_id="L-7", offer=offer, transaction_id="t", submitted_at=NOON
        )
    elif text == "tx-7":
        found = make_event(offer, transaction_id="tx-7")
    elif text == "delivery":
        found = make_delivery(make_rule(offer), make_event(offer))
        text = str(found.pk)
    elif text == "#rule":
        found = make_rule(offer)
        text = f"#{found.pk}"

    response = staff.get(reverse("admin:find"), {"q": text})

    info = f"{found._meta.app_label}_{found._meta.model_name}"
    assert response["Location"] == reverse(f"admin:{info}_change", args=[found.pk])
