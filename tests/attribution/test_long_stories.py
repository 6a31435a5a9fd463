"""A late event of a long story is answered at once; a worker replays the story."""

import random
from copy import copy
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.attribution import recording
from apps.attribution.algorithm import Moment
from apps.attribution.models import Fact, Period, Subject, SubjectEvent
from apps.attribution.storage import story_of
from apps.core.ids import uuid7
from apps.deliveries.models import Delivery
from apps.ingest import attributing
from apps.ingest.attributing import settle_due
from apps.tracking.models import Event
from tests.attribution.world import DAY, KINDS, App, ledger
from tests.factories import SECRET, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]
IN_ORDER = [(0, "install"), (10, "purchase"), (60, "purchase"), (61, "launch")]
LATE = [(30, "launch"), (5, "purchase"), (20, "purchase")]
LIMIT = 3


@pytest.fixture
def app() -> App:
    """Return an app."""
    return App()


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is put into the queue; stories of more than three events are long."""
    found: list[str] = []
    monkeypatch.setattr(attributing, "enqueue", found.append)
    monkeypatch.setattr(recording, "REPLAYED_AT_ONCE", LIMIT)
    return found


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the subjects whose whole stories are read."""
    found: list[int] = []

    def note(subject_id: int) -> list[Moment]:
        found.append(subject_id)
        return story_of(subject_id)

    monkeypatch.setattr(recording, "story_of", note)
    return found


def at_the_end(app: App) -> Any:
    """Return a moment at which everything has been received."""
    return app.start + 200 * DAY


def send(app: App, client: Client, device: str, events: Any) -> None:
    """Report events of a device in the order given."""
    for day, kind in events:
        app.send(client, day, kind, device_id=device)


def decided(device: str) -> list[tuple[Any, ...]]:
    """Return the ledger of a device: what became of what, and what took it back."""
    rows = Fact.objects.filter(subject__external_id=device).values_list(
        "kind",
        "event__occurred_at",
        "period__started_at",
        "state",
        "reason",
        "retracted_by__occurred_at",
    )
    return sorted(rows, key=str)


def remembered(device: str) -> list[Any]:
    """Return the periods of a device, and what is remembered of it."""
    subject = Subject.objects.get(external_id=device)
    rows = Period.objects.filter(subject=subject).order_by("started_at")
    columns = ("started_at", "cause", "is_superseded")
    return [*rows.values_list(*columns), subject.last_activity_at, subject.is_disturbed]


def test_a_late_event_of_a_long_story_waits_for_a_worker(
    app: App, client: Client, woken: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    """It is stored, its story is not read, and one wake-up follows the commit."""
    send(app, client, "D-1", IN_ORDER)
    before = decided("D-1")

    with django_capture_on_commit_callbacks(execute=True):
        send(app, client, "D-1", LATE[:1])

    waiting = SubjectEvent.objects.select_related("event").get(state="waiting")
    assert waiting.settles_at == waiting.event.received_at
    assert decided("D-1") == before
    assert woken == ["apps.ingest.tasks.settle"]


def test_a_late_event_of_a_short_story_is_replayed_at_once(
    app: App, client: Client, woken: list[str]
) -> None:
    """As many events as the limit are none too many."""
    send(app, client, "D-1", IN_ORDER[1:])

    send(app, client, "D-1", LATE[:1])

    assert not SubjectEvent.objects.filter(state="waiting").exists()
    assert Subject.objects.get().is_disturbed


def test_what_is_settled_is_what_an_immediate_replay_decides(
    app: App, client: Client, woken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same facts, retractions and periods; what was told is told once."""
    for one in IN_ORDER + LATE:
        send(app, client, "D-1", [one])
        settle_due(at_the_end(app))
    monkeypatch.setattr(recording, "REPLAYED_AT_ONCE", 1_000)

    send(app, client, "D-2", IN_ORDER + LATE)

    assert decided("D-1") == decided("D-2")
    assert remembered("D-1") == remembered("D-2")
    assert [one[3] for one in decided("D-1")].count("retracted") == 4


def test_several_late_events_are_settled_by_one_replay(
    app: App, client: Client, woken: list[str], replayed: list[int]
) -> None:
    """And an event in order does not wait for them."""
    send(app, client, "D-1", [*IN_ORDER, *LATE, (62, "launch")])
    assert SubjectEvent.objects.filter(state="waiting").count() == 3

    counts = [settle_due(at_the_end(app)) for _ in range(2)]

    assert counts == [3, 0]
    assert len(replayed) == 1
    assert SubjectEvent.objects.filter(state="counted").count() == 8
    causes = Period.objects.filter(is_superseded=False).values_list("cause", flat=True)
    assert sorted(causes) == ["first"]


def test_postbacks_are_told_once_of_what_a_worker_found(
    app: App, client: Client, woken: list[str]
) -> None:
    """Five purchases of which two came late: one delivery each."""
    make_rule(
        app.offer,
        trigger="attribution",
        facts=["purchase", "first_purchase"],
        subject_kind="device",
    )
    send(app, client, "D-1", [*IN_ORDER, *LATE])
    assert Delivery.objects.count() == 3

    for _ in range(2):
        settle_due(at_the_end(app))

    assert Delivery.objects.count() == 5
    assert Fact.objects.filter(kind="purchase", state="announced").count() == 4
    assert Fact.objects.filter(kind="first_purchase", slot="lt").count() == 2
    assert Fact.objects.filter(kind="first_purchase", reason="slot_taken").exists()


def test_history_that_waits_is_told_to_nobody(
    app: App, client: Client, woken: list[str]
) -> None:
    """What is imported into a long story stays history."""
    send(app, client, "D-1", IN_ORDER)
    event = {
        "transaction_id": app.organic,
        "event_name": "purchase_event",
        "device_id": "D-1",
        "occurred_at": (app.start + 7 * DAY).isoformat(),
    }
    client.post(
        "/api/v1/events/batch",
        {"history": True, "events": [event]},
        "application/json",
        headers={"authorization": f"Bearer {SECRET}"},
    )
    send(app, client, "D-1", [(8, "purchase")])

    settled = settle_due(at_the_end(app))

    assert settled == 2
    assert ledger(event__occurred_at=app.start + 7 * DAY, kind="purchase") == [
        "purchase→organic suppressed"
    ]
    assert ledger(event__occurred_at=app.start + 8 * DAY, kind="purchase") == [
        "purchase→organic"
    ]


def test_the_pages_say_what_an_event_waits_for(
    app: App, client: Client, woken: list[str], admin_user: User
) -> None:
    """On the page of the device and on the trace of the event."""
    send(app, client, "D-1", [*IN_ORDER, *LATE[:1]])
    client.force_login(admin_user)
    waiting = SubjectEvent.objects.get(state="waiting")

    pages = [
        client.get(f"/admin/attribution/subject/{waiting.subject_id}/", follow=True),
        client.get(f"/admin/tracking/event/{waiting.event_id}/", follow=True),
    ]

    for page in pages:
        assert "it came late into a long story" in page.content.decode()


DEVICES = count()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_any_order_with_a_tiny_limit_ends_as_the_full_replay_does(
    app: App, client: Client, woken: list[str], seed: int
) -> None:
    """Settled now and then, the truth is that of one replay; nothing is told twice."""
    order = random.Random(seed)
    days = order.sample(range(140), order.randint(4, 9))
    events = [(day, order.choice(KINDS)) for day in days]
    late, straight = (f"H-{next(DEVICES)}" for _ in range(2))
    send(app, client, straight, sorted(events))

    for event in events:
        send(app, client, late, [event])
        if order.random() < 0.3:
            settle_due(at_the_end(app))
    settle_due(at_the_end(app))

    assert standing(late) == standing(straight)
    assert told(late) == sorted(set(told(late)))
    assert not SubjectEvent.objects.filter(state="waiting").exists()


def standing(device: str) -> list[Any]:
    """Return the periods that stand, and what is remembered of a device."""
    subject = Subject.objects.get(external_id=device)
    rows = Period.objects.filter(subject=subject, is_superseded=False)
    periods = list(rows.order_by("started_at").values_list("started_at", "cause"))
    return [periods, subject.state["seen"], subject.state["active_at"]]


def told(device: str) -> list[tuple[str, str]]:
    """Return the slots of a device that were told of, whatever became of them."""
    rows = Fact.objects.filter(subject__external_id=device).exclude(state="suppressed")
    return sorted(rows.values_list("kind", "slot"))


def lengthen(device: str, length: int) -> None:
    """Put launches into the story of a device, minutes after its first event."""
    row = SubjectEvent.objects.select_related("event").get(subject__external_id=device)
    ids = [uuid7() for _ in range(length)]
    moments = [row.occurred_at + timedelta(minutes=n + 1) for n in range(length)]
    events, rows = [], []
    for pk, at in zip(ids, moments, strict=True):
        events.append(copy(row.event))
        events[-1].pk, events[-1].occurred_at = pk, at
        rows.append(copy(row))
        rows[-1].pk, rows[-1].event_id, rows[-1].occurred_at = None, pk, at
    Event.objects.bulk_create(events)
    SubjectEvent.objects.bulk_create(rows)


def test_a_story_over_the_limit_is_not_read_by_the_request(
    app: App, client: Client, replayed: list[int]
) -> None:
    """2,002 events: counting stops after the limit, and the replay is a worker's."""
    send(app, client, "D-1", [(0, "launch")])
    lengthen("D-1", recording.REPLAYED_AT_ONCE)
    send(app, client, "D-1", [(30, "launch")])

    send(app, client, "D-1", [(20, "purchase")])
    read_by_the_request = len(replayed)
    settled = settle_due(at_the_end(app))

    assert (read_by_the_request, settled, len(replayed)) == (0, 1, 1)
    assert ledger() == [
        "first_purchase→organic",
        "first_purchase_ca→organic",
        "purchase→organic",
        "purchase_ca→organic",
    ]
