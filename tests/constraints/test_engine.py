"""The database refuses nonsense in destinations, replays and alerts."""

from datetime import timedelta
from typing import Any

import pytest

from apps.deliveries.models import (
    Alert,
    AlertChannel,
    AlertNotice,
    Destination,
    Finding,
    Replay,
    RuleHealth,
)
from apps.postbacks.models import PostbackRule
from tests.constraints.refusing import refused_by
from tests.factories import NOON, make_offer, make_rule, make_user

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def make_replay(rule: PostbackRule | None, **fields: Any) -> Replay:
    given = {
        "kind": "resend",
        "rule": rule,
        "starts_at": NOON,
        "ends_at": LATER,
        "author": rule.author if rule else make_user("someone"),
        **fields,
    }
    return Replay.objects.create(**given)


def test_limits_and_breakers_of_destinations() -> None:
    """DESIGN §8: concurrency, rate, breaker and pause make sense."""
    one = Destination.objects.filter(pk=Destination.objects.create(key="x").pk)

    with refused_by("destination_concurrency_at_least_one"):
        one.update(maximum_concurrency=0)
    for rate in (0, -1, 20_000):
        with refused_by("destination_rate_is_positive"):
            one.update(rate_per_second=rate)
    with refused_by("destination_open_breaker_has_a_next_try"):
        one.update(breaker="open")
    with refused_by("destination_open_breaker_has_a_next_try"):
        one.update(retry_at=NOON)
    with refused_by("destination_reason_only_while_paused"):
        one.update(paused_reason="maintenance")
    one.update(state="paused", paused_reason="maintenance", paused_until=NOON)


def test_rules_have_few_retries_and_coherent_health() -> None:
    rule = make_rule(make_offer())

    with refused_by("rule_retries_at_most_20_times"):
        PostbackRule.objects.filter(pk=rule.pk).update(retry_delays=[1] * 21)
    with refused_by("rule_health_since_only_while_failing"):
        RuleHealth.objects.create(rule=rule, failures=1)
    with refused_by("rule_health_since_only_while_failing"):
        RuleHealth.objects.create(rule=rule, failing_since=NOON)


def test_replays_are_bounded_and_one_at_a_time() -> None:
    rule = make_rule(make_offer())

    with refused_by("replay_starts_before_it_ends"):
        make_replay(rule, ends_at=NOON)
    with refused_by("replay_range_is_of_our_time"):
        make_replay(rule, starts_at=NOON - timedelta(days=365 * 50))
    with refused_by("replay_range_is_of_our_time"):
        make_replay(rule, ends_at=NOON + timedelta(days=365 * 200))
    with refused_by("replay_backfill_needs_a_rule"):
        make_replay(None, kind="backfill")
    with refused_by("replay_rate_at_least_one"):
        make_replay(rule, per_minute=0)
    with refused_by("replay_started_unless_draft"):
        make_replay(rule, state="running")
    with refused_by("replay_finished_when_over"):
        make_replay(rule, state="done", started_at=NOON)
    with refused_by("replay_finished_when_over"):
        make_replay(rule, state="draft", finished_at=NOON)
    make_replay(rule, state="running", started_at=NOON)
    with refused_by("replay_one_at_a_time"):
        make_replay(rule, state="paused", started_at=NOON)


def test_alerts_are_open_once_and_channels_have_their_address() -> None:
    times = {"opened_at": NOON, "changed_at": NOON}
    alert = Alert.objects.create(kind="backlog", subject="all", message="x", **times)
    channel = AlertChannel.objects.create(name="ops", kind="email", email="a@b.example")

    with refused_by("alert_one_open_per_subject"):
        Alert.objects.create(kind="backlog", subject="all", message="x", **times)
    with refused_by("alert_channel_name_unique"):
        AlertChannel.objects.create(name="ops", kind="email", email="c@d.example")
    with refused_by("alert_channel_has_its_address"):
        AlertChannel.objects.create(name="mail", kind="email")
    with refused_by("alert_channel_has_its_address"):
        AlertChannel.objects.create(name="slack", kind="slack", email="c@d.example")
    with refused_by("alert_notice_sent_has_a_time"):
        AlertNotice.objects.create(
            alert=alert,
            channel=channel,
            level=100,
            text="x",
            state="sent",
            due_at=NOON,
            created_at=NOON,
        )


def test_an_invariant_has_one_finding() -> None:
    """The nightly check replaces what it found before."""
    Finding.objects.create(what="lost", text="1 lost.", found_at=NOON)

    with refused_by("finding_one_per_invariant"):
        Finding.objects.create(what="lost", text="2 lost.", found_at=NOON)
