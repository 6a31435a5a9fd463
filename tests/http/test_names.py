"""Names: looked up once, refused as a whole, and never waited for too long."""

import threading
import time

import pytest

from apps.core import resolving
from apps.core.deadlines import Deadline
from apps.core.http import (
    ForbiddenTargetError,
    NotSentError,
    OutboundError,
    OutboundRequest,
    send,
)
from apps.core.resolving import SocketAddress
from tests.http.conftest import SetNames, StartPeer, socket_address
from tests.http.peers import answer_ok


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1", "10.0.0.1"],
        ["10.0.0.1", "127.0.0.1"],
        ["127.0.0.1", "fd00::1"],
        ["fd00::1", "127.0.0.1"],
        ["127.0.0.1", "::1", "64:ff9b::a00:1"],
        ["127.0.0.1"] * 9 + ["169.254.169.254"],
    ],
)
def test_one_forbidden_answer_refuses_the_name(
    answers: list[str], start_peer: StartPeer, set_names: SetNames
) -> None:
    peer = start_peer(answer_ok)
    set_names({"mixed.example": answers})

    with pytest.raises(ForbiddenTargetError):
        send(OutboundRequest("GET", f"http://mixed.example:{peer.port}/"))

    assert peer.connections == 0


def test_the_connection_goes_to_the_checked_answer_and_no_second_one_is_asked_for(
    start_peer: StartPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = start_peer(answer_ok)
    answers = iter(["127.0.0.1", "10.0.0.1"])

    def rebind(host: str, port: int) -> list[SocketAddress]:
        return [socket_address(next(answers), port)]

    monkeypatch.setattr(resolving, "look_up", rebind)

    response = send(OutboundRequest("GET", f"http://rebind.example:{peer.port}/a"))

    assert response.address == "127.0.0.1"
    assert peer.requests[0].headers["host"] == f"rebind.example:{peer.port}"
    assert list(answers) == ["10.0.0.1"]


def test_the_next_address_is_tried_when_the_first_refuses(
    start_peer: StartPeer, set_names: SetNames
) -> None:
    peer = start_peer(answer_ok)  # Listens on 127.0.0.1 only.
    set_names({"partner.example": ["::1", "127.0.0.1"]})

    response = send(OutboundRequest("GET", f"http://partner.example:{peer.port}/"))

    assert response.address == "127.0.0.1"


def test_localhost_is_resolved_by_the_system(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)

    response = send(OutboundRequest("GET", f"http://localhost:{peer.port}/"))

    assert response.status_code == 200


@pytest.mark.parametrize("names", [{}, {"unknown.example": []}])
def test_an_unknown_name_was_not_sent(
    names: dict[str, list[str]], set_names: SetNames
) -> None:
    set_names(names)

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", "http://unknown.example/?token=secret"))

    assert str(error.value) == (
        "The name unknown.example cannot be resolved. Check its spelling."
    )
    assert error.value.address is None


def test_a_stalled_look_up_ends_at_the_deadline(stalled_names: list[str]) -> None:
    started = time.monotonic()

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", "http://stall-a.example/", deadline_seconds=0.3))

    assert time.monotonic() - started <= 0.8
    assert str(error.value) == (
        "The name stall-a.example was not resolved within 0.3 seconds."
    )


def test_requests_for_the_same_stalled_name_share_one_look_up(
    stalled_names: list[str],
) -> None:
    failures: list[OutboundError] = []

    def attempt() -> None:
        try:
            send(
                OutboundRequest("GET", "http://stall-b.example/", deadline_seconds=0.3)
            )
        except OutboundError as error:
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(failures) == 16
    assert stalled_names == ["stall-b.example"]


def test_a_numeric_address_needs_no_look_up(
    start_peer: StartPeer, set_names: SetNames
) -> None:
    peer = start_peer(answer_ok)
    asked = set_names({})

    send(OutboundRequest("GET", peer.url()))

    assert asked == []


def test_look_ups_that_hang_leave_a_bounded_number_of_threads(
    stalled_names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = resolving.Resolver()
    before = threading.active_count()

    for number in range(resolving.LOOKUPS_MAX + 5):
        with pytest.raises(TimeoutError):
            resolver.resolve(f"stall-{number}.example", 80, Deadline.after(0.01))

    assert len(stalled_names) <= resolving.LOOKUPS_MAX
    assert threading.active_count() - before <= resolving.LOOKUPS_MAX


def test_a_machine_without_a_free_thread_fails_the_look_up_and_not_the_next_one(
    set_names: SetNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    set_names({"partner.example": ["127.0.0.1"]})
    resolver = resolving.Resolver()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        with pytest.raises(OSError, match="can't start new thread"):
            resolver.resolve("partner.example", 80, Deadline.after(1))

    answers = resolver.resolve("partner.example", 80, Deadline.after(1))

    assert [answer.ip for answer in answers] == ["127.0.0.1"]
