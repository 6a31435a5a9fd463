"""Alerts of postbacks: thresholds, the pause, recovery, and what flaps is quiet."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.core.ids import uuid7
from apps.deliveries.models import Alert, AlertNotice, RuleHealth
from apps.deliveries.releasing import release_rule
from apps.postbacks.services import set_rule_status
from tests.deliveries.alarms import (
    MINUTE,
    fail,
    look,
    make_mail,
    make_watched_rule,
    watch,
)
from tests.factories import NOON, make_delivery, make_event

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("no_wake_ups"),
]


def open_alerts() -> list[tuple[str, int]]:
    """Return kind and level of the open alerts."""
    rows = Alert.objects.filter(resolved_at=None).order_by("kind")
    return list(rows.values_list("kind", "level"))


def disable(rule_id: int, reason: str = "100 attempts failed in a row.") -> None:
    """Have a rule disabled by its failures."""
    set_rule_status(
        rule_id=rule_id, status="auto_disabled", reason=reason, author=None, now=NOON
    )


def activate(rule_id: int) -> None:
    """Do what the page «Status» does."""
    set_rule_status(rule_id=rule_id, status="active", reason="", author=None, now=NOON)
    release_rule(rule_id=rule_id)


def test_each_threshold_is_told_once_and_in_order() -> None:
    """R 19 of reliability: 50, 70, 90 and 100 % of what disables a postback."""
    make_mail()
    rule = make_watched_rule()
    told: dict[int, list[str]] = {}

    for failures in (1, 49, 50, 51, 69, 70, 89, 90, 99):
        fail(rule, failures)
        told[failures] = look()
    disable(rule.pk)
    told[100] = look()
    told[101] = look()

    assert [failures for failures, texts in told.items() if texts] == [50, 70, 90, 100]
    assert all(len(texts) <= 1 for texts in told.values())
    assert open_alerts() == [("rule_paused", 100)]


def test_the_text_names_the_postback_the_failures_and_what_comes_next() -> None:
    make_mail()
    rule = make_watched_rule()
    fail(rule, 50, "The server answered\n503.")

    assert look() == [
        (
            f"Postback #{rule.pk} Tracker fails: 50 attempts in a row since "
            "2026-03-01 12:00 UTC. Last: «The server answered 503.». At 100 in a row it "
            "is disabled, and its deliveries are held."
        )
    ]


def test_a_jump_over_several_thresholds_tells_the_highest_only() -> None:
    make_mail()
    fail(make_watched_rule(), 95)

    look()

    assert AlertNotice.objects.get().level == 90


def test_a_jump_to_the_pause_tells_the_pause_only() -> None:
    """R 19 of reliability: with what to do next."""
    make_mail()
    rule = make_watched_rule()
    fail(rule, 100)
    disable(rule.pk)

    texts = look()

    assert texts == [
        (
            f"Postback #{rule.pk} Tracker was disabled: «100 attempts failed in a row.». "
            "Its deliveries are held. Open the postback, mend it and activate it: what "
            "was held is then sent."
        )
    ]
    assert look(1) == []


def test_what_is_never_disabled_and_what_a_person_disabled_is_no_alert() -> None:
    make_mail()
    fail(make_watched_rule(disable_after=0), 1_000)
    fail(make_watched_rule(status="disabled"), 60)
    fail(make_watched_rule(archived_at=NOON), 60)

    assert look() == []
    assert open_alerts() == []


def test_recovery_is_told_once() -> None:
    """R 19 of reliability."""
    make_mail()
    rule = make_watched_rule()
    fail(rule, 60)
    look()
    fail(rule, 0)

    texts = look(1)

    assert texts == [f"Postback #{rule.pk} Tracker works again."]
    assert look(2) == []
    assert Alert.objects.get().resolved_at == NOON + MINUTE


def test_the_pause_is_over_when_somebody_activates_the_postback() -> None:
    """Its failures count anew, so that one more does not disable it at once."""
    make_mail()
    rule = make_watched_rule()
    fail(rule, 100)
    disable(rule.pk)
    look()

    activate(rule.pk)

    assert look(1) == [f"Postback #{rule.pk} Tracker is active again."]
    assert RuleHealth.objects.get().failures == 0


def test_what_a_person_switches_off_is_not_said_to_work() -> None:
    make_mail()
    rule = make_watched_rule()
    fail(rule, 60)
    look()
    set_rule_status(
        rule_id=rule.pk, status="disabled", reason="", author=None, now=NOON
    )

    assert look(1) == [f"Postback #{rule.pk} Tracker was switched off."]


def test_what_flaps_is_quiet_for_an_hour_and_then_told_if_it_lasts() -> None:
    """Neither opened again nor over again; a lasting one is never swallowed."""
    make_mail()
    rule = make_watched_rule()
    fail(rule, 60)
    watch()
    for minute in (1, 2, 3, 4):
        fail(rule, 0 if minute % 2 else 60)
        watch(minute)
    kinds = list(AlertNotice.objects.order_by("pk").values_list("level", flat=True))

    before, after = look(59), look(61)

    assert kinds == [50, 0]
    assert (before, len(after)) == ([], 1)


def test_recovery_from_what_was_not_told_is_not_told() -> None:
    make_mail()
    rule = make_watched_rule()
    for minute, failures in enumerate((60, 0, 60, 0)):
        fail(rule, failures)
        watch(minute)

    assert AlertNotice.objects.filter(level=0).count() == 1
    assert Alert.objects.filter(resolved_at=None).count() == 0


def test_within_the_window_a_higher_level_is_told() -> None:
    make_mail()
    rule = make_watched_rule()
    for minute, failures in enumerate((60, 0, 60)):
        fail(rule, failures)
        watch(minute)
    fail(rule, 75)

    assert len(look(3)) == 1


def test_the_window_is_a_setting(settings: Settings) -> None:
    settings.ALERT_QUIET_MINUTES = 1
    make_mail()
    rule = make_watched_rule()
    for minute, failures in enumerate((60, 0, 0, 60)):
        fail(rule, failures)
        watch(minute)

    levels = AlertNotice.objects.order_by("pk").values_list("level", flat=True)
    assert list(levels) == [50, 0, 50]


def test_a_channel_that_comes_later_is_told_what_still_holds() -> None:
    rule = make_watched_rule()
    fail(rule, 60)
    nobody = look()
    make_mail()

    assert (nobody, len(look(1)), look(2)) == ([], 1, [])


def exhausted(count: int, **fields: object) -> None:
    """Store deliveries of one rule that failed after all retries, at noon."""
    rule = make_watched_rule()
    assert rule.offer is not None
    event = make_event(rule.offer)
    for _ in range(count):
        values = {"state": "failed", "outcome": "retry", "finished_at": NOON, **fields}
        make_delivery(rule, event, trigger_id=uuid7(), **values)


def test_what_failed_after_all_retries_is_told_with_its_count() -> None:
    """R 19 of reliability: exhaustion. It is never over, so no recovery is told."""
    make_mail()
    exhausted(3)

    texts = look(10)

    assert len(texts) == 1
    assert (
        "Tracker: 3 deliveries failed after all retries in the last hour." in texts[0]
    )
    assert look(70) == []
    assert open_alerts() == []


@pytest.mark.parametrize(
    "fields", [{"outcome": "permanent"}, {"kind": "test"}, {"outcome": "auth"}]
)
def test_what_was_refused_or_only_tested_is_not_exhausted(
    fields: dict[str, str],
) -> None:
    exhausted(1, **fields)

    look(10)

    assert open_alerts() == []


def test_many_alerts_cost_as_many_queries_as_few() -> None:
    make_mail()
    rules = [make_watched_rule() for _ in range(6)]
    fail(rules[0], 60)
    with CaptureQueriesContext(connection) as few:
        look()
    for rule in rules:
        fail(rule, 80)

    with CaptureQueriesContext(connection) as many:
        look(1)

    assert Alert.objects.count() == 6
    assert len(many) <= len(few) + 2
