"""Everything that is wrong with a file is told at once, with its line and the next step."""

import pytest

from apps.accounts.models import Affiliate
from apps.configfile.importing import import_file
from apps.core.secret_box import seal
from apps.offers.models import Project
from apps.postbacks.models import PostbackRule
from tests.configfile.world import make_admin, problems
from tests.factories import NOON, make_offer, make_rule, make_user
from tests.lists.making import make_value_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

KINDS = (
    "dnpl, edelivery_contact, edelivery_unsub, facebook_capi, five9, ga4, google_ads, "
    "google_sheets, lms_post, meta_audience, optintel_send, optintel_unsub, ping_url, "
    "slack, smtp, tiktok_events, trustedform, twilio_sms"
)


RULE = """version: 1
rules:
- name: R
  trigger: conversion_done
  action: ping_url
  settings:
    url: https://partner.example/pb?tid={transaction_id}
"""


WRONG = """version: 1
projects:
- name: P
  inactivity_window_days: 400
- name: P
advertisers:
- name: A
  default_currency: eur
affiliates:
- external_ref: "1"
offers:
- advertiser: A
  name: O
  project: Q
  status: running
  goals:
  - name: 12
  colour: red
"""
EXPECTED = [
    (
        "line 4: projects[1] «P».inactivity_window_days: Ensure this value is less than "
        "or equal to 365."
    ),
    "line 5: projects[2] «P»: It stands in the file twice; first in line 3.",
    "line 7: advertisers[1] «A»: Three capital letters, e.g. USD.",
    "line 10: affiliates[1]: «name» is missing.",
    (
        "line 14: offers[1] «A / O».project: There is no project «Q», neither in the file "
        "nor here. Correct the name, or add it to the file."
    ),
    (
        "line 15: offers[1] «A / O».status: «running» is none of: draft, active, paused, "
        "closed."
    ),
    "line 17: offers[1] «A / O».goals[1].name: Write a text; put it in quotes.",
    (
        "line 18: offers[1]: «colour» is not known here. Known: advertiser, name, "
        "project, kind, platform, vertical, status, landing_url, currency, revenue_type, "
        "revenue_value, payout_type, payout_value, percent_of, enable_goals, "
        "default_goal, conversion_default_status, hold_days, click_lifespan_days, "
        "accept_unknown_events, ip_allowlist, event_lists, value_lists, goals, "
        "affiliates, limits, events."
    ),
]


def test_problems_of_all_sections_are_told_together_in_the_order_of_the_file() -> None:
    found = problems(WRONG)

    assert found == EXPECTED
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("action: ping_url", "action: fax"), f"line 5: rules[1] «R».action: There is no action «fax». Known: {KINDS}."),
        (("  action: ping_url\n", ""), f"line 3: rules[1] «R».action: It is missing. Known: {KINDS}."),
        (("trigger: conversion_done", "trigger: sale"), "line 4: rules[1] «R».trigger: «sale» is none of: conversion_done, conversion_pending, conversion_reject, conversion_any, event, attribution."),
        (("https://partner.example", "ftp://partner.example"), "line 7: rules[1] «R».settings.url: Start the URL with https:// (or http://) and a host."),
        (("{transaction_id}", "{transaktion_id}"), "line 7: rules[1] «R».settings.url: Unknown macro {transaktion_id}. Did you mean {transaction_id} or {order_id} or {partner_click_id}?"),
        (("    url", "    token: x\n    url"), "line 7: rules[1] «R».settings.token: There is no such setting. Known: method, missing_value, on_ambiguous, on_mismatch, payload, payload_type, success, success_value, timeout_seconds, treat_409_as_success, url."),
        (("    url", "    headers: x\n    url"), "line 7: rules[1] «R».settings.headers: This is a secret: take it out of the file, name it under «secrets», and enter it on the screen after the import."),
        (("    url", "    timeout_seconds: 99\n    url"), "line 7: rules[1] «R».settings.timeout_seconds: Ensure this value is less than or equal to 30."),
        (("    url", "    payload: [x]\n    url"), "line 7: rules[1] «R».settings.payload: Write a text; put it in quotes."),
        (("  settings", "  secrets: [token]\n  settings"), "line 6: rules[1] «R».secrets: «token» is no secret here. Known: headers."),
        (("  settings", "  connection: Vault\n  settings"), "line 6: rules[1] «R».connection: There is no connection «Vault», neither in the file nor here. Correct the name, or add it to the file."),
        (("  settings", "  use_case: touched\n  settings"), "line 6: rules[1] «R».use_case: «touched» stands for: conversions, partial_conversions. Write these, or no use case."),
        (("  settings", "  operations: [fly]\n  settings"), "line 6: rules[1] «R».operations: «fly» is none of: create, update, delete."),
        (("  settings", "  categories: [views]\n  settings"), "line 3: rules[1] «R»: Categories and an event type belong to the trigger Event."),
        (("  settings", "  sample_percent: 0\n  settings"), "line 3: rules[1] «R»: A sample is more than 0 and at most 100 percent. To send nothing, disable the postback."),
        (("  settings", "  schedule_timezone: Mars/Base\n  settings"), "line 6: rules[1] «R».schedule_timezone: There is no time zone «Mars/Base». Write one such as Europe/Kyiv."),
        (("  settings", "  retry_delays: [5, 0]\n  settings"), "line 6: rules[1] «R».retry_delays[2]: Write seconds, at least 1 and at most 604800 (7 days)."),
        (("  settings", "  custom_events:\n  - name: x\n  settings"), "line 6: rules[1] «R».custom_events: They belong to the triggers event and attribution. Take them out."),
        (("  settings", "  conditions:\n  - field: a\n    operator: above\n    value: x\n  settings"), "line 9: rules[1] «R».conditions[1].value: «x» is neither a number nor a date, e.g. 12.50 or 2026-01-31."),
        (("  settings", "  conditions:\n  - field: a\n    operator: like\n  settings"), "line 8: rules[1] «R».conditions[1].operator: «like» is none of: is, is_not, contains, contains_not, starts_with, in, not_in, above, at_least, below, at_most, present, absent, matches."),
        (("  settings", "  sending_hours:\n  - weekday: monday\n    opens_at: '9:00'\n    closes_at: '25:00'\n  settings"), "line 9: rules[1] «R».sending_hours[1].closes_at: “25:00” value has the correct format (HH:MM[:ss[.uuuuuu]]) but it is an invalid time."),
        (("  settings", "  caps:\n  - period: day\n    maximum: 1\n  - period: day\n    maximum: 2\n  settings"), "line 9: rules[1] «R».caps[2]: It stands here twice."),
        (("  settings", "  caps:\n  - period: day\n  settings"), "line 7: rules[1] «R».caps[1]: «maximum» is missing."),
        (("  settings", "  caps:\n  - period: day\n    maximum: 0\n  settings"), "line 7: rules[1] «R».caps[1]: A cap lets at least one through. To send nothing, disable the postback."),
        (("  trigger", "  number: 2\n  trigger"), "line 4: rules[1] «R #2».number: There is no number 1 of this name before it."),
        (("  trigger", "  is_archived: true\n  trigger"), "line 3: rules[1] «R».status: A deleted postback never fires: write «status: disabled»."),
        (("  trigger", "  offer: O\n  trigger"), "line 4: rules[1] «O / R».offer: There is no offer «O», neither in the file nor here. Correct the name, or add it to the file."),
        (("  trigger", "  goal: G\n  trigger"), "line 4: rules[1] «R».goal: There is no goal «G», neither in the file nor here. Correct the name, or add it to the file."),
        (("conversion_done", "attribution\n  facts: [install]"), "line 3: rules[1] «R».subject_kind: Choose whether it is about devices or users."),
    ],
)  # fmt: skip
def test_a_rule_is_checked_as_its_form_does(
    change: tuple[str, str], problem: str
) -> None:
    found = problems(RULE.replace(*change))

    assert problem in found


def test_a_rule_without_its_connection_is_refused() -> None:
    found = problems(
        "version: 1\nrules:\n- name: R\n  trigger: conversion_done\n"
        "  action: ga4\n  settings:\n    event_name: sale\n"
    )

    assert "line 3: rules[1] «R».connection: This action needs a connection." in found


def test_a_connection_of_another_action_is_refused() -> None:
    text = RULE.replace("rules:", "connections:\n- name: V\n  kind: slack\nrules:")

    found = problems(text.replace("  settings", "  connection: V\n  settings"))

    assert found == [
        (
            "line 9: rules[1] «R».connection: «V» is a connection of «slack», not of "
            "«ping_url»."
        )
    ]


def test_a_postback_of_an_affiliate_keeps_to_what_affiliates_may() -> None:
    Affiliate.objects.create(name="Bright")
    make_offer("O")
    text = RULE.replace("- name: R", "- advertiser: Acme\n  offer: O\n  owner: Bright")
    text = text.replace("{transaction_id}", "{revenue}")

    found = problems(text)

    place = "rules[1] «Acme / O / Bright»"
    assert found == [
        (
            f"line 3: {place}: The postback of an affiliate is about that affiliate's "
            "conversions only."
        ),
        (
            f"line 3: {place}.affiliate: A postback of an affiliate is about it alone: write "
            "«Bright»."
        ),
        f"line 4: {place}.offer: «Bright» is not on the offer «O». Put it there first.",
        (
            f"line 9: {place}.settings.url: {{revenue}} is not for postbacks of affiliates. "
            "Take it out."
        ),
    ]


def test_what_never_changes_is_refused_with_the_way_out() -> None:
    make_value_list()
    make_rule(None, author=make_admin(), name="R", archived_at="2026-01-01T00:00Z")
    text = (
        "value_lists:\n- reference: opt-outs\n  name: Opt-outs\n  field: email\n"
        "  hashing: md5\n"
    )

    found = problems(RULE.replace("rules:", f"{text}rules:"))

    assert found == [
        (
            "line 3: value_lists[1] «opt-outs».normalization: It cannot be changed: make a "
            "new list with another reference."
        ),
        (
            "line 6: value_lists[1] «opt-outs».hashing: It cannot be changed: make a new "
            "list with another reference."
        ),
        (
            "line 8: rules[1] «R».is_archived: It was deleted here, and there is no way "
            "back: give the postback another name, or «number: 2»."
        ),
    ]


def test_another_action_under_the_same_name_is_refused() -> None:
    make_rule(None, author=make_admin(), name="R")
    text = RULE.replace("action: ping_url", "action: optintel_unsub")

    found = problems(text)

    assert (
        "line 5: rules[1] «R».action: It cannot be changed: give the postback another "
        "name."
    ) in found


def test_an_address_that_moves_does_not_take_its_secrets_along() -> None:
    make_rule(None, author=make_admin(), name="R", url="https://partner.example/a")
    PostbackRule.objects.update(sealed_secrets=seal({"headers": "X-Key: canary"}))

    found = problems(RULE.replace("partner.example", "thief.example"))

    assert found == [
        (
            "line 6: rules[1] «R».settings: The address changed, so the secrets (headers) "
            "have to be entered again: change the address on the screen, then import."
        )
    ]


def test_who_may_not_take_people_off_a_list_cannot_import_that() -> None:
    make_value_list()
    text = """version: 1
rules:
- name: R
  trigger: conversion_done
  action: dnpl
  settings:
    operation: remove
    backend: local
    local_list: opt-outs
"""
    viewer = make_user("vera", role="viewer")

    report = import_file(content=text.encode(), author=viewer, now=NOON)

    assert [str(problem) for problem in report.problems] == [
        (
            "line 7: rules[1] «R».settings.operation: You may not take anybody off a list. "
            "Ask an account manager."
        )
    ]
