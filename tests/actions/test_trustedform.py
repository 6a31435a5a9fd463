"""TrustedForm: the bytes, whose URLs are called, and the forms."""

import json
from typing import Any

import pytest

from apps.actions.base import Outcome, PermanentError, SkipDeliveryError
from apps.actions.kinds.trustedform import TrustedForm
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_settings,
    posted,
)

CLAIM = TrustedForm()
CONNECTION = {"api_key": "tfkey", "base_url": ""}
ID = "2605ec3a321e1b3a41addf0bba1213505ef57985"
HOST = "https://cert.trustedform.com"
LEAD = {
    **VALUES,
    "lead:trustedform_url": f"{HOST}/{ID}",
    "lead:email": "john.smith@example.com",
    "lead:phone": "(415) 555-2671",
    "affiliate_name": "Acme, Inc.",
}


def job_with(**changes: Any) -> Any:
    return make_job(make_settings(CLAIM, **changes), CONNECTION, LEAD)


def sent(**changes: Any) -> dict[str, Any]:
    """Return the document that a rule with ``changes`` sends."""
    document = json.loads(CLAIM.build(job_with(**changes)).body or b"")
    assert isinstance(document, dict)
    return document


def test_the_request_is_the_one_of_the_reference() -> None:
    """R82: 124 bytes, as the vendor's own integration sends them."""
    request = CLAIM.build(job_with())

    assert (request.method, request.url) == ("POST", f"{HOST}/{ID}")
    assert request.headers == {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Api-Version": "4.0",
        "Authorization": "Basic QVBJOnRma2V5",
    }
    assert request.body == (
        b'{"match_lead":{"email":"john.smith@example.com","phone":"4155552671"},'
        b'"retain":{"reference":"T-9001","vendor":"Acme, Inc."}}'
    )
    assert len(request.body) == 124


@pytest.mark.parametrize(
    "written",
    [
        f"http://cert.trustedform.com/{ID}",
        f" {HOST}/{ID}/ ",
        f"{HOST}/{ID},{HOST}/{'0' * 40}",
        f",{HOST}/{ID}",
    ],
)
def test_what_forms_make_of_a_url_is_mended(written: str) -> None:
    request = CLAIM.build(
        make_job(
            make_settings(CLAIM), CONNECTION, LEAD | {"lead:trustedform_url": written}
        )
    )

    assert request.url == f"{HOST}/{ID}"


@pytest.mark.parametrize("certificate", ["a_-Z" * 20, "0.eyJh-bGci_.x~y"])
def test_longer_and_facebook_s_certificates_are_known(certificate: str) -> None:
    request = CLAIM.build(job_with(cert_url=f"{HOST}/{certificate}"))

    assert request.url == f"{HOST}/{certificate}"


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example/{ID}",
        f"https://cert.trustedform.com.evil.example/{ID}",
        f"https://cert.trustedform.com@evil.example/{ID}",
        f"https://certxtrustedform.com/{ID}",
        f"https://cert.trustedform.com:8443/{ID}",
        f"https://evil.example/?{HOST}/{ID}",
        f"{HOST}/../{ID}",
        f"{HOST}/{ID}?x=1",
        f"{HOST}/{ID[:-1]}",
        f"{HOST}/0./../{ID}",
        f"{HOST}/0.{'a' * 254}",
        f"ftp://cert.trustedform.com/{ID}",
        f"{HOST}/{ID}\nX: y",
        "javascript:alert(1)",
    ],
)
def test_whatever_is_no_certificate_is_never_called(partner: Partner, url: str) -> None:
    values = LEAD | {"lead:trustedform_url": url}

    result = CLAIM.run(make_job(make_settings(CLAIM), CONNECTION, values))

    assert result.judgement.outcome is Outcome.PERMANENT
    assert "nothing was called" in result.judgement.message
    assert partner.requests == []


def test_the_other_url_is_taken_when_the_first_is_none() -> None:
    settings = make_settings(CLAIM, fallback_cert_url="{sub1}")
    values = LEAD | {"lead:trustedform_url": "no", "sub1": f"{HOST}/{'0' * 40}"}

    request = CLAIM.build(make_job(settings, CONNECTION, values))

    assert request.url == f"{HOST}/{'0' * 40}"


@pytest.mark.parametrize(
    "missing", [("lead:trustedform_url",), ("lead:email", "lead:phone")]
)
def test_without_certificate_or_contact_nothing_is_sent(
    missing: tuple[str, ...],
) -> None:
    values = LEAD | dict.fromkeys(missing, "")

    with pytest.raises(SkipDeliveryError):
        CLAIM.build(make_job(make_settings(CLAIM), CONNECTION, values))


def test_the_rule_chooses_the_operations() -> None:
    changes = {
        "retain": False,
        "insights": ["age_seconds", "os"],
        "scan_required": "I agree\r\n\r\n|Acme|\n",
        "verify": True,
        "advertiser_name": "{affiliate_name}",
    }

    assert sent(**changes) == {
        "match_lead": {"email": "john.smith@example.com", "phone": "4155552671"},
        "insights": {
            "properties": ["age_seconds", "os"],
            "scans": {"required": ["I agree", "|Acme|"], "delimiter": "|"},
        },
        "verify": {"advertiser_name": "Acme, Inc."},
    }
    assert sent(verify=True)["verify"] == {}


def test_insights_need_no_contact() -> None:
    settings = make_settings(CLAIM, retain=False, insights=["ip"])
    values = LEAD | {"lead:email": "", "lead:phone": ""}

    request = CLAIM.build(make_job(settings, CONNECTION, values))

    assert request.body == b'{"insights":{"properties":["ip"]}}'


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cert_url": ""}, "cert_url"),
        ({"retain": False}, "retain"),
        ({"email": "", "phone": ""}, "email"),
        ({"insights": ["shoe_size"]}, "insights"),
        ({"vendor": "{nobody}"}, "vendor"),
    ],
)
def test_the_form_names_what_is_wrong(changes: dict[str, Any], field: str) -> None:
    form = CLAIM.RuleForm(posted(CLAIM.RuleForm, **changes))

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"api_key": ""}, "api_key"), ({"base_url": "http://x.example"}, "base_url")],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = CLAIM.ConnectionForm(
        posted(CLAIM.ConnectionForm, **{**CONNECTION, **changes})
    )

    assert list(form.errors) == [field]


def test_the_summary_and_the_destination_give_no_key_away() -> None:
    settings = make_settings(CLAIM, verify=True)
    destination = CLAIM.destination(settings, CONNECTION)

    assert CLAIM.summary(settings) == "Retain, verify: {lead:trustedform_url}"
    assert destination.startswith("https://cert.trustedform.com:443#")
    assert "tfkey" not in destination


def test_a_value_cannot_break_the_document() -> None:
    values = LEAD | {"affiliate_name": '"},"x":{"'}

    request = CLAIM.build(make_job(make_settings(CLAIM), CONNECTION, values))

    assert json.loads(request.body or b"")["retain"]["vendor"] == '"},"x":{"'


def test_an_error_names_no_url_of_the_lead() -> None:
    with pytest.raises(PermanentError) as caught:
        CLAIM.build(job_with(cert_url="https://evil.example/secret"))

    assert "evil" not in str(caught.value)
