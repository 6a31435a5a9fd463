"""Filters of macros; hashes are the golden vectors of reference/actions.md 2.3."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.macro_values import MacroValue
from apps.core.macros import TemplateError
from apps.core.placeholders import compile_text

MOMENT = datetime(2026, 11, 20, 20, 53, 34, 987_000, tzinfo=UTC)
JOHN = "8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d022a0"
PHONE = "758fbf68945f21c416814c539ab578876c8d98fb69e6da692def92cd52417fe0"
PHONE_WITH_PLUS = "cb6880e416769253645cb9c6b8989154bf66a56a77fc14c81fb1019663cbb928"
LEAD_42 = "d52c103b6475403c952875c4abd71592d1c595f18008cbf7bf33c48afb6fc8ce"


def rendered(template: str, value: MacroValue) -> str:
    name = template.strip("{}").partition("|")[0]
    return compile_text(template).render({name: value})


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("{sub1|lower}", "AbC", "abc"),
        ("{sub1|UPPER}", "AbC", "ABC"),
        ("{sub1|trim}", " a ", "a"),
        ("{sub1|digits}", "+1 (415) 5", "14155"),
        ("{sub1|last10}", "+1 415 555 2671", "4155552671"),
        ("{sub1|urlencode}", "a b/c", "a%20b%2Fc"),
        ("{sub1|jsonstr}", 'a"b', 'a\\"b'),
        ("{sub1|json}", 'a"b', '"a\\"b"'),
        ("{sub1|truncate:3}", "abcdef", "abc"),
        ("{status|map:approved=1,pending=2,*=0}", "approved", "1"),
        ('{status|map:"approved=1,pending=2,*=0"}', "hold", "0"),
        ('{status|map:"approved=1"}', "hold", "hold"),
        ("{sub1|default:x}", "", "x"),
        ('{sub1|default:"a|b"}', None, "a|b"),
        ("{sub1|default:x}", "y", "y"),
        ("{payout|number:2}", Decimal(8), "8.00"),
        ("{payout|round:0}", Decimal("2.5"), "2"),
        ("{payout|round:1}", "0", "0.0"),
        ("{payout|cents}", Decimal("12.345"), "1234"),
        ("{event_time}", MOMENT, "2026-11-20T20:53:34Z"),
        ("{event_time|iso}", MOMENT, "2026-11-20T20:53:34Z"),
        ("{event_time|unix}", MOMENT, "1795208014"),
        ("{event_time|ms}", MOMENT, "1795208014987"),
        ("{event_time|unix_ms}", MOMENT, "1795208014987"),
        ('{event_time|date:"%Y-%m-%d"}', MOMENT, "2026-11-20"),
        ("{event_time|tz:Europe/Kyiv}", MOMENT, "2026-11-20T22:53:34+02:00"),
        ('{event_time|tz:Asia/Tokyo|date:"%d %H:%M"}', MOMENT, "21 05:53"),
        ("{field:when|unix}", "2026-11-20T20:53:34Z", "1795208014"),
        ("{payout}", Decimal("1E+3"), "1000"),
        ("{test}", True, "1"),
        ("{test}", None, ""),
    ],
)
def test_a_filter_changes_the_value(
    template: str, value: MacroValue, text: str
) -> None:
    assert rendered(template, value) == text


@pytest.mark.parametrize(
    ("template", "value", "digest"),
    [
        ("{lead:email|sha256}", " John.Smith@Example.com ", JOHN),
        ("{lead:phone|sha256}", "(415) 555-2671", PHONE),
        ("{lead:phone|sha256}", "001 415 555 2671", PHONE),
        ("{lead:phone|trim|sha256}", "+1 415 555 2671 ", PHONE),
        ("{lead:phone|e164|sha256}", "(415) 555-2671", PHONE_WITH_PLUS),
        ("{lead_id|sha256}", "lead-42", LEAD_42),
        ("{sub1|md5}", "a", "0cc175b9c0f1b6a831c399e269772661"),
        ("{sub1|sha1}", "a", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    ],
)
def test_a_hash_is_made_of_the_form_that_platforms_compare(
    template: str, value: str, digest: str
) -> None:
    assert rendered(template, value) == digest


@pytest.mark.parametrize("name", ["sha256", "sha1", "md5", "e164", "unix", "round"])
@pytest.mark.parametrize("value", ["", None])
def test_an_empty_value_stays_empty(name: str, value: MacroValue) -> None:
    assert rendered(f"{{lead:phone|{name}}}", value) == ""


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{lead:phone|e164}", "call me"),
        ("{lead:phone|e164}", "12"),
        ("{event_time|unix}", "yesterday"),
        ("{payout|round:2}", "much"),
        ("{payout|round:2}", "NaN"),
    ],
)
def test_a_value_the_filter_cannot_read_becomes_empty(
    template: str, value: str
) -> None:
    assert rendered(template, value) == ""


def test_a_national_phone_number_is_read_in_the_region_given() -> None:
    assert rendered("{lead:phone|e164:GB}", "020 7946 0958") == "+442079460958"


def test_a_moment_in_another_zone_is_written_in_utc() -> None:
    moment = MOMENT.astimezone(timezone(timedelta(hours=5)))

    assert rendered("{event_time}", moment) == "2026-11-20T20:53:34Z"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{sub1|shout}", "Unknown filter “shout”. Known filters: cents, date"),
        ("{sub1|round:x}", "Filter “round”: give a whole number up to 8."),
        ("{sub1|truncate}", "Filter “truncate”: give a whole number"),
        ("{sub1|tz:Mars/Olympus}", "Filter “tz”: name a time zone"),
        ("{sub1|e164:XX}", "Filter “e164”: name a country"),
        ("{sub1|date:plain}", "Filter “date”: write a pattern"),
        ("{sub1|map:one}", "Filter “map”: write pairs"),
        ("{sub1|lower:x}", "Filter “lower”: it takes no argument."),
        ("{sub1|}", "write filters as"),
        ('{sub1|default:"x}', "write filters as"),
    ],
)
def test_a_filter_that_cannot_work_is_refused_when_saved(
    template: str, problem: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_text(template)

    assert problem in str(caught.value)


@given(
    st.sampled_from(
        [
            *("lower", "trim", "digits", "last10", "urlencode", "jsonstr", "json"),
            *("sha256", "md5", "e164", "map:a=b", "date:%Y", "tz:Asia/Tokyo", "iso"),
            *("unix", "ms", "round:2", "cents", "truncate:3"),
        ]
    ),
    st.text(max_size=20)
    | st.integers()
    | st.decimals()
    | st.datetimes(timezones=st.just(UTC)),
)
def test_no_value_makes_a_filter_crash(name: str, value: MacroValue) -> None:
    text = rendered(f"{{lead:phone|{name}}}", value)

    assert isinstance(text, str)
