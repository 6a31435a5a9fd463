"""What may be written between braces (reference: domain, section 8)."""

import pytest

from apps.core.macro_catalogue import FAMILIES, GROUPS
from apps.core.macros import (
    CATALOGUE,
    TemplateError,
    UnknownMacroError,
    is_staff_only,
    macro_of,
    resolve,
)
from apps.core.placeholders import canonical_text, compile_text, macro_names


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("transaction_id", "transaction_id"),
        ("Transaction_ID", "transaction_id"),
        ("click_id", "transaction_id"),
        ("click.id", "partner_click_id"),
        ("conversion.transaction_id", "transaction_id"),
        ("transactionid", "order_id"),
        ("aff_sub", "sub1"),
        ("aff_sub10", "sub10"),
        ("adv_sub", "adv1"),
        ("custom_field_3", "adv3"),
        ("DeltaPayout", "delta_payout"),
        ("sum", "payout"),
        ("now_unix", "now|unix"),
        ("occurred_at_ms", "event_time|ms"),
        ("mt_gaid_lc", "gaid|lower"),
        ("lead.email", "lead:email"),
        ("Lead:firstName", "lead:firstName"),
        ("lead.id", "lead_id"),
        ("MTEP_Color", "param:Color"),
        ("field:color", "field:color"),
        ("secret:api_key", "secret:api_key"),
    ],
)
def test_names_and_aliases_of_other_platforms_are_understood(
    written: str, canonical: str
) -> None:
    assert resolve(written) == canonical


def test_an_unknown_name_lists_near_matches() -> None:
    with pytest.raises(UnknownMacroError) as caught:
        compile_text("id={trasaction_id}")

    assert str(caught.value) == (
        "Unknown macro {trasaction_id}. Did you mean {transaction_id} or {order_id}?"
    )


def test_an_unknown_name_without_near_matches_says_where_to_look() -> None:
    with pytest.raises(UnknownMacroError, match="Choose one from the list of macros"):
        resolve("zzzzqq")


def test_amount_is_refused_because_it_means_three_things() -> None:
    with pytest.raises(TemplateError, match=r"\{payout\}, \{revenue\} or"):
        compile_text("{amount}")


def test_doubled_braces_are_refused() -> None:
    with pytest.raises(TemplateError, match="single braces"):
        compile_text("{{payout}}")


def test_braces_that_hold_no_name_are_text() -> None:
    assert compile_text('{"a": 1} {}').render({}) == '{"a": 1} {}'


def test_names_in_parentheses_work_as_on_appsflyer() -> None:
    template = compile_text("(event-name)/(event-revenue)/(other)")

    text = template.render({"event_name": "sale", "sale_amount": 5})

    assert text == "sale/5/(other)"


def test_a_template_tells_which_values_it_needs() -> None:
    text = "{Click_ID} {lead.email|sha256} {now_unix} {field:Color|default:x}"

    assert macro_names(text) == {"transaction_id", "lead:email", "now", "field:Color"}
    assert compile_text(text).names == macro_names(text)


def test_a_template_is_saved_with_canonical_names() -> None:
    text = canonical_text(
        '{Click_ID}&{now_unix}&{lead.Email|default:"{"}&{_Sum}&{"a":1}'
    )

    assert (
        text == '{transaction_id}&{now|unix}&{lead.Email|default:"{"}&{_payout}&{"a":1}'
    )


def test_no_two_macros_share_a_spelling() -> None:
    spellings = [
        spelling.partition("|")[0]
        for macro in CATALOGUE.values()
        for spelling in (macro.name, *macro.aliases)
    ]

    assert len(spellings) == len(set(spellings))
    assert all(resolve(spelling) for spelling in spellings)


def test_the_catalogue_says_what_is_personal_and_what_only_staff_may_use() -> None:
    assert macro_of("ip").is_personal
    assert macro_of("lead:email").is_personal
    assert not macro_of("payout").is_personal
    names = [*CATALOGUE, *(family.name for family in FAMILIES)]
    assert {name for name in names if is_staff_only(name)} == {
        *("revenue", "advertiser_id", "advertiser_name"),
        *("field:<name>", "lead:<name>", "param:<name>"),
    }


def test_every_macro_has_a_meaning_and_an_example_for_the_picker() -> None:
    macros = [macro for group in GROUPS.values() for macro in group] + [*FAMILIES]

    assert all(macro.meaning and macro.example for macro in macros)
