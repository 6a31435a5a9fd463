"""Two at the same moment with the same code: one of them gets in."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.accounts.models import TwoStep
from apps.accounts.two_step import TRIES, use_code
from tests.accounts.phones import shown, switched_on, wrong
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


def right_ones(two_step: TwoStep, code: str) -> int:
    """Return for how many of those who try ``code`` at once it is right."""
    start = Barrier(AT_ONCE)

    def attempt(_: int) -> bool:
        try:
            start.wait(timeout=20)
            return use_code(two_step, code, NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(attempt, range(AT_ONCE)))


def test_a_code_used_by_many_at_once_is_right_for_one() -> None:
    two_step, codes = switched_on(make_user(), NOON)

    assert right_ones(two_step, shown(two_step, NOON)) == 1
    assert right_ones(two_step, codes[0]) == 1


def test_no_guess_escapes_the_count_when_many_are_made_at_once() -> None:
    two_step, _ = switched_on(make_user(), NOON)
    TwoStep.objects.update(tries=TRIES - 3, tried_at=NOON)

    right_ones(two_step, wrong(two_step, NOON))

    two_step.refresh_from_db()
    assert two_step.tries == TRIES
