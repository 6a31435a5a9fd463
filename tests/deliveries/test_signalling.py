"""What the answers of mail servers tell of them: refusals are no trouble of theirs."""

from types import SimpleNamespace

import pytest

from apps.actions.base import AttemptResult, Judgement, Outcome
from apps.deliveries.signalling import signal_of
from apps.deliveries.states import DeliveryKind
from tests.factories import NOON

ROW = SimpleNamespace(
    destination_id=1,
    rule_id=2,
    destination_failures=0,
    rule_failures=0,
    disable_after=None,
    kind=DeliveryKind.LIVE,
    replay_id=None,
    ticket="",
)


@pytest.mark.parametrize(
    ("outcome", "status", "is_failure"),
    [
        (Outcome.PERMANENT, 550, False),
        (Outcome.RETRY, 451, False),
        (Outcome.AUTH, 535, False),
        (Outcome.RETRY, 421, True),
        (Outcome.RETRY, 554, True),
        (Outcome.AMBIGUOUS, None, True),
    ],
)
def test_only_trouble_of_the_mail_server_itself_counts_for_the_breaker(
    outcome: Outcome, status: int | None, is_failure: bool
) -> None:
    """An unknown recipient must not stop everybody's mail."""
    result = AttemptResult(Judgement(outcome), response_status=status)

    contact = signal_of(ROW, result, NOON).contact

    assert contact is not None
    assert contact.is_failure is is_failure
