"""Google Ads: the exact request, hashes only, what the answers mean, and the forms."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.actions import google_accounts
from apps.actions.base import Outcome, PermanentError, SkipDeliveryError
from apps.actions.contract import CheckLevel
from apps.actions.kinds.google_ads import GoogleAds
from tests.actions.google_making import KEY, Google
from tests.actions.making import Partner, make_job, make_settings, posted
from tests.fakes.google_events import mistake_in
from tests.fakes.providers.google_token import (
    CLIENT_EMAIL,
    STRANGER_EMAIL,
    service_account,
    token_for,
)

ADS = GoogleAds()
EMAIL_HASH = "8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d022a0"
PHONE_HASH = "cb6880e416769253645cb9c6b8989154bf66a56a77fc14c81fb1019663cbb928"
CONNECTION = {
    "service_account_json": KEY,
    "customer_id": "1234567890",
    "login_customer_id": "",
    "conversion_action": "987654321",
    "base_url": "",
}
LEAD: dict[str, Any] = {
    "conversion_time": datetime(2026, 11, 20, 20, 53, 34, tzinfo=UTC),
    "conversion_id": "C-1",
    "transaction_id": "T-9001",
    "revenue": Decimal("12.50"),
    "payout": Decimal("8.00"),
    "currency": "USD",
    "gclid": "Cj0KCQ",
    "lead:email": " John.Smith@Example.COM ",
    "lead:phone": "(415) 555-2671",
}


@pytest.fixture
def google(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Google:
    return Google(partner, monkeypatch)


def job_of(values: dict[str, Any] | None = None, **changes: Any) -> Any:
    changes.setdefault("event_source", "WEB")
    settings = make_settings(ADS, **changes)
    return make_job(settings, CONNECTION, {**LEAD, **(values or {})})


def event_of(values: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    request = ADS.build(job_of(values, **changes))
    found: dict[str, Any] = json.loads(request.body or b"")["events"][0]
    return found


def test_the_request_is_the_one_that_google_documents() -> None:
    job = job_of(
        transaction_id="{transaction_id}",
        value="{revenue}",
        ad_user_data="granted",
        ad_personalization="{lead:ads}",
    )
    manager = {**CONNECTION, "login_customer_id": "2223334444"}
    job = replace(job, connection=manager, values={**job.values, "lead:ads": "no"})

    request = ADS.build(job)

    assert (request.method, request.url) == (
        "POST",
        "https://datamanager.googleapis.com/v1/events:ingest",
    )
    assert request.headers == {"Content-Type": "application/json"}
    assert (
        request.body
        == (
            '{"destinations":[{"operatingAccount":{"accountType":"GOOGLE_ADS",'
            '"accountId":"1234567890"},"loginAccount":{"accountType":"GOOGLE_ADS",'
            '"accountId":"2223334444"},"productDestinationId":"987654321"}],'
            '"events":[{"eventTimestamp":"2026-11-20T20:53:34Z","eventSource":"WEB",'
            '"transactionId":"T-9001","conversionValue":12.5,"currency":"USD",'
            '"adIdentifiers":{"gclid":"Cj0KCQ"},"userData":{"userIdentifiers":['
            f'{{"emailAddress":"{EMAIL_HASH}"}},{{"phoneNumber":"{PHONE_HASH}"}}]}},'
            '"consent":{"adUserData":"CONSENT_GRANTED",'
            '"adPersonalization":"CONSENT_DENIED"}}],'
            '"encoding":"HEX","validateOnly":false}'
        ).encode()
    )
    assert mistake_in(json.loads(request.body)) == ""


@pytest.mark.parametrize(
    ("email", "phone"),
    [
        (" John.Smith@Example.COM ", "(415) 555-2671"),
        ("John Smith <john@lead.example>", "call 415-555-2671 please"),
        ("john@localhost", "55526"),
        ("a@b@c.example", "+1 415 555 2671 ext. 5"),
    ],
)
def test_no_e_mail_address_or_telephone_number_leaves(email: str, phone: str) -> None:
    body = ADS.build(job_of({"lead:email": email, "lead:phone": phone})).body or b""

    assert b"@" not in body
    for written in (email.strip().lower(), phone, "4155552671"):
        assert written.encode() not in body.lower()


def test_gmail_addresses_are_hashed_without_dots_and_tags() -> None:
    plain = event_of({"lead:email": "johnsmith@gmail.com"})
    dotted = event_of({"lead:email": "John.Smith+shop@GMail.com"})
    other = event_of({"lead:email": "john.smith+shop@mail.example"})

    assert plain == dotted
    assert plain != other


def test_a_hash_is_passed_on_unless_google_does_not_know_its_kind() -> None:
    passed = event_of({"lead:email": EMAIL_HASH.upper(), "lead:phone": ""})
    dropped = event_of({"lead:email": "0" * 32, "lead:phone": ""})

    assert passed["userData"] == {"userIdentifiers": [{"emailAddress": EMAIL_HASH}]}
    assert "userData" not in dropped


@pytest.mark.parametrize(
    ("clicks", "expected"),
    [
        ({"gclid": "a", "gbraid": "b", "wbraid": "c"}, {"gclid": "a"}),
        ({"gclid": "", "gbraid": "b", "wbraid": "c"}, {"gbraid": "b"}),
        ({"gclid": "", "wbraid": "c"}, {"wbraid": "c"}),
    ],
)
def test_one_click_id_is_sent(clicks: dict[str, Any], expected: dict[str, str]) -> None:
    assert event_of(clicks)["adIdentifiers"] == expected


def test_nobody_to_name_is_nothing_to_send() -> None:
    with pytest.raises(SkipDeliveryError, match="no Google click id"):
        event_of({"gclid": "", "lead:email": "", "lead:phone": ""})


def test_without_a_conversion_the_delivery_s_id_keeps_repetitions_apart() -> None:
    assert event_of({"conversion_id": None})["transactionId"] == "9001:7"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"conversion_time": None}, "has no time"),
        ({"payout": "a lot"}, "not a number"),
        ({"sub1": "perhaps"}, "neither granted or yes"),
        ({"sub2": "9" * 30}, "not one in Unix seconds"),
    ],
)
def test_what_google_would_refuse_is_not_sent(
    values: dict[str, Any], message: str
) -> None:
    time = "{sub2}" if "sub2" in values else "{conversion_time|unix}"

    with pytest.raises(PermanentError, match=message):
        event_of(values, ad_user_data="{sub1}", time=time)


def test_a_rule_may_name_its_own_conversion_action_and_only_validate() -> None:
    request = ADS.build(job_of(conversion_action="5", validate_only="on"))

    document = json.loads(request.body or b"")
    assert document["destinations"][0]["productDestinationId"] == "5"
    assert document["validateOnly"] is True


@pytest.mark.parametrize(
    ("status", "name", "outcome"),
    [
        (400, "INVALID_ARGUMENT", "permanent"),
        (401, "UNAUTHENTICATED", "auth"),
        (403, "PERMISSION_DENIED", "auth"),
        (429, "RESOURCE_EXHAUSTED", "retry"),
        (500, "INTERNAL", "retry"),
        (503, "UNAVAILABLE", "retry"),
    ],
)
def test_google_s_error_decides(
    google: Google, status: int, name: str, outcome: str
) -> None:
    google.refuses(status, name, "No.")
    google.refuses(status, name, "No.")

    assert ADS.run(job_of()).judgement.outcome == outcome


def test_the_request_s_id_is_kept(google: Google) -> None:
    google.says(200, {"requestId": "r-1"})

    judgement = ADS.run(job_of()).judgement

    assert judgement.outcome is Outcome.SUCCESS
    assert judgement.findings == {"request_id": "r-1"}
    token = token_for("https://www.googleapis.com/auth/datamanager")
    assert google.requests[0].headers["Authorization"] == f"Bearer {token}"


@pytest.mark.parametrize("body", ["<html>", '{"requestId": ""}'])
def test_a_success_without_an_id_is_sent_again(google: Google, body: str) -> None:
    google.says(200, body)

    assert ADS.run(job_of()).judgement.outcome is Outcome.RETRY


def test_conversions_of_one_rule_go_together_and_a_bad_one_goes_alone(
    google: Google,
) -> None:
    google.refuses(400, "INVALID_ARGUMENT", "currency: invalid value")
    google.says(200, {"requestId": "r-1"})
    google.refuses(400, "INVALID_ARGUMENT", "currency: invalid value")
    jobs = [
        replace(job_of({"currency": code}), delivery_id=f"9001:{code}")
        for code in ("USD", "$")
    ]

    results = ADS.run_batch(jobs)

    assert [result.judgement.outcome for result in results] == ["success", "permanent"]
    sent = [len(json.loads(asked.body or b"")["events"]) for asked in google.requests]
    assert sent == [2, 1, 1]


def test_the_check_validates_a_conversion_of_nobody(google: Google) -> None:
    google.says(200, {"requestId": "r-1"})

    (line,) = ADS.check(CONNECTION)

    assert line.level is CheckLevel.GOOD
    document = json.loads(google.requests[0].body or b"")
    assert document["validateOnly"] is True
    assert mistake_in(document) == ""


def test_the_check_says_what_google_says(google: Google) -> None:
    google.refuses(403, "PERMISSION_DENIED", "The caller does not have permission")

    (line,) = ADS.check(CONNECTION)

    assert line.level is CheckLevel.ERROR
    assert "The caller does not have permission" in line.text


def test_the_check_tells_of_a_refused_key(google: Google) -> None:
    stranger = service_account(google_accounts.TOKEN_URI, STRANGER_EMAIL)

    (line,) = ADS.check({**CONNECTION, "service_account_json": stranger})

    assert (line.level, google.requests) == (CheckLevel.ERROR, [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer_id": "123"}, "customer_id"),
        ({"login_customer_id": "x"}, "login_customer_id"),
        ({"conversion_action": "customers/1/conversionActions/2"}, "conversion_action"),
        ({"service_account_json": "{}"}, "service_account_json"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = ADS.ConnectionForm(posted(ADS.ConnectionForm, **{**CONNECTION, **changes}))

    assert list(form.errors) == [field]


def test_account_numbers_may_be_typed_with_dashes() -> None:
    typed = {**CONNECTION, "customer_id": "123-456-7890"}
    form = ADS.ConnectionForm(posted(ADS.ConnectionForm, **typed))

    assert form.is_valid()
    assert form.cleaned_data["customer_id"] == "1234567890"
    assert form.cleaned_data["login_customer_id"] == ""


def test_the_summary_and_the_destination() -> None:
    job = job_of(validate_only="on")

    assert ADS.summary(job.settings) == (
        "Conversion action of the connection, {conversion_id} (only validated)"
    )
    assert ADS.destination(job.settings, CONNECTION) == (
        f"https://datamanager.googleapis.com:443#{CLIENT_EMAIL}"
    )
    assert ADS.repeats_ambiguous(job.settings)
