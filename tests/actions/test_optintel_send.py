"""Opt-outs for Opt-Intel: two calls of one delivery, hashes, and what was done."""

import json

import pytest

from apps.actions.base import Outcome
from apps.actions.kinds.optintel_send import OptIntelSend
from apps.core.http import MaybeSentError, OutboundRequest, Response
from tests.actions.lists import LEAD, NOBODY, connection_to, settings_of
from tests.actions.making import Partner, make_job, make_response

SEND = OptIntelSend()
LINK = "https://optintel.example/optout/abc123"
CONNECTION = connection_to(LINK)
ADDED = json.dumps({"status": "success", "message": "Contact added"})
SHA256 = "8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d022a0"
MD5 = "1bc5edb4799fd8eec67c66122f47eb73"


def answer_to_number(partner: Partner, status: int, body: str) -> None:
    """Have the address accepted, and the number answered so."""

    def answer(request: OutboundRequest) -> Response:
        is_first = request.url.endswith("/emails-add")
        return make_response(200, ADDED) if is_first else make_response(status, body)

    partner.answer = answer


def test_the_request_is_the_one_of_the_reference() -> None:
    """R81: the list's link with “/emails-add” at its end."""
    settings = settings_of(SEND, channel="email")

    (request,) = SEND.build_all(make_job(settings, CONNECTION, LEAD))

    assert (request.method, request.url) == ("POST", f"{LINK}/emails-add")
    assert request.body == b"email=john.smith%40example.com"


def test_both_channels_are_two_calls_and_one_attempt(partner: Partner) -> None:
    partner.answers(200, ADDED)

    result = SEND.run(make_job(settings_of(SEND), CONNECTION, LEAD))

    assert [request.url for request in partner.requests] == [
        f"{LINK}/emails-add",
        f"{LINK}/phones-add",
    ]
    assert result.judgement.outcome is Outcome.SUCCESS
    assert result.judgement.message == "Opt-Intel accepted it. 2 of 2 calls done."
    assert result.duration_ms == 24


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(500, "retry"), (429, "retry"), (401, "auth"), (422, "permanent")],
)
def test_the_call_that_does_not_succeed_decides(
    partner: Partner, status: int, outcome: str
) -> None:
    answer_to_number(partner, status, "")

    result = SEND.run(make_job(settings_of(SEND), CONNECTION, LEAD))

    assert result.judgement.outcome == outcome
    assert result.judgement.message.endswith("1 of 2 calls done.")
    assert (result.request or {})["url"] == f"{LINK}/phones-add"
    assert result.response_status == status


def test_nothing_follows_a_call_that_did_not_succeed(partner: Partner) -> None:
    partner.raises(MaybeSentError("No answer came."))

    result = SEND.run(make_job(settings_of(SEND), CONNECTION, LEAD))

    assert len(partner.requests) == 1
    assert result.judgement.outcome is Outcome.AMBIGUOUS
    assert result.judgement.message == "No answer came. 0 of 2 calls done."


def test_one_channel_s_message_counts_no_calls(partner: Partner) -> None:
    partner.answers(200, ADDED)
    lead = {**LEAD, "lead:email": ""}

    result = SEND.run(make_job(settings_of(SEND), CONNECTION, lead))

    assert result.judgement.message == "Opt-Intel accepted it."
    assert [request.body for request in partner.requests] == [b"phone=4155552671"]


def test_a_rehearsal_shows_both_calls(partner: Partner) -> None:
    shown = SEND.preview(make_job(settings_of(SEND), CONNECTION, LEAD))

    (other,) = shown["followed_by"]
    assert shown["url"] == f"{LINK}/emails-add"
    assert other["url"] == f"{LINK}/phones-add"
    assert other["headers"]["X-API-KEY"] == "••••"
    assert partner.requests == []


def test_without_a_contact_nothing_is_sent(partner: Partner) -> None:
    job = make_job(settings_of(SEND), CONNECTION, NOBODY)

    assert SEND.run(job).judgement.outcome is Outcome.SKIPPED
    assert SEND.preview(job) == {
        "skipped": "There is no e-mail address and no telephone number to send."
    }
    assert partner.requests == []


@pytest.mark.parametrize(
    ("algorithm", "email", "sent"),
    [
        ("sha256", " John.Smith@Example.com", SHA256),
        ("md5", "John.Smith@Example.com", MD5),
        ("sha256", SHA256.upper(), SHA256),
        ("md5", MD5, MD5),
    ],
)
def test_addresses_are_hashed_in_lower_case(
    algorithm: str, email: str, sent: str
) -> None:
    settings = settings_of(SEND, channel="email", email_hash=algorithm)

    request = SEND.build(make_job(settings, CONNECTION, {**LEAD, "lead:email": email}))

    assert request.body == f"email={sent}".encode()


@pytest.mark.parametrize(
    ("algorithm", "email"), [("sha256", MD5), ("md5", SHA256), ("none", SHA256)]
)
def test_a_hash_of_another_kind_is_not_sent(
    partner: Partner, algorithm: str, email: str
) -> None:
    settings = settings_of(SEND, channel="email", email_hash=algorithm)

    result = SEND.run(make_job(settings, CONNECTION, {**LEAD, "lead:email": email}))

    assert result.judgement.outcome is Outcome.PERMANENT
    assert partner.requests == []


def test_further_fields_travel_with_every_call() -> None:
    settings = settings_of(SEND, further_fields="reason=stop\nsub_id={sub1}")

    requests = SEND.build_all(make_job(settings, CONNECTION, {**LEAD, "sub1": "s-1"}))

    assert [request.body for request in requests] == [
        b"email=john.smith%40example.com&reason=stop&sub_id=s-1",
        b"phone=4155552671&reason=stop&sub_id=s-1",
    ]


def test_an_opt_out_must_not_be_lost() -> None:
    assert SEND.must_not_be_lost
    assert SEND.summary(settings_of(SEND)).startswith("Add to the list: {lead:email}")
