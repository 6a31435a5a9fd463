"""Slack: the request, who can be mentioned, and the forms."""

import json
from decimal import Decimal
from typing import Any

import pytest

from apps.actions.base import PermanentError, SkipDeliveryError
from apps.actions.kinds.slack import Slack
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_settings,
    posted,
)

SLACK = Slack()
WEBHOOK = {
    "mode": "webhook",
    "webhook_url": "https://hooks.slack.com/services/T000/B000/XXX",
}
BOT = {"mode": "bot", "bot_token": "xoxb-1234-secret", "base_url": ""}


def message_of(values: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the message that a webhook gets."""
    job = make_job(make_settings(SLACK, **changes), WEBHOOK, {**VALUES, **values})
    found: dict[str, Any] = json.loads(SLACK.build(job).body or b"")
    return found


def blocks_of(values: dict[str, Any], *blocks: dict[str, Any]) -> Any:
    return message_of(values, blocks=json.dumps(blocks))["blocks"]


def test_the_webhook_gets_the_bytes_that_slack_takes() -> None:
    """R89: 61 bytes of UTF-8."""
    settings = make_settings(SLACK, text="New sale: *{transaction_id}* — ${revenue}")
    values = {**VALUES, "revenue": Decimal("12.50")}

    request = SLACK.build(make_job(settings, WEBHOOK, values))

    assert (request.method, request.url) == ("POST", WEBHOOK["webhook_url"])
    assert request.headers == {"Content-Type": "application/json; charset=utf-8"}
    expected = '{"text":"New sale: *T-9001* — $12.50","unfurl_links":false}'
    assert request.body == expected.encode()
    assert len(request.body) == 61


def test_a_bot_names_the_channel_and_itself() -> None:
    settings = make_settings(SLACK, text="Hi", channel="C024BE91L", unfurl_links=True)

    request = SLACK.build(make_job(settings, BOT))

    assert request.url == "https://slack.com/api/chat.postMessage"
    assert request.headers["Authorization"] == "Bearer xoxb-1234-secret"
    assert request.body == b'{"channel":"C024BE91L","text":"Hi","unfurl_links":true}'


def test_a_base_url_takes_the_place_of_slack_s_addresses() -> None:
    base = {"base_url": "http://127.0.0.1:1234/slack"}
    settings = make_settings(SLACK, text="Hi", channel="C024BE91L")

    by_webhook = SLACK.build(make_job(settings, {**WEBHOOK, **base}))
    by_bot = SLACK.build(make_job(settings, {**BOT, **base}))

    assert by_webhook.url == "http://127.0.0.1:1234/slack/services/T000/B000/XXX"
    assert by_bot.url == "http://127.0.0.1:1234/slack/api/chat.postMessage"


def test_a_value_mentions_nobody() -> None:
    message = message_of({"sub1": "<!channel> a & <@U1>"}, text="New: {sub1}")

    assert message["text"] == "New: &lt;!channel&gt; a &amp; &lt;@U1&gt;"


@pytest.mark.parametrize(
    "template", ["<{sub1}|Open>", '{sub2|default:"<!here>"} <{sub1}>']
)
def test_a_value_cannot_complete_a_mention_either(template: str) -> None:
    job = make_job(make_settings(SLACK, text=template), WEBHOOK, {"sub1": "!channel"})

    with pytest.raises(PermanentError, match="would mention people"):
        SLACK.build(job)


@pytest.mark.parametrize(
    ("mention", "text"),
    [("none", "Hi"), ("here", "<!here> Hi"), ("channel", "<!channel> Hi")],
)
def test_the_operator_may_mention_everybody(mention: str, text: str) -> None:
    assert message_of({}, text="Hi", mention=mention)["text"] == text


def test_values_in_blocks_are_escaped_where_slack_formats_and_only_there() -> None:
    values = {"sub1": "<!here>", "landing_url": "https://a.example/?x=1&y=2"}
    button = {
        "type": "button",
        "url": "{landing_url}",
        "text": {"type": "plain_text", "text": "{sub1}"},
    }
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*{sub1}*"}}

    found = blocks_of(values, section, {"type": "actions", "elements": [button]})

    assert found[0]["text"]["text"] == "*&lt;!here&gt;*"
    assert found[1]["elements"][0] == {
        "type": "button",
        "url": "https://a.example/?x=1&y=2",
        "text": {"type": "plain_text", "text": "&lt;!here&gt;"},
    }


def test_a_number_in_a_block_is_a_text_and_a_quote_breaks_nothing() -> None:
    values = {"payout": Decimal(8), "sub1": '"}]'}
    texts = ["{payout}", "a {sub1}"]
    fields = [{"type": "mrkdwn", "text": text} for text in texts]

    found = blocks_of(values, {"type": "section", "fields": fields})

    assert [field["text"] for field in found[0]["fields"]] == ["8", 'a "}]']


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ('{"type": "divider"}', "list of blocks"),
        ('["divider"]', "list of blocks"),
        ("[{]", "not JSON"),
        (json.dumps([{"type": "divider"}] * 51), "at most 50"),
        ('[{"type": "broadcast", "range": "{sub1}"}]', "“range” cannot hold a macro"),
        ('[{"type": "section", "text": {"type": "{sub1}"}}]', "“type” cannot hold"),
        ('[{"type": "section", "text": "{nonsense}"}]', "Unknown macro"),
    ],
)
def test_blocks_that_cannot_be_sent_are_refused_when_saved(
    blocks: str, error: str
) -> None:
    form = SLACK.RuleForm(posted(SLACK.RuleForm, blocks=blocks))

    assert error in str(form.errors["blocks"])


def test_a_mention_and_blocks_do_not_go_together() -> None:
    changes = {"blocks": '[{"type": "divider"}]', "mention": "here"}

    form = SLACK.RuleForm(posted(SLACK.RuleForm, **changes))

    assert "write <!here> into one" in form.errors["mention"][0]


def test_an_empty_text_is_not_sent() -> None:
    with pytest.raises(SkipDeliveryError, match="empty with the values"):
        message_of({}, text="{sub1}")


def test_a_text_that_grew_too_long_is_not_sent() -> None:
    with pytest.raises(PermanentError, match="longer than 40,000"):
        message_of({"sub1": "x" * 40_001}, text="{sub1}")


def test_a_bot_without_a_channel_says_what_to_do() -> None:
    with pytest.raises(PermanentError, match="Enter it in this postback"):
        SLACK.build(make_job(make_settings(SLACK, text="Hi"), BOT))


def test_what_is_unclear_is_sent_again_unless_the_rule_says_otherwise() -> None:
    assert SLACK.repeats_ambiguous(make_settings(SLACK))
    assert not SLACK.repeats_ambiguous(make_settings(SLACK, on_ambiguous="hold"))


def test_no_part_of_the_webhook_s_path_is_stored(partner: Partner) -> None:
    url = "https://hooks.slack.com/services/T0AAA/B0BBB/canary9"
    partner.answers(404, "no such hook: T0AAA/B0BBB/canary9, canary9, T0AAA")

    result = SLACK.run(
        make_job(
            make_settings(SLACK, text="Hi"), {"mode": "webhook", "webhook_url": url}
        )
    )

    assert partner.requests[0].url == url
    for part in ("T0AAA", "B0BBB", "canary9"):
        assert part not in repr(result)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"webhook_url": ""}, "webhook_url"),
        (
            {"webhook_url": "https://hooks.slack.example/services/T0/B0/x"},
            "webhook_url",
        ),
        ({"webhook_url": "https://hooks.slack.com/services/"}, "webhook_url"),
        (
            {"webhook_url": "https://hooks.slack.com/services/T0/B0/x?a=b"},
            "webhook_url",
        ),
        (
            {"webhook_url": "https://hooks.slack.com@a.example/services/T"},
            "webhook_url",
        ),
        ({"webhook_url": "http://hooks.slack.com/services/T0/B0/x"}, "webhook_url"),
        ({"mode": "bot"}, "bot_token"),
        ({"mode": "bot", "bot_token": "xapp-1"}, "bot_token"),
        ({"base_url": "http://slack.com"}, "base_url"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = SLACK.ConnectionForm(posted(SLACK.ConnectionForm, **{**WEBHOOK, **changes}))

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack-gov.com/services/T0/B0/x",
        "https://hooks.slack.com/workflows/T0/A0/1/x",
        "https://hooks.slack.com/triggers/E0/1/x",
    ],
)
def test_every_kind_of_webhook_is_taken(url: str) -> None:
    form = SLACK.ConnectionForm(posted(SLACK.ConnectionForm, webhook_url=url))

    assert form.is_valid(), form.errors
    assert SLACK.base_url(form.cleaned_data) == url.partition(".com/")[0] + ".com"


def test_the_destination_tells_webhooks_apart_and_gives_none_away() -> None:
    one = SLACK.destination({}, WEBHOOK)
    other = SLACK.destination(
        {}, {**WEBHOOK, "webhook_url": f"{WEBHOOK['webhook_url']}2"}
    )

    assert one.startswith("https://hooks.slack.com:443#")
    assert one != other
    assert "XXX" not in one


def test_the_summary_names_the_channel_of_a_bot() -> None:
    assert SLACK.summary({"channel": "C1", "text": "Hi"}) == "C1: Hi"
    assert SLACK.summary({"channel": "", "text": "Hi"}) == "Hi"
