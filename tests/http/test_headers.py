"""Headers: what is sent, what is refused, and how answers are read."""

import tomllib
from pathlib import Path

import pytest

from apps.core.http import (
    USER_AGENT,
    ForbiddenTargetError,
    OutboundRequest,
    Response,
    send,
)
from tests.http.conftest import StartPeer
from tests.http.peers import answer_ok, answer_with

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "value",
    [
        "a\r\nX-Evil: 1",
        "a\nX-Evil: 1",
        "a\rb",
        "a\0b",
        "a\x0bb",
        "a\x7fb",
        "a\u2028b",
        "€",
    ],
)
def test_a_value_that_could_start_a_new_header_is_refused(
    value: str, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok)

    with pytest.raises(ForbiddenTargetError) as error:
        send(OutboundRequest("GET", peer.url(), headers={"X-Lead": value}))

    assert str(error.value) == (
        "The value of the header X-Lead contains a line break or another character "
        "that is not allowed there."
    )
    assert peer.connections == 0


@pytest.mark.parametrize(
    "name", ["", "X Lead", "X:Lead", "X\r\nLead", "X\0", "Ключ", "é"]
)
def test_a_name_that_is_not_a_token_is_refused(
    name: str, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok)

    with pytest.raises(ForbiddenTargetError):
        send(OutboundRequest("GET", peer.url(), headers={name: "x"}))

    assert peer.connections == 0


@pytest.mark.parametrize(
    "name",
    ["Host", "host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
     "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Upgrade", "Expect"],
)  # fmt: skip
def test_a_header_of_the_connection_is_refused(
    name: str, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok)

    with pytest.raises(ForbiddenTargetError) as error:
        send(OutboundRequest("GET", peer.url(), headers={name: "x"}))

    assert str(error.value) == f"The header {name} is set by the sender itself."
    assert peer.connections == 0


@pytest.mark.parametrize("method", ["", "get", "GET /x", "GET\r\n", "G\0T", "POST:"])
def test_a_method_that_is_not_a_word_is_refused(
    method: str, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok)

    with pytest.raises(ForbiddenTargetError):
        send(OutboundRequest(method, peer.url()))

    assert peer.connections == 0


def test_the_bytes_of_a_request(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)
    headers = {"X-Postback-Id": "9001:17", "Content-Type": "application/json"}

    send(OutboundRequest("POST", peer.url("/pb?a=b"), headers=headers, body=b'{"a":1}'))

    assert peer.requests[0].head.decode().split("\r\n") == [
        "POST /pb?a=b HTTP/1.1",
        f"Host: 127.0.0.1:{peer.port}",
        f"User-Agent: {USER_AGENT}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "X-Postback-Id: 9001:17",
        "Content-Type: application/json",
        "Content-Length: 7",
    ]
    assert peer.requests[0].body == b'{"a":1}'


def test_a_given_header_replaces_the_default_in_any_case(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)

    send(OutboundRequest("GET", peer.url(), headers={"user-agent": "Mozilla/5.0 é"}))

    assert peer.requests[0].headers["user-agent"] == "Mozilla/5.0 é"
    assert USER_AGENT.encode() not in peer.requests[0].head


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [
        ("GET", None, None),
        ("POST", None, "0"),
        ("POST", b"", "0"),
        ("DELETE", b"x", "1"),
    ],
)
def test_the_length_of_the_body_is_told(
    method: str, body: bytes | None, length: str | None, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok)

    send(OutboundRequest(method, peer.url(), body=body))

    assert peer.requests[0].headers.get("content-length") == length


def test_the_user_agent_tells_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert f"{project['name']}/{project['version']}" == USER_AGENT


def test_headers_of_an_answer_match_in_any_case_and_hold_no_control_characters(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(
        answer_with(
            b"HTTP/1.1 200 OK\r\nRetry-After: 120\r\nX-Twice: a\r\nx-twice: b\r\n"
            b"X-Folded: a\r\n  b\r\nX-Zero: a\0b\r\nno colon\r\nb\0d: x\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
    )

    headers = send(OutboundRequest("GET", peer.url())).headers

    assert (headers["retry-after"], headers["Retry-After"]) == ("120", "120")
    assert (headers["X-Twice"], headers["X-Folded"]) == ("a, b", "a b")
    assert headers["X-Zero"] == "a b"
    assert len(headers) == 5


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", "é €".encode(), "é €"),
        ("text/plain", b"a\0b\xff", "ab\ufffd"),
        ("text/html; charset=ISO-8859-1", b"\xe9", "é"),
        ('text/html; Charset="windows-1251"', b"\xcf", "П"),
        ("text/plain; charset=no-such-thing", "é".encode(), "é"),
        ("text/plain; charset=unicode_escape", rb"\ud800", r"\ud800"),
        ("text/plain; charset=utf-7", b"+2AE-", "+2AE-"),
        ("text/plain; charset=hex", b"41", "41"),
    ],
)
def test_the_text_of_an_answer_can_always_be_stored(
    content_type: str, body: bytes, text: str
) -> None:
    response = Response(200, {"Content-Type": content_type}, body, False, "8.8.8.8", 1)

    assert response.text == text
