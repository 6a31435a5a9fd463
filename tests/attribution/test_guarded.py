"""One statement writes an event unless somebody else was faster; then steps do."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.attribution.models import Fact, Subject, SubjectEvent
from apps.attribution.sightings import Sighting
from apps.attribution.storage import Locked, peek_subjects
from apps.deliveries.models import Delivery
from apps.ingest import guarded
from apps.ingest.erasing import deliveries_of, erase_person
from apps.tracking.models import Event, Lead
from tests.attribution.world import App, ledger
from tests.factories import NOON, make_rule, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture
def app() -> App:
    """Return an app."""
    return App()


def test_an_event_of_a_known_device_is_read_and_written_at_once(
    app: App, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No savepoint, no transaction of several statements, no further reading."""
    app.send(client, 0, "install")
    peeked: list[Sighting] = []
    monkeypatch.setattr(guarded, "peek_subjects", peeked.append)

    with CaptureQueriesContext(connection) as queries:
        app.send(client, 1, "purchase")

    statements = [one["sql"] for one in queries]
    assert not [one for one in statements if "SAVEPOINT" in one]
    assert peeked == []
    assert ledger()[0] == "install→organic"
    assert len(ledger()) == 5


def test_who_comes_second_decides_anew_under_locks(
    app: App, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changed the device between reading and writing."""
    app.send(client, 0, "install")

    def outdated(sighting: Sighting) -> list[Locked]:
        return [
            one._replace(version="0", state=None) for one in peek_subjects(sighting)
        ]

    monkeypatch.setattr(guarded, "peek_subjects", outdated)
    app.send(client, 1, "purchase")

    assert Event.objects.count() == SubjectEvent.objects.count() == 2
    assert ledger() == [
        "install→organic",
        "first_purchase→organic",
        "first_purchase_ca→organic",
        "purchase→organic",
        "purchase_ca→organic",
    ]


def test_both_ways_write_the_same(
    app: App, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts, periods, deliveries and what is remembered."""
    make_rule(
        app.offer, trigger="attribution", facts=["purchase"], subject_kind="device"
    )

    def told(device: str) -> list[Any]:
        for day, kind in enumerate(("install", "purchase", "launch")):
            app.send(client, day, kind, device_id=device)
        subject = Subject.objects.get(external_id=device)
        state = {name: v for name, v in subject.state.items() if name.startswith("s")}
        rows = Delivery.objects.filter(event__subject_events__subject=subject)
        return [ledger(subject=subject), state, rows.count()]

    at_once = told("D-1")
    monkeypatch.setattr(guarded, "_may_be_simple", lambda _: False)

    assert told("D-2") == at_once
    assert at_once[2] == 1


def test_erasing_a_person_reaches_the_device_and_the_facts(
    app: App, client: Client
) -> None:
    """Who it was goes; what follows from the story stays."""
    make_rule(
        app.offer, trigger="attribution", facts=["install"], subject_kind="device"
    )
    app.send(client, 0, "install")
    lead = Lead.objects.create(
        offer=app.offer, transaction_id=app.organic, submitted_at=NOON
    )

    erase_person(lead.pk, make_user(), NOON)

    subject = Subject.objects.get()
    assert subject.external_id == f"erased-{subject.pk}"
    assert Fact.objects.count() == 1
    assert deliveries_of(lead).count() == 1
