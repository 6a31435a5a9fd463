"""A URL is read strictly: what two programs could read differently is refused."""

import pytest

from apps.core.http import ForbiddenTargetError, OutboundRequest, destination_of, send
from apps.core.targets import FORBIDDEN_PORTS, split_url
from tests.http.conftest import StartPeer
from tests.http.peers import answer_ok


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("https://partner.example", "https://partner.example:443"),
        ("http://partner.example/a?b=c", "http://partner.example:80"),
        ("HTTPS://Partner.EXAMPLE:8443/A", "https://partner.example:8443"),
        ("https://partner.example:443/", "https://partner.example:443"),
        ("https://partner.example./", "https://partner.example:443"),
        ("http://my_tracker.example?x", "http://my_tracker.example:80"),
        ("http://xn--mnchen-3ya.example#top", "http://xn--mnchen-3ya.example:80"),
        ("http://8.8.8.8/", "http://8.8.8.8:80"),
        ("http://[2606:4700:0:0::1111]:8080/", "http://[2606:4700::1111]:8080"),
    ],
)
def test_the_destination_is_scheme_host_and_port(url: str, destination: str) -> None:
    assert destination_of(url) == destination


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "The URL cannot be read. It must look like https://partner.example/path."),
        ("/path", "The URL cannot be read. It must look like https://partner.example/path."),
        ("http://", "The URL cannot be read. It must look like https://partner.example/path."),
        ("http://x.example:/", "The URL cannot be read. It must look like https://partner.example/path."),
        ("http://x.example:65536/", "The URL cannot be read. It must look like https://partner.example/path."),
        ("http://münchen.example/", "The URL cannot be read. It must look like https://partner.example/path."),
        ("file:///etc/passwd", "The URL cannot be read. It must look like https://partner.example/path."),
        ("ftp://partner.example/", "The URL must start with http:// or https://."),
        ("https://a:b@partner.example/", "The URL contains a user name or password. Put credentials in a header."),
        ("https://partner.example@evil.example/", "The URL contains a user name or password. Put credentials in a header."),
        ("https://partner.example/a b", "The URL contains a character that must be percent-encoded."),
        ("https://partner.example/\r\nX: y", "The URL contains a character that must be percent-encoded."),
        ("https://partner.example/é", "The URL contains a character that must be percent-encoded."),
        ("https://partner..example/", "The host name in the URL is not a valid name."),
        (f"https://{'a.' * 127}example/", "The host name in the URL is not a valid name."),
    ],
)  # fmt: skip
def test_a_url_that_is_not_plain_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(ForbiddenTargetError) as error:
        destination_of(url)

    assert str(error.value) == sentence


@pytest.mark.parametrize("port", sorted(FORBIDDEN_PORTS))
def test_ports_of_other_protocols_are_refused(port: int) -> None:
    with pytest.raises(ForbiddenTargetError) as error:
        send(OutboundRequest("POST", f"http://127.0.0.1:{port}/", body=b"QUIT\r\n"))

    assert str(error.value) == (
        f"Port {port} is not allowed: it belongs to another protocol than HTTP."
    )


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://x.example", "/"),
        ("http://x.example?a=b", "/?a=b"),
        ("http://x.example/a/../b?c=%2F&d=%0D%0A#part", "/a/../b?c=%2F&d=%0D%0A"),
        ("http://x.example/a//b;c=d?e={f}|g", "/a//b;c=d?e={f}|g"),
    ],
)
def test_the_path_is_sent_as_it_is_without_the_fragment(url: str, path: str) -> None:
    assert split_url(url)[1] == path


def test_the_path_arrives_byte_for_byte(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)

    send(OutboundRequest("GET", peer.url("/a%20b/%C3%A9?x=%26&y=+&z='\"#cut")))

    assert peer.requests[0].path == "/a%20b/%C3%A9?x=%26&y=+&z='\""
