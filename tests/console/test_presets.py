"""Presets on the pages that add a postback."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from apps.accounts.models import User
from apps.actions.presets import PRESETS
from apps.core import secret_box
from apps.postbacks.models import PostbackRule
from tests.console.test_flows import ADD, NO_INLINES, ping_values
from tests.factories import make_affiliate, make_user

pytestmark = pytest.mark.django_db

START = "?trigger=conversion_done"


def address(preset: str) -> str:
    """Return the address of the form that starts from ``preset``."""
    return f"{reverse(ADD)}{START}&action=ping_url&preset={preset}"


def values_of(client: Client, preset: str, **changes: str) -> dict[str, str]:
    """Return what a browser posts when only ``changes`` were typed."""
    form = client.get(address(preset)).context["adminform"].form
    initial = {name: form[name].value() for name in form.fields}
    known = {name: value for name, value in initial.items() if value is not None}
    return {**known, **NO_INLINES, **changes}


def test_presets_are_cards_right_after_the_action_they_fill_in(staff: Client) -> None:
    page = staff.get(reverse(ADD))

    html = page.content.decode()
    groups = [group for group, _ in page.context["actions"]]
    assert groups[:3] == [
        "Web request",
        "Web request: trackers and networks",
        "Web request: mobile apps",
    ]
    for preset in PRESETS.values():
        assert f'value="ping_url:{preset.key}"' in html
        assert escape(str(preset.help)) in html


def test_a_card_of_a_preset_leads_to_an_address_with_action_and_preset(
    staff: Client,
) -> None:
    page = staff.get(f"{reverse(ADD)}{START}&action=ping_url:voluum&offer=")

    assert page.status_code == 302
    assert page["Location"] == f"{START}&action=ping_url&offer=&preset=voluum"


@pytest.mark.parametrize("preset", PRESETS)
def test_the_form_starts_from_the_preset_and_names_what_to_replace(
    preset: str, staff: Client
) -> None:
    chosen = PRESETS[preset]

    page = staff.get(address(preset))

    html = page.content.decode()
    form = page.context["adminform"].form
    assert f"Filled in from the preset <b>{escape(chosen.label)}</b>: replace" in html
    for word in chosen.placeholders:
        assert f"<code>{word}</code>" in html
    for name, value in chosen.settings.items():
        assert form[f"cfg_{name}"].value() == value


def test_a_postback_made_from_a_preset_is_like_any_other(staff: Client) -> None:
    url = "https://track.partner.example/postback?cid={partner_click_id}"

    page = staff.post(address("tune"), values_of(staff, "tune", cfg_url=url))

    rule = PostbackRule.objects.get()
    assert page.status_code == 302
    assert rule.settings["url"] == url
    assert rule.settings["success_value"] == "success=true"
    assert "preset" not in str(rule.revisions.get().snapshot)


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_saved_while_a_placeholder_is_left(
    preset: str, staff: Client
) -> None:
    page = staff.post(address(preset), values_of(staff, preset))

    assert f"Replace {PRESETS[preset].placeholders[0]}" in page.content.decode()
    assert not PostbackRule.objects.exists()


def test_a_placeholder_is_refused_also_without_the_preset_in_the_address(
    staff: Client,
) -> None:
    add = f"{reverse(ADD)}{START}&action=ping_url"
    left = "https://your-voluum.example/postback"

    page = staff.post(add, ping_values(staff, add, cfg_url=left))

    assert "Replace your-voluum.example: the preset left" in page.content.decode()
    assert not PostbackRule.objects.exists()


def test_headers_of_a_preset_are_shown_also_after_a_mistake_and_then_sealed(
    staff: Client,
) -> None:
    header = "authentication: {secret:s2s_key}"
    values = values_of(staff, "appsflyer")

    again = staff.post(address("appsflyer"), values)
    app = "https://api3.appsflyer.com/inappevent/id77"
    staff.post(address("appsflyer"), {**values, "cfg_url": app})

    rule = PostbackRule.objects.get()
    assert header in again.content.decode()
    assert secret_box.unseal(rule.sealed_secrets) == {"headers": header}
    change = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])
    assert header not in staff.get(change).content.decode()


def test_headers_that_were_typed_over_a_preset_are_not_shown_again(
    staff: Client,
) -> None:
    values = values_of(staff, "appsflyer", cfg_headers="authentication: canary-1")

    page = staff.post(address("appsflyer"), values)

    assert "canary-1" not in page.content.decode()


def test_going_back_ticks_the_card_of_the_preset(staff: Client) -> None:
    second = staff.get(address("n8n"))

    first = staff.get(reverse(ADD) + second.context["sentence"]["again"])

    assert 'value="ping_url:n8n" required checked' in first.content.decode()


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ("action=ping_url&preset=carrier_pigeon", "no preset «carrier_pigeon»"),
        ("action=twilio_sms&preset=voluum", "Only “Ping URL” has presets"),
    ],
)
def test_a_preset_that_does_not_fit_leads_back_to_the_first_step(
    chosen: str, complaint: str, staff: Client
) -> None:
    page = staff.get(f"{reverse(ADD)}{START}&{chosen}")

    assert complaint in page.content.decode()
    assert "adminform" not in page.context


@pytest.mark.parametrize("preset", [key for key in PRESETS if key != "appsflyer"])
def test_affiliates_may_use_every_preset_without_parameters_of_the_advertiser(
    preset: str, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(make_user("partner", affiliate=make_affiliate()))
    words = PRESETS[preset].placeholders
    values = values_of(client, preset)
    for word in words:
        mine = "partner.example" if word.endswith(".example") else "77"
        values = {n: str(value).replace(word, mine) for n, value in values.items()}

    client.post(address(preset), values)

    assert PostbackRule.objects.count() == 1
