"""Codes of a telephone and recovery codes: right, once, and not for guessing."""

import base64
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from apps.accounts.models import RecoveryCode, TwoStep, hash_token
from apps.accounts.two_step import (
    TRIES,
    TRIES_AGAIN_AFTER,
    begin,
    confirm,
    enrolment,
    has_two_step,
    use_code,
)
from apps.core.secret_box import seal
from tests.accounts.phones import shown, switched_on, wrong
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_of_rfc_6238_are_right(second: int, code: str) -> None:
    """Appendix B, the last six of its eight digits."""
    two_step = TwoStep.objects.create(
        user=make_user(), sealed_secret=seal({"secret": RFC_SECRET})
    )

    assert use_code(two_step, code, datetime.fromtimestamp(second, UTC))


def test_a_code_is_right_only_once() -> None:
    two_step, _ = switched_on(make_user(), NOON)
    code = shown(two_step, NOON)

    assert use_code(two_step, code, NOON)
    assert not use_code(two_step, code, NOON)
    assert not use_code(two_step, code, NOON + timedelta(seconds=20))


def test_the_code_that_switched_it_on_is_used_up() -> None:
    two_step = begin(make_user())
    code = shown(two_step, NOON)

    assert confirm(two_step, code, NOON)
    assert not use_code(two_step, code, NOON)


def test_after_a_newer_code_an_older_one_is_not_right() -> None:
    two_step, _ = switched_on(make_user(), NOON - timedelta(minutes=5))

    assert use_code(two_step, shown(two_step, NOON, steps=1), NOON)
    assert not use_code(two_step, shown(two_step, NOON), NOON)


@pytest.mark.parametrize(
    ("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_the_clock_of_a_telephone_may_be_a_step_off(steps: int, is_right: bool) -> None:
    two_step, _ = switched_on(make_user(), NOON - timedelta(hours=1))

    assert use_code(two_step, shown(two_step, NOON, steps=steps), NOON) is is_right


def test_spaces_in_a_code_do_not_matter() -> None:
    two_step, _ = switched_on(make_user(), NOON)
    code = shown(two_step, NOON)

    assert use_code(two_step, f" {code[:3]} {code[3:]} ", NOON)


def test_a_recovery_code_is_right_once_however_it_is_typed() -> None:
    two_step, codes = switched_on(make_user(), NOON)

    assert use_code(two_step, codes[0].upper().replace("-", " "), NOON)
    assert not use_code(two_step, codes[0], NOON)
    assert use_code(two_step, codes[1], NOON)


def test_a_recovery_code_of_somebody_else_is_not_right() -> None:
    two_step, _ = switched_on(make_user("ada"), NOON)
    _, codes = switched_on(make_user("bob"), NOON)

    assert not use_code(two_step, codes[0], NOON)


def test_neither_secret_nor_recovery_codes_are_stored_in_the_clear() -> None:
    two_step, codes = switched_on(make_user(), NOON)
    told = enrolment(two_step)
    plain = codes[0].replace("-", "")

    assert told.secret not in two_step.sealed_secret
    assert told.secret in told.uri
    stored = set(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert len(stored) == 10
    assert hash_token(plain) in stored
    assert plain not in stored


def test_it_counts_only_when_a_right_code_confirmed_it() -> None:
    user = make_user()
    two_step = begin(user)

    assert not has_two_step(user)
    assert confirm(two_step, wrong(two_step, NOON), NOON) is None
    assert not has_two_step(user)
    assert confirm(two_step, shown(two_step, NOON), NOON)
    assert has_two_step(user)


def test_beginning_again_makes_a_new_secret_but_never_replaces_a_confirmed_one() -> (
    None
):
    user = make_user()
    first = enrolment(begin(user)).secret

    second = enrolment(begin(user)).secret
    confirmed, _ = switched_on(user, NOON)

    assert first != second
    assert enrolment(begin(user)).secret == enrolment(confirmed).secret
    assert has_two_step(user)


def test_guessing_digits_ends_though_recovery_codes_go_on() -> None:
    """Whoever has the password and many addresses has a lock-out at each of them."""
    two_step, codes = switched_on(make_user(), NOON)
    guess = wrong(two_step, NOON)

    for _ in range(TRIES):
        assert not use_code(two_step, guess, NOON)

    assert not use_code(two_step, shown(two_step, NOON), NOON)
    assert use_code(two_step, codes[0], NOON)
    later = NOON + TRIES_AGAIN_AFTER + timedelta(seconds=1)
    assert use_code(two_step, shown(two_step, later), later)


def test_a_right_code_forgets_the_wrong_ones() -> None:
    two_step, _ = switched_on(make_user(), NOON)
    for _ in range(3):
        use_code(two_step, wrong(two_step, NOON), NOON)

    use_code(two_step, shown(two_step, NOON), NOON)

    two_step.refresh_from_db()
    assert two_step.tries == 0


def test_the_secret_survives_a_change_of_the_sealing_key() -> None:
    new = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldyE="
    two_step, _ = switched_on(make_user(), NOON)
    secret = enrolment(two_step).secret

    from_now_on = [new, "ZGV2ZWxvcG1lbnQtb25seS1zZWNyZXQtYm94LWtleSE="]
    with override_settings(SECRET_BOX_KEYS=from_now_on):
        assert enrolment(two_step).secret == secret


def test_a_command_removes_it_for_the_only_administrator() -> None:
    user = make_user("ada", role="admin")
    switched_on(user)

    call_command("remove_two_step", "ada", stdout=StringIO())

    assert not has_two_step(user)
    with pytest.raises(CommandError, match="Nobody named ada has two-step"):
        call_command("remove_two_step", "ada")
