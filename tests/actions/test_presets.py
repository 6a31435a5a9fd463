"""Presets of “Ping URL”: each is a postback once its placeholders are replaced."""

import json
from typing import Any

import pytest

from apps.actions.base import Outcome
from apps.actions.kinds.ping_url import PingUrl
from apps.actions.presets import PRESETS, Preset, left_in
from tests.actions.making import VALUES, make_job, make_response, posted

PING = PingUrl()
EVERY_PRESET = pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))


def filled_in(preset: Preset) -> dict[str, Any]:
    """Return what is stored when somebody replaced all placeholders."""
    settings = posted(PING.RuleForm, **preset.settings)
    for word in preset.placeholders:
        mine = "partner.example" if word.endswith(".example") else "77"
        settings = {
            name: text.replace(word, mine) if isinstance(text, str) else text
            for name, text in settings.items()
        }
    form = PING.RuleForm(settings)
    assert form.is_valid(), form.errors
    return form.cleaned_data


def sent_by(key: str, **values: Any) -> Any:
    """Return the request of a preset; ``values`` are macros."""
    connection = {"auth": "none", "secrets": "s2s_key=k-1"}
    job = make_job(filled_in(PRESETS[key]), connection, {**VALUES, **values})
    return PING.build(job)


@EVERY_PRESET
def test_a_preset_is_a_valid_postback_once_it_is_filled_in(preset: Preset) -> None:
    settings = filled_in(preset)

    assert not [value for value in settings.values() if left_in(str(value))]
    assert PING.build(make_job(settings)).url.startswith("https://")


@EVERY_PRESET
def test_a_preset_says_what_is_to_be_replaced(preset: Preset) -> None:
    text = " ".join(map(str, preset.settings.values()))

    assert preset.placeholders
    assert set(left_in(text)) == set(preset.placeholders)
    assert preset.help.endswith(".")
    assert preset.key == preset.key.lower()


@EVERY_PRESET
def test_a_preset_fills_fields_of_the_form(preset: Preset) -> None:
    assert set(preset.settings) <= set(PING.RuleForm.base_fields)


@EVERY_PRESET
def test_a_preset_keeps_the_names_of_fields_right(preset: Preset) -> None:
    for name, value in preset.settings.items():
        choices = getattr(PING.RuleForm.base_fields[name], "choices", None)
        assert choices is None or value in dict(choices)


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("voluum", "/postback?cid=abc%2F123&payout=8&txid=C-1&currency=USD"),
        ("redtrack", "/postback?clickid=abc%2F123&sum=8&rdtk_event_id=C-1"),
        ("everflow", "/?nid=77&transaction_id=abc%2F123&amount=8"),
        ("tune", "/aff_lsr?transaction_id=abc%2F123&amount=8&adv_sub=C-1"),
        ("cake", "/p.ashx?o=77&e=77&f=pb&r=abc%2F123&t=C-1&p=8"),
        (
            "binom",
            "/click.php?cnv_id=abc%2F123&payout=8&cnv_status=approved&cnv_currency=USD",
        ),
        (
            "keitaro",
            (
                "/77/postback?subid=abc%2F123&status=approved&sale_status=approved"
                "&lead_status=pending,hold&rejected_status=rejected&payout=8"
                "&currency=USD&tid=C-1"
            ),
        ),
    ],
)
def test_trackers_get_the_parameters_they_document(key: str, url: str) -> None:
    request = sent_by(key, conversion_id="C-1", currency="USD")

    assert request.url == f"https://partner.example{url}"
    assert (request.method, request.body) == ("GET", None)


def test_a_partner_that_pays_for_installs_gets_only_the_ids_that_are_known() -> None:
    """R119."""
    request = sent_by("cpi_install", gaid="38400000-8cf0")

    assert request.url == (
        "https://partner.example/postback?click_id=abc%2F123&event=install&payout=8"
        "&gaid=38400000-8cf0"
    )


def test_appsflyer_gets_its_values_as_json_within_json_and_the_key_as_a_header() -> (
    None
):
    request = sent_by(
        "appsflyer", **{"param:appsflyer_id": "a-1", "event_sent_as": "af_purchase"}
    )

    sent = json.loads(request.body)
    assert request.url == "https://api3.appsflyer.com/inappevent/77"
    assert request.headers["authentication"] == "k-1"
    assert (sent["appsflyer_id"], sent["eventName"]) == ("a-1", "af_purchase")
    assert json.loads(sent["eventValue"]) == {"af_revenue": "0"}
    assert "ip" not in sent


@pytest.mark.parametrize("key", ["zapier", "make", "n8n", "teams", "discord"])
def test_no_value_breaks_the_json_of_a_preset(key: str) -> None:
    request = sent_by(key, offer_name='"}], "x": {"', event_name="sale")

    assert '\\"}], \\"x\\": {\\"' in request.body.decode()
    assert "x" not in json.loads(request.body)


def test_a_message_in_a_chat_mentions_nobody() -> None:
    request = sent_by("discord", offer_name="@everyone", currency="USD")

    assert json.loads(request.body) == {
        "content": "Conversion on @everyone: 8 USD",
        "allowed_mentions": {"parse": []},
    }


@pytest.mark.parametrize(
    ("key", "status", "body", "outcome"),
    [
        ("telegram", 200, '{"ok":true,"result":{}}', Outcome.SUCCESS),
        ("telegram", 200, '{"ok":false}', Outcome.PERMANENT),
        ("telegram", 429, '{"ok":false,"parameters":{}}', Outcome.RETRY),
        ("discord", 204, "", Outcome.SUCCESS),
        ("discord", 429, '{"retry_after": 0.5}', Outcome.RETRY),
        ("discord", 404, "", Outcome.PERMANENT),
        ("teams", 202, "", Outcome.SUCCESS),
        ("teams", 200, "", Outcome.PERMANENT),
        ("tune", 200, "success=true;", Outcome.SUCCESS),
        ("tune", 200, "success=false; err_msg=Duplicate.;", Outcome.PERMANENT),
        ("voluum", 200, "", Outcome.SUCCESS),
        ("zapier", 200, '{"status": "success"}', Outcome.SUCCESS),
    ],
)
def test_a_preset_knows_a_success(
    key: str, status: int, body: str, outcome: Outcome
) -> None:
    job = make_job(filled_in(PRESETS[key]))

    assert PING.classify(make_response(status, body), job).outcome is outcome
