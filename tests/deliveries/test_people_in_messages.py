"""What a partner says of a person stays with the attempt (R230)."""

from types import SimpleNamespace

from apps.actions.base import Judgement, Outcome
from apps.deliveries.signalling import signal_of
from tests.factories import NOON


def test_what_goes_into_alerts_names_nobody() -> None:
    """Alerts are sent to Slack and by e-mail, and outlive an erasure."""
    row = SimpleNamespace(
        destination_id=1,
        destination_failures=0,
        rule_id=2,
        rule_failures=0,
        disable_after=100,
        kind="live",
        replay_id=None,
        ticket="",
    )
    said = "jane@x.example and 4930555012 are on no list."
    judgement = Judgement(Outcome.PERMANENT, said)
    result = SimpleNamespace(judgement=judgement, response_status=422)

    signal = signal_of(row, result, NOON)  # type: ignore[arg-type]

    assert signal.message == "•••• and •••• are on no list."
