"""Google Analytics: the exact request, its limits, the answers, and the forms."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.actions.base import Outcome, PermanentError, SkipDeliveryError
from apps.actions.contract import CheckLevel
from apps.actions.kinds.ga4 import Ga4
from tests.actions.making import (
    NOW,
    Partner,
    make_job,
    make_response,
    make_settings,
    posted,
)

GA4 = Ga4()
CONNECTION = {
    "measurement_id": "G-ABCD123456",
    "api_secret": "s3cr3t",
    "region": "default",
    "base_url": "",
}
EVENT: dict[str, Any] = {
    "event_time": datetime(2026, 11, 20, 20, 53, 34, tzinfo=UTC),
    "transaction_id": "T-9001",
    "payout": Decimal("8.00"),
    "revenue": Decimal("12.50"),
    "currency": "USD",
    "ga_client_id": "709808103.1671720316",
    "ga_session_id": "1795207000",
}


def job_of(values: dict[str, Any] | None = None, **changes: Any) -> Any:
    settings = make_settings(GA4, **changes)
    return make_job(settings, CONNECTION, {**EVENT, **(values or {})})


def document_of(values: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GA4.build(job_of(values, **changes)).body or b"")
    return found


def params_of(values: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = document_of(values, **changes)["events"][0]["params"]
    return found


def test_the_request_is_the_one_that_google_documents() -> None:
    """R92: 255 bytes."""
    request = GA4.build(job_of(value="{revenue}"))

    assert request.method == "POST"
    assert request.url == (
        "https://www.google-analytics.com/mp/collect"
        "?measurement_id=G-ABCD123456&api_secret=s3cr3t"
    )
    assert request.headers == {"Content-Type": "application/json"}
    assert request.body == (
        b'{"client_id":"709808103.1671720316","timestamp_micros":1795208014000000,'
        b'"non_personalized_ads":false,"events":[{"name":"generate_lead","params":'
        b'{"currency":"USD","value":12.5,"session_id":"1795207000",'
        b'"engagement_time_msec":1,"transaction_id":"T-9001"}}]}'
    )
    assert len(request.body) == 255


def test_the_secret_in_the_address_is_not_stored(partner: Partner) -> None:
    partner.answers(204)

    result = GA4.run(job_of())

    assert "api_secret=s3cr3t" in partner.requests[0].url
    assert "s3cr3t" not in repr(result)
    assert "s3cr3t" not in repr(GA4.preview(job_of()))


def test_a_value_cannot_change_the_address_or_the_document() -> None:
    hostile = '"}],"x":"&api_secret=2'
    job = job_of({"ga_client_id": hostile})

    assert GA4.build(job).url == GA4.build(job_of()).url
    assert json.loads(GA4.build(job).body or b"")["client_id"] == hostile


def test_everything_a_rule_may_say_is_sent() -> None:
    document = document_of(
        {"sub1": "gold", "offer_id": 12},
        user_id="u-1",
        user_properties="tier={sub1}\nnone={sub2}",
        ad_user_data="yes",
        ad_personalization="denied",
        non_personalized_ads="on",
        params="offer={offer_id}\npage_location=https://offer.example/lp\nnone={sub2}",
    )

    assert document["user_id"] == "u-1"
    assert document["user_properties"] == {"tier": {"value": "gold"}}
    assert document["consent"] == {
        "ad_user_data": "GRANTED",
        "ad_personalization": "DENIED",
    }
    assert document["non_personalized_ads"] is True
    params = document["events"][0]["params"]
    assert params["offer"] == 12
    assert params["page_location"] == "https://offer.example/lp"
    assert "none" not in params


def test_without_a_client_id_nothing_is_sent() -> None:
    with pytest.raises(SkipDeliveryError, match="no Analytics client id"):
        document_of({"ga_client_id": ""})


def test_a_client_id_can_be_made_from_the_transaction() -> None:
    one = document_of({"ga_client_id": ""}, client_id_fallback="derive")["client_id"]
    other = document_of(
        {"ga_client_id": "", "transaction_id": "T-9002"}, client_id_fallback="derive"
    )["client_id"]

    assert one == "2395203547.1909564721"
    assert one != other


def test_an_event_without_a_time_is_counted_when_it_is_sent() -> None:
    assert "timestamp_micros" not in document_of({"event_time": None})


@pytest.mark.parametrize("name", ["page_title", "page_referrer", "page_location"])
def test_pages_may_be_longer_than_other_values(name: str) -> None:
    assert params_of({"sub1": "x" * 300}, params=f"{name}={{sub1}}")[name] == "x" * 300


@pytest.mark.parametrize(
    ("values", "changes", "message"),
    [
        ({"sub1": "1x"}, {"event_name": "{sub1}"}, "no name of an event"),
        ({"sub1": ""}, {"event_name": "{sub1}"}, "no name of an event"),
        ({"sub1": "x" * 41}, {"event_name": "{sub1}"}, "no name of an event"),
        ({"sub1": "first_visit"}, {"event_name": "{sub1}"}, "keeps for itself"),
        ({"sub1": "notification_x"}, {"event_name": "{sub1}"}, "keeps for itself"),
        ({"sub1": "x" * 101}, {"params": "a={sub1}"}, "longer than 100"),
        ({"sub1": "x" * 301}, {"params": "page_title={sub1}"}, "longer than 300"),
        ({"sub1": "x" * 37}, {"user_properties": "a={sub1}"}, "longer than 36"),
        ({"currency": ""}, {}, "no currency"),
        ({"payout": "much"}, {}, "not a number"),
        ({"transaction_id": ""}, {"event_name": "purchase"}, "needs a transaction"),
        ({"sub1": "9" * 30}, {"time": "{sub1}"}, "not one in Unix seconds"),
        ({"event_time": NOW - timedelta(hours=73)}, {}, "more than 72 hours"),
        ({"sub1": "?"}, {"ad_user_data": "{sub1}"}, "neither granted or yes"),
        ({"sub1": "x" * 130_000}, {"user_id": "{sub1}"}, "130 kB"),
        (
            {},
            {"params": "\n".join(f"p{n}=1" for n in range(21))},
            "There are 26 parameters",
        ),
        (
            {},
            {"user_properties": "\n".join(f"p{n}=1" for n in range(26))},
            "There are 26 user properties",
        ),
    ],
)
def test_what_analytics_would_drop_is_not_sent(
    values: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(PermanentError, match=message):
        document_of(values, **changes)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, "success"),
        (200, "success"),
        (400, "permanent"),
        (401, "permanent"),
        (403, "permanent"),
        (404, "permanent"),
        (413, "permanent"),
        (429, "retry"),
        (500, "ambiguous"),
        (503, "ambiguous"),
    ],
)
def test_the_status_only_tells_whether_analytics_was_there(
    status: int, outcome: str
) -> None:
    assert GA4.classify(make_response(status), job_of()).outcome == outcome


def test_what_is_unclear_is_sent_again_unless_somebody_chose_to_hold_it() -> None:
    assert GA4.repeats_ambiguous(job_of().settings)
    assert not GA4.repeats_ambiguous(job_of(on_ambiguous="hold").settings)
    assert GA4.freshness_limit == timedelta(hours=72)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_name": "generate lead"}, "event_name"),
        ({"event_name": "session_start"}, "event_name"),
        ({"params": "1x=1"}, "params"),
        ({"params": "ga_x=1"}, "params"),
        ({"params": "a=1\na=2"}, "params"),
        ({"params": f"{'x' * 41}=1"}, "params"),
        ({"user_properties": f"{'x' * 25}=1"}, "user_properties"),
        ({"user_properties": "nothing"}, "user_properties"),
    ],
)
def test_the_rule_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    form = GA4.RuleForm(posted(GA4.RuleForm, **changes))

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measurement_id": "UA-1234-1"}, "measurement_id"),
        ({"api_secret": ""}, "api_secret"),
        ({"base_url": "http://analytics.example"}, "base_url"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = GA4.ConnectionForm(posted(GA4.ConnectionForm, **{**CONNECTION, **changes}))

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "https://www.google-analytics.com:443#G-ABCD123456"),
        ({"region": "eu"}, "https://region1.google-analytics.com:443#G-ABCD123456"),
        (
            {"region": "eu", "base_url": "https://collect.shop.example/x"},
            "https://collect.shop.example:443#G-ABCD123456",
        ),
    ],
)
def test_the_region_decides_where_events_go(
    changes: dict[str, str], expected: str
) -> None:
    assert GA4.destination({}, {**CONNECTION, **changes}) == expected


def test_the_check_validates_an_event_and_says_what_it_cannot_know(
    partner: Partner,
) -> None:
    partner.answers(200, '{"validationMessages": []}')

    lines = GA4.check(CONNECTION)

    assert [line.level for line in lines] == [CheckLevel.GOOD, CheckLevel.WARNING]
    assert "/debug/mp/collect?" in partner.requests[0].url


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (
            200,
            json.dumps(
                {"validationMessages": [{"fieldPath": "a", "description": "b"}]}
            ),
            "Analytics says: a: b",
        ),
        (200, "<html>", "not Analytics"),
        (404, "", "404 Not Found"),
    ],
)
def test_the_check_says_what_is_wrong(
    partner: Partner, status: int, body: str, text: str
) -> None:
    partner.answers(status, body)

    (line,) = GA4.check(CONNECTION)

    assert line.level is CheckLevel.ERROR
    assert text in line.text


def test_the_summary_names_the_event_and_its_value() -> None:
    assert GA4.summary(job_of().settings) == "generate_lead {payout}"


def test_an_answer_is_a_success_that_promises_nothing() -> None:
    judgement = GA4.classify(make_response(204), job_of())

    assert judgement.outcome is Outcome.SUCCESS
    assert "does not say" in judgement.message
