"""Facebook conversion: the request byte by byte, who is recognized, the forms."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.actions.base import Outcome, PermanentError, SkipDeliveryError
from apps.actions.kinds.facebook_capi import FacebookCapi
from tests.actions.making import (
    NOW,
    VALUES,
    make_job,
    make_response,
    make_settings,
)

FACEBOOK = FacebookCapi()
CONNECTION = {
    "pixel_id": "1234567890",
    "access_token": "EAAB-fake-token",
    "test_event_code": "TEST123",
    "api_version": "v26.0",
}
LEAD = {
    **VALUES,
    "delivery_id": "conv-9001:fb-7",
    "conversion_time": NOW,
    "payout": Decimal("12.50"),
    "currency": "USD",
    "landing_url": "https://offer.example.com/lp?x=1",
    "lead:email": " John.Smith@Example.COM ",
    "lead:phone": "(415) 555-2671",
    "lead:first_name": "John",
    "lead:last_name": "Smith",
    "lead:country": "US",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
    "fbc": "fb.1.1795200000000.AbCd",
    "fbp": "fb.1.1795199999000.1098115397",
}
GOLDEN = (
    b'{"data":[{"event_name":"Lead","event_time":1795208014,"event_id":"conv-9001:fb-7"'
    b',"action_source":"website","event_source_url":"https://offer.example.com/lp?x=1",'
    b'"user_data":{"em":["8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d02'
    b'2a0"],"ph":["758fbf68945f21c416814c539ab578876c8d98fb69e6da692def92cd52417fe0"],"'
    b'fn":["96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a"],"ln":["6'
    b'627835f988e2c5e50533d491163072d3f4f41f5c8b04630150debb3722ca2dd"],"country":["79a'
    b'db2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"],"client_ip_addres'
    b's":"203.0.113.7","client_user_agent":"Mozilla/5.0","fbc":"fb.1.1795200000000.AbCd'
    b'","fbp":"fb.1.1795199999000.1098115397"},"custom_data":{"value":12.5,"currency":"'
    b'USD","order_id":"T-9001"}}],"test_event_code":"TEST123","access_token":"EAAB-fake'
    b'-token"}'
)


def event_of(values: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    job = make_job(make_settings(FACEBOOK, **settings), CONNECTION, values or LEAD)
    body = FACEBOOK.build(job).body
    assert body is not None
    event: dict[str, Any] = json.loads(body)["data"][0]
    return event


def test_the_request_is_the_documented_one_byte_for_byte() -> None:
    """R83: hashes, cookies as they are, the token in the body."""
    request = FACEBOOK.build(make_job(make_settings(FACEBOOK), CONNECTION, LEAD))

    assert request.method == "POST"
    assert request.url == "https://graph.facebook.com/v26.0/1234567890/events"
    assert request.headers == {"Content-Type": "application/json"}
    assert request.body == GOLDEN
    assert len(GOLDEN) == 818


def test_the_app_secret_is_proved_and_stays_here() -> None:
    connection = {**CONNECTION, "app_secret": "appsecret"}
    job = make_job(make_settings(FACEBOOK), connection, LEAD)
    proof = "94df0de2c79631a00dd47ce21a0fe38bb44d13f16a4f9b56fb7aafea05ec1aa6"

    body = FACEBOOK.build(job).body or b""

    assert json.loads(body)["appsecret_proof"] == proof
    assert b'"appsecret"' not in body
    shown = json.dumps(FACEBOOK.preview(job))
    assert proof not in shown
    assert CONNECTION["access_token"] not in shown


def test_no_contact_data_leaves_in_the_clear() -> None:
    url = (
        "https://offer.example/lp?x=1&mail=john.smith%40example.com&t=14155552671"
        "&name=John&y=a%26b#top"
    )
    body = json.dumps(event_of({**LEAD, "landing_url": url})).lower()

    assert '"https://offer.example/lp?x=1&y=a%26b#top"' in body
    for plain in ("john", "smith", "@", "%40", "5552671", "555-2671"):
        assert plain not in body


@pytest.mark.parametrize(
    "url",
    [
        "https://offer.example/john.smith@example.com/?x=1",
        "https://offer.example/lp#John.Smith%40Example.com",
    ],
)
def test_of_an_address_with_contact_data_in_it_the_host_is_left(url: str) -> None:
    event = event_of({**LEAD, "landing_url": url})

    assert event["event_source_url"] == "https://offer.example"


def test_every_key_of_a_person_is_hashed() -> None:
    values = {
        **LEAD,
        "lead:city": "New York",
        "lead:state": "N.Y.",
        "lead:zip": "10001-1234",
        "lead:gender": "Female",
        "lead:dob": "1985-01-31",
        "user_id": "Lead-42",
    }

    user = event_of(values)["user_data"]

    assert {key: user[key][0][:8] for key in ("ct", "st", "zp", "ge", "db")} == {
        "ct": "350c754b",
        "st": "1b06e200",
        "zp": "e4431691",
        "ge": "252f10c8",
        "db": "5a80bf24",
    }
    assert user["external_id"][0].startswith("d52c103b")


def test_a_telephone_number_is_read_in_the_country_of_the_lead() -> None:
    british = {**LEAD, "lead:phone": "020 7946 0958", "lead:country": "gb"}
    unknown = {**british, "lead:country": "Britain"}

    by_country = event_of(british)["user_data"]["ph"]
    by_default = event_of(unknown, default_region="gb")["user_data"]["ph"]

    assert by_country == by_default != event_of(unknown)["user_data"].get("ph")


def test_who_cannot_be_recognized_is_skipped() -> None:
    job = make_job(make_settings(FACEBOOK), CONNECTION, {"conversion_time": NOW})

    judgement = FACEBOOK.run(job).judgement

    assert (judgement.outcome, judgement.code) == (Outcome.SKIPPED, "no_identity")
    with pytest.raises(SkipDeliveryError, match="recognize"):
        event_of({"conversion_time": NOW, "ip": "203.0.113.7", "lead:phone": "12"})


@pytest.mark.parametrize(
    "known",
    [
        {"lead:email": "a@b.example"},
        {"lead:phone": "4155552671"},
        {"user_id": "U-1"},
        {"fbp": "fb.1.1.1"},
        {"ip": "203.0.113.7", "user_agent": "Mozilla/5.0"},
    ],
)
def test_one_thing_that_is_known_is_enough(known: dict[str, str]) -> None:
    assert event_of({"conversion_time": NOW, **known})["user_data"]


def test_a_click_cookie_is_made_of_click_id_and_time() -> None:
    clicked = datetime(2026, 11, 20, 18, 40, tzinfo=UTC)
    values = {**LEAD, "fbc": "", "fbclid": "AbCd", "click_time": clicked}

    assert event_of(values)["user_data"]["fbc"] == "fb.1.1795200000000.AbCd"


@pytest.mark.parametrize("days", [91, 4_000])
def test_an_old_click_is_left_out(days: int) -> None:
    clicked = int((NOW - timedelta(days=days)).timestamp() * 1000)

    user = event_of({**LEAD, "fbc": f"fb.1.{clicked}.AbCd"})["user_data"]

    assert "fbc" not in user


def test_a_purchase_without_a_value_is_not_sent() -> None:
    with pytest.raises(PermanentError, match="value and a currency"):
        event_of({**LEAD, "payout": None}, event_name="Purchase")


@pytest.mark.parametrize("moment", ["", "soon", "1e99999999"])
def test_an_event_without_a_usable_time_is_not_sent(moment: str) -> None:
    with pytest.raises(PermanentError, match=r"(?i)time"):
        event_of({**LEAD, "sub1": moment}, event_time="{sub1}")


def test_another_name_comes_from_the_mapping_of_the_postback() -> None:
    mapped = {**LEAD, "event_sent_as": "Qualified"}
    other = {"event_name": "custom", "custom_event_name": "{event_sent_as}"}

    assert event_of(mapped, **other)["event_name"] == "Qualified"
    with pytest.raises(PermanentError, match="no name"):
        event_of(LEAD, **other)


def test_further_data_keeps_its_types_and_cannot_be_broken() -> None:
    template = '{"num_items": 2, "content_ids": ["{sub1}"], "gone": "{sub2}"}'

    event = event_of({**LEAD, "sub1": 'a","x":"'}, custom_data=template, ldu=True)

    assert event["custom_data"]["num_items"] == 2
    assert event["custom_data"]["content_ids"] == ['a","x":"']
    assert "gone" not in event["custom_data"]
    assert event["data_processing_options"] == ["LDU"]
    assert event["data_processing_options_country"] == 0


def test_an_event_that_was_not_counted_is_sent_again() -> None:
    job = make_job(make_settings(FACEBOOK), CONNECTION, LEAD)
    received, lost = (f'{{"events_received": {n}, "fbtrace_id": "A8s"}}' for n in "10")

    success = FACEBOOK.classify(make_response(200, received), job)

    assert (success.outcome, success.findings) == ("success", {"fbtrace_id": "A8s"})
    assert FACEBOOK.classify(make_response(200, lost), job).outcome == "retry"


def test_the_summary_and_the_destination_name_event_and_pixel() -> None:
    settings = make_settings(FACEBOOK)

    assert FACEBOOK.summary(settings) == "Lead, value {payout}"
    assert FACEBOOK.destination(settings, CONNECTION) == (
        "https://graph.facebook.com:443#1234567890"
    )
    assert FACEBOOK.freshness_limit == timedelta(days=7)
