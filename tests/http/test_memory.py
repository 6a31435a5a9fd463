"""Whatever a peer sends, the process that asked grows by less than 10 MiB."""

import json
import subprocess
import sys

import pytest

from tests.house.tree import ROOT
from tests.http import flooding
from tests.http.conftest import StartPeer
from tests.http.hungry_client import ATTEMPTS
from tests.http.peers import Behaviour, answer_ok

GROWTH_BYTES_MAX = 10 * 1024 * 1024
CUT = f"{64 * 1024} of more"


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (flooding.stream_for_ever, CUT),
        (flooding.send_gzip_bombs, CUT),
        (flooding.send_header_block_of_a_mebibyte, "MaybeSentError"),
        (flooding.send_endless_header_line, "MaybeSentError"),
        (flooding.send_endless_chunk_extension, "MaybeSentError"),
        (flooding.send_endless_trailers, "MaybeSentError"),
    ],
)
def test_the_resident_memory_grows_by_less_than_ten_mebibytes(
    behaviour: Behaviour, result: str, start_peer: StartPeer
) -> None:
    small, large = start_peer(answer_ok), start_peer(behaviour)
    program = [sys.executable, "-m", "tests.http.hungry_client"]

    done = subprocess.run(
        [*program, small.url(), large.url()],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )

    measured = json.loads(done.stdout)
    assert measured["results"] == [result] * ATTEMPTS
    assert measured["grown"] < GROWTH_BYTES_MAX
