"""What is over goes, what is needed stays, and nobody waits for it."""

from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.attribution.models import Fact, Period, Subject, SubjectEvent, Touch
from apps.deliveries.models import Attempt, Delivery
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.retention import batches, pruning
from apps.retention.checks import check_days
from apps.retention.models import LogTable, Pruning, whole_since
from apps.retention.pruning import prune
from apps.tracking.models import Click, Conversion, ConversionChange, Event
from tests.factories import make_offer, make_rule
from tests.retention.world import (
    DAY,
    NOW,
    OLD,
    YOUNG,
    attempt_at,
    click_at,
    delivery_at,
    device_at,
    event_at,
    lead_at,
    money_at,
    refused_at,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_vacuum")]
LIVE = ("pending", "sending", "retrying", "held")
FINISHED = ("delivered", "failed", "suppressed", "cancelled")


@pytest.fixture
def no_vacuum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what cannot run in a transaction, as these tests do."""
    monkeypatch.setattr(pruning, "_free", lambda table: None)


@pytest.fixture
def offer() -> Offer:
    return make_offer()


@pytest.fixture
def rule(offer: Offer) -> PostbackRule:
    return make_rule(offer)


def run() -> bool:
    return prune(clock=lambda: NOW)


def went() -> dict[str, int]:
    """Return how many rows went of each table that lost some."""
    found: dict[str, int] = {}
    for one in Pruning.objects.filter(rows__gt=0):
        found[one.table] = found.get(one.table, 0) + one.rows
    return found


def ids(rows: Any) -> set[Any]:
    return set(rows.values_list("pk", flat=True))


def test_finished_deliveries_go_and_live_ones_stay_with_their_events(
    offer: Offer, rule: PostbackRule
) -> None:
    """However old they are: nothing that somebody waits for is lost."""
    events = {
        state: event_at(offer, OLD, transaction_id=state)
        for state in (*LIVE, *FINISHED)
    }
    made = {
        state: delivery_at(rule, event, OLD, state) for state, event in events.items()
    }
    young = delivery_at(rule, event_at(offer, YOUNG), YOUNG, "delivered")

    run()

    live = {made[state].pk for state in LIVE}
    assert ids(Delivery.objects) == {*live, young.pk}
    assert ids(Event.objects) == {*(events[one].pk for one in LIVE), young.event_id}
    assert went() == {"deliveries": 4, "events": 4}


def test_what_is_sent_again_today_does_not_go(offer: Offer, rule: PostbackRule) -> None:
    again = delivery_at(
        rule, event_at(offer, OLD), OLD, "delivered", finished_at=NOW - DAY
    )

    run()

    assert ids(Delivery.objects) == {again.pk}


def test_the_books_stay_for_ever(offer: Offer) -> None:
    """Conversions, their changes, the events that made them and their clicks."""
    books = money_at(offer, OLD, "tx-money")
    event_at(offer, OLD, transaction_id="tx-money", conversion=books.conversion)

    run()

    assert ids(Event.objects) == {books.pk}
    assert ids(Click.objects) == {books.click_id}
    assert (Conversion.objects.count(), ConversionChange.objects.count()) == (1, 1)
    assert went() == {"events": 1}


def test_clicks_that_led_nowhere_go(offer: Offer) -> None:
    click_at(offer, OLD, "nowhere")
    stays = [
        lead_at(offer, OLD, "lead").click_id,
        click_at(offer, YOUNG, "young").pk,
        click_at(offer, OLD, "told").pk,
    ]
    event_at(offer, YOUNG, transaction_id="told")
    lasting = click_at(offer, OLD, "lasting")
    Click.objects.filter(pk=lasting.pk).update(expires_at=NOW + DAY)

    run()

    assert ids(Click.objects) == {*stays, lasting.pk}
    assert went() == {"clicks": 1}


def test_refused_requests_go_after_a_month(offer: Offer) -> None:
    refused_at(NOW - 31 * DAY)
    kept = refused_at(NOW - 29 * DAY)

    run()

    assert ids(RefusedRequest.objects) == {kept.pk}


def test_a_duplicate_forgets_the_first_event_when_that_goes(offer: Offer) -> None:
    kept = refused_at(YOUNG, first_event=event_at(offer, OLD))

    run()

    kept.refresh_from_db()
    assert kept.first_event_id is None


def test_a_device_goes_with_its_story_when_it_was_not_seen_for_long(
    offer: Offer,
) -> None:
    device_at(offer, "gone", OLD, OLD, event_at(offer, OLD, transaction_id="a"))
    active = event_at(offer, OLD, transaction_id="b")
    seen = device_at(offer, "seen", OLD, YOUNG, active)

    run()

    assert ids(Subject.objects) == {seen.pk}
    assert ids(Event.objects) == {active.pk}
    for model in (Touch, SubjectEvent, Period, Fact):
        left: Any = model
        assert set(left.objects.values_list("subject", flat=True)) == {seen.pk}
    assert went() == {"subjects": 1, "events": 1, "clicks": 1}


def test_attempts_that_no_day_took_go_in_batches_and_their_deliveries_after_them(
    offer: Offer, rule: PostbackRule
) -> None:
    delivery = delivery_at(rule, event_at(offer, OLD), OLD, "delivered")
    attempt_at(delivery, OLD)
    young = delivery_at(rule, event_at(offer, YOUNG, transaction_id="y"), YOUNG, "held")
    kept = attempt_at(young, YOUNG)

    run()

    assert ids(Attempt.objects) == {kept.pk}
    assert went() == {"attempts": 1, "deliveries": 1, "events": 1}


def test_a_delivery_stays_as_long_as_its_attempts(
    offer: Offer, rule: PostbackRule, settings: Any
) -> None:
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "attempts": 0}
    delivery = delivery_at(rule, event_at(offer, OLD), OLD, "delivered")
    attempt_at(delivery, OLD)

    run()

    assert (Delivery.objects.count(), went()) == (1, {})


def test_zero_days_keep_everything_for_ever(offer: Offer, settings: Any) -> None:
    settings.RETENTION_DAYS = dict.fromkeys(settings.RETENTION_DAYS, 0)
    event_at(offer, OLD)
    refused_at(OLD)

    run()

    assert (Event.objects.count(), RefusedRequest.objects.count()) == (1, 1)
    assert not Pruning.objects.exists()


def test_a_second_run_removes_nothing_more(offer: Offer) -> None:
    for number in range(3):
        event_at(offer, OLD, transaction_id=f"t-{number}")
    run()
    before = list(Pruning.objects.values())

    with CaptureQueriesContext(connection) as queries:
        is_done = run()

    assert is_done
    assert list(Pruning.objects.values()) == before
    assert not any("DELETE" in one["sql"] for one in queries)


def test_days_are_those_of_utc_wherever_the_clock_stands(offer: Offer) -> None:
    last_midnight = NOW.replace(hour=0) - 30 * DAY
    refused_at(last_midnight - DAY / 24)
    kept = refused_at(last_midnight + DAY / 24)

    prune(clock=lambda: NOW.astimezone(ZoneInfo("Pacific/Kiritimati")))

    assert ids(RefusedRequest.objects) == {kept.pk}


REFERENCES = """
SELECT c.conrelid::regclass::text, a.attname
  FROM pg_constraint c JOIN pg_attribute a
    ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(%s)
   AND NOT EXISTS (SELECT 1 FROM pg_index i
                    WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
"""


def test_whatever_refers_to_a_row_that_may_go_is_found_by_an_index() -> None:
    """Else each row that goes looks through a whole table, under a lock."""
    tables = [one.table for one in batches.BATCHES.values()]

    with connection.cursor() as cursor:
        cursor.execute(REFERENCES, [[*tables, "attribution_period"]])
        assert cursor.fetchall() == []


def test_sums_know_from_when_on_the_log_is_complete(offer: Offer) -> None:
    event_at(offer, OLD)
    assert whole_since(LogTable.EVENTS) is None

    run()

    assert whole_since(LogTable.EVENTS) == NOW.replace(hour=0) - 400 * DAY
    assert whole_since(LogTable.DELIVERIES) is None


def test_the_command_says_what_would_go_and_what_went(offer: Offer) -> None:
    event_at(offer, OLD)
    said, done = StringIO(), StringIO()

    call_command("prune", "--dry-run", stdout=said)
    still = Event.objects.count()
    call_command("prune", stdout=done)

    assert still == 1
    assert "events: 1 rows older than" in said.getvalue()
    assert "Nothing was removed." in said.getvalue()
    assert "events: 1 rows older than" in done.getvalue()
    assert "clicks: 0 rows" in done.getvalue()
    assert not Event.objects.exists()


@pytest.mark.parametrize(("days", "is_refused"), [(8, True), (9, False), (0, False)])
def test_a_time_that_is_too_short_is_refused_at_the_start(
    days: int, is_refused: bool, settings: Any
) -> None:
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "attempts": days}

    found = check_days(None)

    assert bool(found) is is_refused
    assert all("RETENTION_DAYS_ATTEMPTS is 8" in one.msg for one in found)
