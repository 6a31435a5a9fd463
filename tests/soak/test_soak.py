"""The soak in short: what ``make soak`` does, with fewer faults."""

import subprocess
import sys

import pytest
from django.conf import settings

SECONDS = 15


@pytest.mark.processes
def test_nothing_is_lost_or_repeated_unsaid_while_everything_fails_in_turn() -> None:
    """DESIGN §4.1 to §4.4: what was acknowledged is stored, sent and told of."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--short", "--seconds", str(SECONDS)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "BROKEN" not in done.stdout
