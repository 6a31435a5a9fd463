"""The page that starts simulations and shows their progress."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core.adminkit.addresses import page_url
from apps.postbacks.models import PostbackRule, Simulation
from apps.postbacks.tasks import simulate
from tests.factories import make_affiliate, make_event, make_offer, make_rule, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule() -> PostbackRule:
    """Return a rule that would have fired once today."""
    offer = make_offer()
    now = timezone.now()
    make_event(offer, name="v", category="views", received_at=now, occurred_at=now)
    return make_rule(offer, trigger="event", categories=["views"])


def begin(client: Client, rule: PostbackRule) -> None:
    """Simulate yesterday and today; the message to the worker is caught."""
    today = timezone.localdate()
    days = {"first": str(today - timedelta(days=1)), "last": str(today)}
    client.post(page_url(rule, "simulate"), days)


def test_a_worker_does_it_and_the_page_shows_it(
    staff: Client,
    rule: PostbackRule,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with (
        patch("apps.console.simulation.enqueue") as enqueued,
        django_capture_on_commit_callbacks(execute=True),
    ):
        begin(staff, rule)
    running = staff.get(page_url(rule, "simulate")).content.decode()

    simulate(**enqueued.call_args.kwargs)
    done = staff.get(page_url(rule, "simulate")).content.decode()

    assert "Running" in running
    assert '<meta name="refresh"' in running
    assert "<strong>1</strong>" in done
    assert '<meta name="refresh"' not in done


def test_a_running_simulation_can_be_cancelled(
    staff: Client, rule: PostbackRule
) -> None:
    begin(staff, rule)

    staff.post(page_url(rule, "simulate"), {"cancel": "1"})

    assert Simulation.objects.get().state == "cancelled"


def test_a_stalled_one_goes_on_when_somebody_looks(
    staff: Client, rule: PostbackRule
) -> None:
    begin(staff, rule)
    Simulation.objects.update(updated_at=timezone.now() - timedelta(minutes=5))

    with patch("apps.console.simulation.enqueue") as enqueued:
        for _ in range(3):
            staff.get(page_url(rule, "simulate"))

    enqueued.assert_called_once()


def test_a_second_one_waits_for_the_first(staff: Client, rule: PostbackRule) -> None:
    for _ in range(2):
        begin(staff, rule)

    assert Simulation.objects.count() == 1


def test_a_range_that_cannot_be_is_refused(staff: Client, rule: PostbackRule) -> None:
    page = staff.post(
        page_url(rule, "simulate"), {"first": "2026-03-02", "last": "2026-03-01"}
    )

    assert "ends before it begins" in page.content.decode()


def test_affiliates_may_not_count_what_others_did(
    sign_in: Callable[[User], Client],
) -> None:
    """R103."""
    partner = make_user("partner", affiliate=make_affiliate())
    own = make_rule(None, author=partner)

    assert sign_in(partner).get(page_url(own, "simulate")).status_code == 403
