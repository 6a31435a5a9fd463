"""Client certificates of a connection: what the form refuses, and what is sent."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pytest_django import Settings

from apps.actions.base import AttemptResult, Outcome
from apps.actions.fields import SecretField
from apps.actions.kept_secrets import REMOVAL_SUFFIX, with_kept_secrets
from apps.actions.kinds.ping_url import PingUrl
from tests.actions.making import make_job, make_settings, posted
from tests.http.certificates import Authority, Issued, key_pem, server_context
from tests.http.peers import Peer, answer_ok

PING = PingUrl()
AUTHORITY = Authority()
CLIENT = AUTHORITY.issue("client")
OTHER = AUTHORITY.issue("other")
NO_CERTIFICATE = (
    "This is not a certificate in PEM format. Paste everything from -----BEGIN "
    "CERTIFICATE----- to -----END CERTIFICATE-----; of a chain, your own comes first."
)
NO_KEY = (
    "This is not a private key in PEM format. Paste everything from -----BEGIN PRIVATE "
    "KEY----- to -----END PRIVATE KEY-----."
)


def errors_of(certificate: str, key: str) -> dict[str, list[str]]:
    changes = {"client_certificate": certificate, "client_private_key": key}
    form = PING.ConnectionForm(posted(PING.ConnectionForm, **changes))
    return {name: list(map(str, errors)) for name, errors in form.errors.items()}


def connection_of(issued: Issued) -> dict[str, str]:
    return {
        "client_certificate": issued.certificate,
        "client_private_key": issued.private_key,
    }


@pytest.mark.parametrize("chain", ["", AUTHORITY.own_pem()])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_certificate_with_its_key_is_accepted(chain: str, line_end: str) -> None:
    certificate = f"{CLIENT.certificate}{chain}".replace("\n", line_end)

    errors = errors_of(certificate, CLIENT.private_key.replace("\n", line_end))

    assert errors == {}


def test_a_key_in_the_older_format_of_openssl_is_accepted() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issued = AUTHORITY.issue("client", key=key)
    older = key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )

    assert errors_of(issued.certificate, older.decode()) == {}


def test_neither_is_needed() -> None:
    assert errors_of("", "") == {}


def test_one_needs_the_other() -> None:
    assert errors_of(CLIENT.certificate, "") == {
        "client_private_key": ["The certificate is of no use without it."]
    }
    assert errors_of("", CLIENT.private_key) == {
        "client_certificate": ["The private key is of no use without it."]
    }


def test_they_must_belong_to_each_other() -> None:
    problem = "This key does not belong to the (first) certificate, CN=client."

    assert errors_of(CLIENT.certificate, OTHER.private_key) == {
        "client_private_key": [problem]
    }


def test_in_a_chain_the_own_certificate_comes_first() -> None:
    chain = AUTHORITY.own_pem() + CLIENT.certificate

    (problem,) = errors_of(chain, CLIENT.private_key)["client_private_key"]

    assert "the (first) certificate, CN=Test authority." in problem


def test_an_expired_certificate_is_refused() -> None:
    expired = AUTHORITY.issue("client", is_expired=True)

    ((problem,),) = errors_of(expired.certificate, expired.private_key).values()

    assert problem.startswith("CN=client, expired on 20")


@pytest.mark.parametrize(
    "text", ["x", CLIENT.private_key, CLIENT.certificate[:200], "\x00"]
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    errors = errors_of(text, CLIENT.private_key)

    assert list(errors) == ["client_certificate"]
    assert errors["client_certificate"] in (
        [NO_CERTIFICATE],
        ["Null characters are not allowed."],
    )


@pytest.mark.parametrize(
    "text",
    ["x", CLIENT.certificate, CLIENT.private_key[:80]],
    ids=["text", "certificate", "half a key"],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    assert errors_of(CLIENT.certificate, text) == {"client_private_key": [NO_KEY]}


def test_a_key_with_a_password_is_refused_with_the_remedy() -> None:
    protected = key_pem(AUTHORITY.key, b"password")

    (problem,) = errors_of(CLIENT.certificate, protected)["client_private_key"]

    assert problem == (
        "This key is protected by a password. Remove it, for example with: openssl "
        "pkey -in key.pem -out key-without-password.pem"
    )


def test_a_key_that_is_too_short_for_tls_is_refused_now_and_not_when_sending() -> None:
    key = rsa.generate_private_key(65_537, 1024)
    issued = AUTHORITY.issue("client", key=key)

    (problem,) = errors_of(issued.certificate, issued.private_key)["client_private_key"]

    assert problem.startswith("The client certificate and its private key cannot be")


def test_a_stored_certificate_is_described_and_its_key_is_not() -> None:
    form = PING.ConnectionForm()

    for name, text in connection_of(CLIENT).items():
        field = form.fields[name]
        assert isinstance(field, SecretField)
        field.stored(text)

    certificate = str(form["client_certificate"])
    key = str(form["client_private_key"])
    assert "CN=client, valid until 20" in certificate
    assert "•••• (leave blank to keep)" in key
    assert "BEGIN" not in certificate + key


def test_removing_the_key_alone_is_refused() -> None:
    ticked = {f"client_private_key{REMOVAL_SUFFIX}": True, "auth": "none"}
    form = PING.ConnectionForm(
        with_kept_secrets(PING.ConnectionForm, ticked, connection_of(CLIENT), {})
    )

    assert list(form.errors) == ["client_private_key"]


def test_testing_the_connection_says_until_when_the_certificate_is_valid() -> None:
    expired = AUTHORITY.issue("client", is_expired=True)

    soon, over = (PING.check(connection_of(by))[1] for by in (CLIENT, expired))

    assert (soon.level, over.level) == ("warning", "error")
    assert soon.text.startswith("Client certificate: CN=client, valid until 20")
    assert over.text.startswith("Client certificate: CN=client, expired on 20")


def ping(tmp_path: Path, settings: Settings, issued: Issued | None) -> AttemptResult:
    """Return the result of an attempt at a receiver that requires a certificate."""
    file = tmp_path / "authorities.pem"
    file.write_text(AUTHORITY.own_pem())
    settings.OUTBOUND_CA_FILE = str(file)
    context = server_context(AUTHORITY.issue(), tmp_path, client_authority=AUTHORITY)
    with Peer(answer_ok, context) as peer:
        job = make_job(
            make_settings(PING, url=peer.url("/pb")),
            connection_of(issued) if issued else {},
        )
        return PING.run(job)


def test_a_receiver_that_asks_for_the_certificate_accepts_it(
    tmp_path: Path, settings: Settings
) -> None:
    result = ping(tmp_path, settings, CLIENT)

    assert result.judgement.outcome is Outcome.SUCCESS
    assert "BEGIN" not in str(result)


def test_without_a_certificate_the_attempt_failed_and_nothing_was_sent(
    tmp_path: Path, settings: Settings
) -> None:
    result = ping(tmp_path, settings, None)

    assert result.judgement.outcome is Outcome.RETRY
    assert (result.judgement.code, result.judgement.message) == (
        "not_sent",
        "127.0.0.1 asks for a client certificate, and none was sent.",
    )
