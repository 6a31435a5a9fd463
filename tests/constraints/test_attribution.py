"""The database refuses nonsense about attribution, and tells nothing unique twice."""

from typing import Any

import pytest

from apps.attribution.models import Fact, Period, Subject, SubjectEvent, Touch
from apps.core.ids import uuid7
from apps.events.models import EventType
from apps.offers.models import Project
from apps.tracking.models import Event
from tests.constraints.refusing import refused_by
from tests.factories import NOON, make_click, make_event, make_offer, make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject() -> Subject:
    """Return a device of an offer."""
    return Subject.objects.create(
        kind="device", offer=make_offer(), external_id="D-1", created_at=NOON
    )


@pytest.fixture
def event(subject: Subject) -> Event:
    """Return an event of the subject's offer."""
    assert subject.offer is not None
    return make_event(subject.offer)


def add_fact(subject: Subject, event: Event, **fields: Any) -> Fact:
    """Return an announced fact of a period that the event opened."""
    period, _ = Period.objects.get_or_create(
        subject=subject, opened_by=event, cause="first", started_at=NOON
    )
    given = {"kind": "purchase", "slot": "lt", "state": "announced", **fields}
    return Fact.objects.create(
        subject=subject, event=event, period=period, decided_at=NOON, **given
    )


def test_a_subject_is_a_device_of_an_offer_or_a_user_of_one_owner(
    subject: Subject,
) -> None:
    """R118, R123."""
    project = Project.objects.create(name="P")
    given = {"external_id": "x", "created_at": NOON}

    with refused_by("subject_unique"):
        Subject.objects.create(
            kind="device", offer=subject.offer, external_id="D-1", created_at=NOON
        )
    with refused_by("subject_has_one_scope"):
        Subject.objects.create(kind="device", project=project, **given)
    with refused_by("subject_has_one_scope"):
        Subject.objects.create(
            kind="user", project=project, offer=subject.offer, **given
        )
    with refused_by("subject_has_an_id"):
        Subject.objects.create(
            kind="user", project=project, external_id="", created_at=NOON
        )


def test_an_event_and_a_touch_are_in_a_story_once(
    subject: Subject, event: Event
) -> None:
    assert subject.offer is not None
    click = make_click(subject.offer)
    assert click.affiliate is not None
    touched = {"click": click, "affiliate": click.affiliate, "touched_at": NOON}
    Touch.objects.create(subject=subject, **touched)
    story: dict[str, Any] = {
        "occurred_at": NOON,
        "kind": "launch",
        "is_activity": True,
        "inactivity_days": 30,
        "takes_organic": True,
        "takes_visits": False,
        "state": "counted",
        "event": event,
    }
    SubjectEvent.objects.create(subject=subject, **story)
    story["event"] = make_event(subject.offer)

    with refused_by("touch_unique"):
        Touch.objects.create(subject=subject, **touched)
    with refused_by("subject_event_unique"):
        SubjectEvent.objects.create(subject=subject, **{**story, "event": event})
    with refused_by("subject_event_settles_while_waiting"):
        SubjectEvent.objects.create(subject=subject, **{**story, "state": "waiting"})
    with refused_by("subject_event_touch_is_complete"):
        SubjectEvent.objects.create(subject=subject, click=click, **story)


def test_a_period_is_opened_once(subject: Subject, event: Event) -> None:
    add_fact(subject, event)

    with refused_by("period_opened_once"):
        Period.objects.create(
            subject=subject, opened_by=event, cause="first", started_at=NOON
        )


def test_nothing_unique_is_announced_twice(subject: Subject, event: Event) -> None:
    """DESIGN §4.9: per slot and per event, whatever became of the first one."""
    assert subject.offer is not None
    add_fact(subject, event)
    other = make_event(subject.offer)

    with refused_by("fact_once_per_slot"):
        add_fact(subject, other)
    with refused_by("fact_once_per_event"):
        add_fact(subject, event, slot="x")
    add_fact(subject, other, state="suppressed", reason="slot_taken")
    with refused_by("fact_known_once"):
        add_fact(subject, other, state="suppressed", reason="slot_taken")


def test_a_fact_says_why_it_was_not_told_and_what_took_it_back(
    subject: Subject, event: Event
) -> None:
    with refused_by("fact_suppressed_for_a_reason"):
        add_fact(subject, event, state="suppressed")
    with refused_by("fact_suppressed_for_a_reason"):
        add_fact(subject, event, reason="history")
    with refused_by("fact_retracted_by_an_event"):
        add_fact(subject, event, state="retracted", retraction_id=uuid7())
    with refused_by("fact_kind_is_known"):
        add_fact(subject, event, kind="first_registration_ca")


@pytest.mark.parametrize(
    ("constraint", "field", "value"),
    [
        ("project_inactivity_1_to_365_days", "inactivity_window_days", 366),
        ("project_lookback_1_to_365_days", "click_lookback_days", 0),
        ("project_settles_within_a_day", "settle_seconds", 86_401),
        ("project_lateness_1_to_365_days", "max_lateness_days", 0),
    ],
)
def test_the_settings_of_a_project_have_bounds(
    constraint: str, field: str, value: int
) -> None:
    with refused_by(constraint):
        Project.objects.create(name="P", **{field: value})


def test_an_event_type_means_something_known() -> None:
    with refused_by("event_type_meaning_is_known"):
        EventType.objects.create(name="x", standard_kind="download")


@pytest.mark.parametrize(
    "fields",
    [
        {"trigger": "attribution", "facts": [], "subject_kind": "device"},
        {"trigger": "attribution", "facts": ["install"], "subject_kind": ""},
        {"trigger": "conversion_done", "facts": ["install"], "subject_kind": ""},
    ],
)
def test_facts_belong_to_the_attribution_trigger(fields: dict[str, Any]) -> None:
    with refused_by("rule_facts_belong_to_attribution"):
        make_rule(make_offer(), **fields)
