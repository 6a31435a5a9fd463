"""Setting up, renewing and switching off the second step; losing the telephone."""

from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.accounts.models import RecoveryCode, TwoStep, User
from apps.accounts.two_step import enrolment, has_two_step
from tests.accounts.phones import shown, switched_on, wrong
from tests.factories import make_affiliate, make_user

pytestmark = pytest.mark.django_db

PAGE = "/admin/account/two-step/"
PASSWORD = "secret"
SignIn = Callable[[User], Client]


@pytest.fixture
def ada() -> User:
    """Return an operator: everybody has the page, not only administrators."""
    return make_user("ada", role="operator")


def text(response: Any) -> str:
    """Return the page as it is sent."""
    return str(response.content.decode())


def test_setting_it_up_shows_the_secret_and_then_the_recovery_codes_once(
    sign_in: SignIn, ada: User
) -> None:
    client = sign_in(ada)
    begun = text(client.post(PAGE, {"step": "begin"}, follow=True))
    told = enrolment(TwoStep.objects.get())

    code = shown(TwoStep.objects.get())
    done = client.post(PAGE, {"step": "confirm", "code": code, "password": PASSWORD})
    afterwards = text(client.get(PAGE))

    assert told.secret in begun
    assert "otpauth://totp/Postbacks:ada?" in begun
    assert '<svg class="qr"' in begun
    codes = done.context["codes"]
    assert all(code in text(done) for code in codes)
    assert "no-store" in done["Cache-Control"]
    assert "10 recovery codes left" in afterwards
    for secret in (told.secret, told.uri, *codes):
        assert secret not in afterwards
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("missing", ["code", "password"])
def test_it_is_not_on_before_code_and_password_are_right(
    sign_in: SignIn, ada: User, missing: str
) -> None:
    client = sign_in(ada)
    client.post(PAGE, {"step": "begin"})
    two_step = TwoStep.objects.get()
    given = {"step": "confirm", "code": shown(two_step), "password": PASSWORD}
    given[missing] = wrong(two_step) if missing == "code" else "another"

    response = client.post(PAGE, given)

    assert "errorlist" in text(response)
    assert not has_two_step(ada)


def test_one_who_thinks_better_of_it_leaves_nothing_behind(
    sign_in: SignIn, ada: User
) -> None:
    client = sign_in(ada)
    client.post(PAGE, {"step": "begin"})

    client.post(PAGE, {"step": "stop"})

    assert not TwoStep.objects.exists()


@pytest.mark.parametrize("proof", ["password", "code"])
def test_it_is_switched_off_with_the_password_or_a_code(
    sign_in: SignIn, ada: User, proof: str
) -> None:
    client = sign_in(ada)
    two_step, _ = switched_on(ada)
    given = PASSWORD if proof == "password" else shown(two_step)

    client.post(PAGE, {"step": "off", "password": given})

    assert not has_two_step(ada)
    assert not RecoveryCode.objects.exists()


@pytest.mark.parametrize("step", ["off", "codes", "stop", "begin", "confirm"])
def test_nothing_of_it_changes_for_who_only_has_the_session(
    sign_in: SignIn, ada: User, step: str
) -> None:
    client = sign_in(ada)
    switched_on(ada)
    before = (TwoStep.objects.values().get(), list(RecoveryCode.objects.values()))

    client.post(PAGE, {"step": step, "password": "guess", "code": "123456"})

    assert before == (
        TwoStep.objects.values().get(),
        list(RecoveryCode.objects.values()),
    )
    assert has_two_step(ada)


def test_guesses_on_this_page_lock_out_as_those_at_the_door(
    sign_in: SignIn, ada: User, settings: Any
) -> None:
    client = sign_in(ada)
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    switched_on(ada)

    answers = [
        client.post(PAGE, {"step": "off", "password": "guess"}) for _ in range(3)
    ]

    assert answers[-1].status_code == 429


def test_new_recovery_codes_replace_the_old_ones(sign_in: SignIn, ada: User) -> None:
    client = sign_in(ada)
    _, old = switched_on(ada)

    response = client.post(PAGE, {"step": "codes", "password": PASSWORD})

    new = response.context["codes"]
    assert not set(new) & set(old)
    assert RecoveryCode.objects.count() == len(new) == 10


def test_a_lost_telephone_an_administrator_removes_it_and_the_audit_log_tells(
    sign_in: SignIn, ada: User
) -> None:
    two_step, _ = switched_on(ada)
    boss = sign_in(make_user("boss", role="admin"))
    url = reverse("admin:accounts_user_remove-two-step", args=[ada.pk])
    user_page = text(boss.get(reverse("admin:accounts_user_change", args=[ada.pk])))

    slip = boss.post(url, {"typed": "bob"})
    boss.post(url, {"typed": "ada"})

    assert "Remove two-step sign-in" in user_page
    assert "Nothing was changed" in text(slip)
    assert not has_two_step(ada)
    entry = LogEntry.objects.get(content_type__model="twostep", action=2)
    assert entry.actor is not None
    assert entry.actor.get_username() == "boss"
    assert "ada" in entry.object_repr
    assert two_step.sealed_secret not in str(entry.changes)


def test_the_audit_log_never_holds_the_secret(sign_in: SignIn, ada: User) -> None:
    client = sign_in(ada)
    two_step, _ = switched_on(ada)
    client.post(PAGE, {"step": "off", "password": PASSWORD})

    for entry in LogEntry.objects.filter(content_type__model="twostep"):
        assert two_step.sealed_secret not in str(entry.changes)
        assert "sealed_secret" not in str(entry.changes)


def test_who_cannot_change_users_cannot_remove_anybodys(
    sign_in: SignIn, ada: User
) -> None:
    """R224: an affiliate's user does not even learn who there is."""
    switched_on(ada)
    url = reverse("admin:accounts_user_remove-two-step", args=[ada.pk])
    manager = make_user("manager", role="account_manager")
    partner = make_user("partner", affiliate=make_affiliate())

    for user in (manager, partner):
        response = sign_in(user).post(url, {"typed": "ada"})
        assert response.status_code in (302, 403)

    assert has_two_step(ada)


def test_only_a_superuser_touches_a_superuser(sign_in: SignIn) -> None:
    """Neither the second step nor the password: either would be worth the rights."""
    root = make_user("root", role="admin", is_superuser=True)
    switched_on(root)
    boss = sign_in(make_user("boss", role="admin"))

    removed = boss.post(
        reverse("admin:accounts_user_remove-two-step", args=[root.pk]),
        {"typed": "root"},
    )
    password = boss.get(reverse("admin:auth_user_password_change", args=[root.pk]))
    deleted = boss.post(reverse("admin:accounts_user_delete", args=[root.pk]))
    many = boss.post(
        reverse("admin:accounts_user_changelist"),
        {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"},
    )

    answers = (removed, password, deleted, many)
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert has_two_step(root)


def test_administrators_remove_their_own_on_their_own_page_only(
    sign_in: SignIn,
) -> None:
    """There a password or a code is asked for."""
    boss = make_user("boss", role="admin")
    switched_on(boss)
    url = reverse("admin:accounts_user_remove-two-step", args=[boss.pk])

    response = sign_in(boss).post(url, {"typed": "boss"})

    assert response["Location"] == PAGE
    assert has_two_step(boss)


def test_where_it_is_required_staff_get_no_further_without(
    sign_in: SignIn, ada: User, settings: Any
) -> None:
    settings.REQUIRE_TWO_STEP = True
    client = sign_in(ada)

    overview = client.get("/admin/", follow=True)
    log = client.get(reverse("admin:tracking_event_changelist"))

    assert overview.redirect_chain[-1][0] == PAGE
    assert "this installation requires it" in text(overview)
    assert log["Location"] == PAGE
    assert client.get("/api/v1/offers").status_code == 401
    assert client.get("/admin/account/").status_code == 200
    assert client.post("/admin/logout/").status_code == 200


def test_where_it_is_required_those_who_have_it_go_on_and_cannot_switch_it_off(
    sign_in: SignIn, ada: User, settings: Any
) -> None:
    settings.REQUIRE_TWO_STEP = True
    client = sign_in(ada)
    switched_on(ada)

    client.post(PAGE, {"step": "off", "password": PASSWORD})

    assert client.get("/admin/").status_code == 200
    assert client.get("/api/v1/offers").status_code == 200
    assert "cannot be switched off" in text(client.get(PAGE))
    assert has_two_step(ada)


def test_where_it_is_required_affiliates_may_do_without(
    sign_in: SignIn, settings: Any
) -> None:
    settings.REQUIRE_TWO_STEP = True
    client = sign_in(make_user("partner", affiliate=make_affiliate()))

    assert client.get("/admin/").status_code == 200
