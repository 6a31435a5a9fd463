"""Nothing around a request changes it: no redirect, netrc, proxy or cookie."""

import os
from pathlib import Path

import pytest

from apps.core.http import OutboundRequest, send
from tests.http.conftest import StartPeer
from tests.http.peers import answer_and_wait, answer_ok, answer_with

PROXY_VARIABLES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(
    status: int, start_peer: StartPeer
) -> None:
    elsewhere = start_peer(answer_ok)
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.url('/new')}\r\n"
    peer = start_peer(answer_with(f"{head}Content-Length: 0\r\n\r\n".encode()))

    response = send(OutboundRequest("GET", peer.url()))

    assert response.status_code == status
    assert response.headers["Location"] == elsewhere.url("/new")
    assert elsewhere.connections == 0


def test_netrc_does_not_replace_the_authorization(
    start_peer: StartPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password thief\n")
    monkeypatch.setenv("NETRC", os.fspath(netrc))
    peer = start_peer(answer_ok)

    send(OutboundRequest("GET", peer.url(), headers={"Authorization": "Bearer real"}))
    send(OutboundRequest("GET", peer.url()))

    assert peer.requests[0].headers["authorization"] == "Bearer real"
    assert "authorization" not in peer.requests[1].headers


def test_proxy_variables_are_ignored(
    start_peer: StartPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, peer = start_peer(answer_ok), start_peer(answer_ok)
    for variable in PROXY_VARIABLES:
        monkeypatch.setenv(variable, proxy.url())
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    send(OutboundRequest("GET", peer.url()))

    assert (proxy.connections, len(peer.requests)) == (0, 1)


def test_cookies_are_not_kept(start_peer: StartPeer) -> None:
    data = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    peer = start_peer(answer_and_wait(data))

    send(OutboundRequest("GET", peer.url()))
    send(OutboundRequest("GET", peer.url()))

    assert peer.connections == 1
    assert "cookie" not in peer.requests[1].headers


@pytest.mark.parametrize("status", [429, 503])
def test_a_failure_is_not_retried(status: int, start_peer: StartPeer) -> None:
    head = f"HTTP/1.1 {status} No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
    peer = start_peer(answer_and_wait(head.encode()))

    send(OutboundRequest("GET", peer.url()))

    assert len(peer.requests) == 1


def test_a_forked_process_uses_connections_of_its_own(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)
    send(OutboundRequest("GET", peer.url("/parent")))

    child = os.fork()
    if child == 0:
        send(OutboundRequest("GET", peer.url("/child")))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    send(OutboundRequest("GET", peer.url("/parent")))

    assert os.waitstatus_to_exitcode(status) == 0
    assert [request.path for request in peer.requests] == [
        "/parent",
        "/child",
        "/parent",
    ]
    assert peer.connections == 2
