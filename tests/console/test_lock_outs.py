"""After some failures nothing is looked at any more; the page says until when."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import sync_roles
from tests.accounts.phones import shown, switched_on, wrong
from tests.console.test_sign_in import CODE, LOGIN, give_password, is_signed_in
from tests.factories import make_affiliate, make_user

pytestmark = pytest.mark.django_db

LIMIT = 3
LIST = "/admin/axes/accessattempt/"


@pytest.fixture(autouse=True)
def _locking(settings: Any) -> None:
    """Lock out after three failures, for a quarter of an hour."""
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = LIMIT
    settings.AXES_COOLOFF_TIME = 0.25
    sync_roles()


@pytest.fixture
def ada() -> User:
    """Return an administrator."""
    return make_user("ada", role="admin")


def fail(client: Client, times: int = LIMIT, username: str = "ada") -> Any:
    """Return the answer to the last of so many wrong passwords."""
    answer: Any = None
    for _ in range(times):
        answer = client.post(LOGIN, {"username": username, "password": "wrong"})
    return answer


def later(minutes: float) -> Any:
    """Let axes and the page believe that so many minutes have passed."""
    moment = timezone.now() + timedelta(minutes=minutes)
    return patch("django.utils.timezone.now", return_value=moment), patch(
        "axes.handlers.proxy.now", return_value=moment
    )


def test_a_locked_out_name_is_not_let_in_even_with_the_right_password(
    client: Client, ada: User
) -> None:
    response = fail(client)
    again = give_password(client)

    page = again.content.decode()
    assert (response.status_code, again.status_code) == (429, 429)
    assert "Sign-in is locked" in page
    assert "for <b>ada</b>" in page
    assert "Failed sign-ins" in page
    assert 0 < int(again["Retry-After"]) <= 900
    assert not is_signed_in(client)


def test_the_page_says_the_same_of_a_name_that_does_not_exist(client: Client) -> None:
    answer = fail(client, username="nobody")

    assert answer.status_code == 429
    assert "for <b>nobody</b>" in answer.content.decode()


def test_one_failure_less_locks_nobody_out(client: Client, ada: User) -> None:
    fail(client, LIMIT - 1)

    assert give_password(client).status_code == 302


def test_signing_in_forgets_the_failures_before(client: Client, ada: User) -> None:
    fail(client, LIMIT - 1)
    give_password(client)

    assert fail(Client(), LIMIT - 1).status_code == 200


def test_the_right_password_alone_forgets_nothing(client: Client, ada: User) -> None:
    """Or whoever has it would have as many guesses at the code as they like."""
    two_step, _ = switched_on(ada)
    for _ in range(LIMIT - 1):
        give_password(client)
        client.post(CODE, {"code": wrong(two_step)})

    assert give_password(client).status_code == 302
    assert client.post(CODE, {"code": wrong(two_step)}).status_code == 429
    assert client.post(CODE, {"code": shown(two_step)}).status_code == 429
    assert give_password(client).status_code == 429


def test_other_names_and_other_addresses_are_not_locked_out(
    client: Client, ada: User
) -> None:
    make_user("bob", role="admin")
    fail(client)

    bob = client.post(LOGIN, {"username": "bob", "password": "secret"})
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")

    assert bob.status_code == 302
    assert give_password(elsewhere).status_code == 302


def test_behind_a_proxy_the_address_is_the_visitors(ada: User, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    guesser = Client(headers={"X-Forwarded-For": "198.51.100.4, 203.0.113.7"})
    other = Client(headers={"X-Forwarded-For": "203.0.113.8"})

    fail(guesser)

    assert AccessAttempt.objects.get().ip_address == "203.0.113.7"
    assert give_password(other).status_code == 302


def test_another_browser_at_the_same_address_counts_too(ada: User) -> None:
    answers = [
        fail(Client(headers={"User-Agent": f"browser {number}"}), 1)
        for number in range(LIMIT)
    ]

    assert answers[-1].status_code == 429


def test_it_ends_when_the_page_says_although_somebody_tries_meanwhile(
    client: Client, ada: User
) -> None:
    fail(client)
    fail(client, 2)
    now_10, axes_10 = later(10)
    with now_10, axes_10:
        still = give_password(client)
    now_16, axes_16 = later(16)
    with now_16, axes_16:
        free = give_password(client)

    assert still.status_code == 429
    assert int(still["Retry-After"]) <= 300
    assert free.status_code == 302


def test_an_administrator_lifts_it_and_the_audit_log_tells(
    client: Client, ada: User, sign_in: Callable[[User], Client]
) -> None:
    boss = sign_in(make_user("boss", role="admin"))
    fail(client)
    row = AccessAttempt.objects.get()

    listed = boss.get(LIST).content.decode()
    lifted = boss.post(
        LIST, {"action": "lift", "_selected_action": [row.pk]}, follow=True
    )

    assert "Locked until" in listed
    assert "Forgotten: failed sign-ins of «ada»" in lifted.content.decode()
    assert give_password(client).status_code == 302
    entry = LogEntry.objects.get(content_type__model="accessattempt")
    assert entry.actor is not None
    assert entry.actor.get_username() == "boss"
    assert entry.changes == {"failures of ada at 127.0.0.1": [LIMIT, 0]}


@pytest.mark.parametrize("role", ["account_manager", "operator", "viewer"])
def test_nobody_else_sees_or_lifts_lock_outs(
    client: Client, ada: User, sign_in: Callable[[User], Client], role: str
) -> None:
    fail(client)
    row = AccessAttempt.objects.get()
    other = sign_in(make_user("other", role=role))

    answer = other.post(LIST, {"action": "lift", "_selected_action": [row.pk]})

    assert answer.status_code == 403
    assert AccessAttempt.objects.filter(pk=row.pk).exists()


def test_a_user_of_an_affiliate_sees_no_lock_outs(
    client: Client, ada: User, sign_in: Callable[[User], Client]
) -> None:
    fail(client)
    partner = sign_in(make_user("partner", affiliate=make_affiliate()))

    assert partner.get(LIST).status_code == 403
