"""The page of the workers: who lives, who does not, and what to do then."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.deliveries.models import Worker, WorkerShift
from tests.factories import make_affiliate, make_user

pytestmark = pytest.mark.django_db

PAGE = "admin:deliveries_worker_changelist"


def make_worker(name: str, seen_at: datetime, **fields: object) -> Worker:
    """Store a worker."""
    return Worker.objects.create(
        **{
            "name": name,
            "version": "0.1.0",
            "processes": 2,
            "threads": 64,
            "started_at": seen_at - timedelta(hours=1),
            "seen_at": seen_at,
            **fields,
        }
    )


def make_process(name: str, seen_at: datetime, **fields: object) -> WorkerShift:
    """Store a process in its shift."""
    return WorkerShift.objects.create(
        **{
            "worker": name,
            "version": "0.1.0",
            "started_at": seen_at - timedelta(seconds=10),
            "seen_at": seen_at,
            "accepting_until": seen_at,
            **fields,
        }
    )


def test_the_living_are_counted_with_what_they_can_send(staff: Client) -> None:
    now = timezone.now()
    make_worker("one.example/11", now)
    make_worker("two.example/12", now, processes=4)
    make_process("one.example/21", now, in_flight=41, attempts=1_234, lanes=3)

    page = staff.get(reverse(PAGE))

    assert (page.context["living"], page.context["slots"]) == (2, 384)
    assert page.context["in_flight"] == 41
    [line] = page.context["processes"]
    assert (line.host, line.pid, line.rate) == ("one.example", "21", "123.4")
    assert "No worker lives" not in page.content.decode()


def test_a_silent_worker_is_red_comes_first_and_says_what_to_do(staff: Client) -> None:
    now = timezone.now()
    make_worker("well.example/11", now)
    make_worker("lost.example/12", now - timedelta(minutes=4))

    page = staff.get(reverse(PAGE))

    first = page.context["workers"][0]
    assert (first.host, first.is_wrong) == ("lost.example", True)
    assert '<span class="badge bad">Silent</span>' in first.state
    assert "Look whether lost.example runs" in page.content.decode()


def test_a_stopped_worker_is_missed_by_nobody(staff: Client) -> None:
    now = timezone.now()
    make_worker("well.example/11", now)
    long_ago = now - timedelta(hours=3)
    make_worker("gone.example/12", long_ago, stopped_at=long_ago)

    page = staff.get(reverse(PAGE))

    assert not any(line.is_wrong for line in page.context["workers"])
    assert "Stopped" in page.content.decode()


def test_a_process_that_died_in_its_shift_is_told_from_one_that_waits(
    staff: Client,
) -> None:
    then = timezone.now() - timedelta(minutes=1)
    make_process("one.example/21", then)
    make_process("one.example/22", then, ended_at=then)

    page = staff.get(reverse(PAGE))

    died, waits = page.context["processes"]
    assert (died.pid, "Died" in died.state) == ("21", True)
    assert (waits.pid, "Waits for work" in waits.state) == ("22", True)


def test_different_versions_are_noticed(staff: Client) -> None:
    now = timezone.now()
    make_worker("one.example/11", now)
    make_worker("two.example/12", now, version="0.2.0")

    page = staff.get(reverse(PAGE)).content.decode()

    assert "0.1.0, 0.2.0" in page
    assert "An upgrade is under way, or was not finished." in page


def test_without_a_worker_the_page_says_how_to_start_one(staff: Client) -> None:
    page = staff.get(reverse(PAGE)).content.decode()

    assert "No worker lives: nothing is sent, and nothing is lost." in page
    assert "manage.py worker" in page


def test_affiliates_do_not_see_the_page(sign_in: Callable[[User], Client]) -> None:
    make_worker("one.example/11", timezone.now())
    client = sign_in(make_user("mia", affiliate=make_affiliate()))

    assert client.get(reverse(PAGE)).status_code == 403


@pytest.mark.parametrize("role", ["viewer", "operator", "account_manager"])
def test_every_role_of_ours_sees_the_page(
    sign_in: Callable[[User], Client], role: str
) -> None:
    assert sign_in(make_user("vic", role=role)).get(reverse(PAGE)).status_code == 200
