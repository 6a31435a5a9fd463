"""The list of postbacks: every column of the requirements, health, warnings, bulk."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.actions import registry
from apps.connections.models import Connection
from apps.core.adminkit.showing import NOTHING
from apps.deliveries.models import RuleHealth
from apps.goals.models import Goal
from apps.postbacks.models import PostbackRule
from apps.reports.models import DeliveryHour
from tests.factories import make_affiliate, make_offer, make_rule, make_user

pytestmark = pytest.mark.django_db

LIST = "admin:postbacks_postbackrule_changelist"
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def add_hour(rule: PostbackRule, hours_ago: int, **sums: Any) -> None:
    """Store what became of the deliveries of an hour."""
    hour = now().replace(minute=0, second=0, microsecond=0) - hours_ago * HOUR
    counts = {"planned": 9, "delivered": 0, "failed": 0, "held": 0, **sums}
    DeliveryHour.objects.create(rule=rule, hour=hour, **counts)


def listed(client: Client, query: str = "") -> str:
    return client.get(reverse(LIST) + query).content.decode()


def row_of(html: str, rule: PostbackRule) -> str:
    """Return the row of the list that is about ``rule``."""
    [row] = [
        one for one in html.split("<tr") if f"postbackrule/{rule.pk}/change" in one
    ]
    return row


def test_the_list_has_every_column_that_operators_need(staff: Client) -> None:
    """R66, R67, R68, R69, R70, R71, R72, R73: each column has what it is for."""
    offer = make_offer(enable_goals=True)
    author = make_user("maria", first_name="Maria", last_name="Keller")
    rule = make_rule(
        offer,
        author=author,
        name="Tracker",
        affiliate=make_affiliate("Bright"),
        goal=Goal.objects.create(offer=offer, name="Registration"),
    )
    disabled = make_rule(offer, status="disabled")

    html = listed(staff)
    row = row_of(html, rule)

    for words in (
        f">{rule.pk}</a>",
        "Conversion Done",
        "<b>affiliate</b> Bright",
        "<b>goal</b> Registration",
        "Ping URL",
        "GET https://partner.example/pb?tid={transaction_id}",
        ">Active</span>",
        f"{rule.created_at:%Y-%m-%d %H:%M}",
        f"#{author.pk} Maria Keller",
    ):
        assert words in row, words
    assert ">Disabled</span>" in row_of(html, disabled)
    assert f"/{rule.pk}/status/" in row  # R74: the status is the button


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"trigger": "conversion_done"}, "A conversion becomes approved"),
        ({"trigger": "conversion_pending"}, "A conversion becomes pending"),
        ({"trigger": "conversion_reject"}, "A conversion becomes rejected"),
        ({"trigger": "conversion_any"}, "A conversion enters any status"),
        ({"trigger": "event", "categories": ["views"]}, ">Views</span>"),
        (
            {
                "trigger": "event",
                "categories": ["views", "progress"],
                "custom_events": {"sale": ""},
            },
            "Any of Views, Progress, or 1 by its name",
        ),
        ({"trigger": "event"}, "No event yet"),
    ],
)
def test_the_trigger_is_told_in_words(
    staff: Client, fields: dict[str, Any], words: str
) -> None:
    """R214: for all families of triggers."""
    rule = make_rule(make_offer(), **fields)

    assert words in row_of(listed(staff), rule)


def test_thirty_custom_events_do_not_fill_the_row(staff: Client) -> None:
    """R31: without limit, but the list stays a list."""
    names = {f"event_{number:02}": "" for number in range(30)}
    rule = make_rule(make_offer(), trigger="event", custom_events=names)

    row = row_of(listed(staff), rule)

    assert "and 25 more" in row
    assert "30 by their names" in row


def test_a_row_shows_how_the_postback_fared(staff: Client) -> None:
    rule = make_rule(make_offer())
    add_hour(rule, 2, delivered=3, delivered_at=now() - 2 * HOUR)
    add_hour(rule, 5, delivered=5, failed=2, failed_at=now() - 5 * HOUR)
    add_hour(rule, 40, failed=90)
    quiet = make_rule(make_offer("Quiet"))

    html = listed(staff)
    row = row_of(html, rule)

    assert 'aria-label="24 hours: 8 delivered, 2 failed"' in row
    assert ">80 %</span>" in row
    assert ">2 h ago</time>" in row
    assert ">5 h ago</time>" in row
    assert f'<td class="field-last_day">{NOTHING}</td>' in row_of(html, quiet)


def test_a_postback_that_fails_now_says_since_when_and_why(staff: Client) -> None:
    rule = make_rule(make_offer())
    RuleHealth.objects.create(
        rule=rule, failures=3, failing_since=now() - 3 * HOUR, last_message="HTTP 503"
    )

    row = row_of(listed(staff), rule)

    assert 'title="For 3 h now. HTTP 503">3 failures in a row</span>' in row


def test_failing_postbacks_come_first_when_asked(staff: Client) -> None:
    offer = make_offer()
    worst, bad, fine = (make_rule(offer, name=name) for name in ("W", "B", "F"))
    add_hour(bad, 1, delivered=1, failed=2)
    add_hour(worst, 1, delivered=1, failed=9)
    add_hour(fine, 1, delivered=1)
    page = staff.get(reverse(LIST))
    [red] = [one for one in page.context["quick_links"] if one.label == "Failing first"]

    found = staff.get(reverse(LIST) + red.url).context["cl"].result_list

    assert [rule.name for rule in found] == ["W", "B", "F"]


def test_the_list_costs_the_same_for_many_postbacks(staff: Client) -> None:
    """Health, names and warnings of a whole page are one query each."""
    offer = make_offer()

    def add() -> None:
        rule = make_rule(offer, trigger="event", custom_events={"sign_up": ""})
        add_hour(rule, 1, delivered=1)

    add()
    with CaptureQueriesContext(connection) as few:
        listed(staff)
    for _ in range(6):
        add()
    with CaptureQueriesContext(connection) as many:
        listed(staff)

    assert len(many) == len(few) <= 15
    assert not [q for q in many if "deliveries_delivery" in q["sql"]]


def test_what_is_the_matter_stands_in_the_list_and_on_the_form(staff: Client) -> None:
    """R33, R94: warnings; saving stays possible."""
    offer = make_offer()
    broken = Connection.objects.create(name="C", kind="slack", state="auth_error")
    goal = Goal.objects.create(offer=offer, name="Registration")
    cases = {
        "never fires": make_rule(offer, trigger="event"),
        "no click id": make_rule(offer, url="https://partner.example/pb?p={payout}"),
        "connection down": make_rule(offer, connection=broken),
        "goal ignored": make_rule(offer, goal=goal),
    }
    fine = make_rule(offer, url="https://partner.example/pb?c={partner_click_id}")

    html = listed(staff)

    for words, rule in cases.items():
        form = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])
        assert f">{words}</span>" in row_of(html, rule)
        assert f"<b>{words}</b>" in staff.get(form).content.decode()
    assert 'class="badge wait"' not in row_of(html, fine)


def test_an_audience_is_best_filled_with_conversions_only(staff: Client) -> None:
    """R17, R19: the method decides what to tick; more sends more and may add noise."""
    assert registry.get("meta_audience").is_audience
    settings = {
        name: field.initial or ""
        for name, field in registry.get("meta_audience").RuleForm.base_fields.items()
    }
    connection = Connection.objects.create(name="Meta", kind="meta_audience")
    rules = [
        PostbackRule.objects.create(
            trigger="event",
            categories=categories,
            action="meta_audience",
            settings=settings,
            connection=connection,
            author=make_user(),
        )
        for categories in (["conversions"], ["views", "conversions"])
    ]

    html = listed(staff)

    assert "more than conversions" not in row_of(html, rules[0])
    assert "may add noise" in row_of(html, rules[1])


def test_several_are_switched_after_a_confirmation(staff: Client) -> None:
    """R74: nothing dangerous is done to many at once."""
    offer = make_offer()
    rules = [make_rule(offer, name=name) for name in ("One", "Two")]
    off = make_rule(offer, status="disabled")
    chosen = {
        "action": "change_status",
        "_selected_action": [str(rule.pk) for rule in (*rules, off)],
    }

    asked = staff.post(reverse(LIST), chosen)
    assert PostbackRule.objects.filter(status="active").count() == 2
    answers = {"confirmed": "1", "status": "disabled", "reason": "audit"}
    done = staff.post(reverse(LIST), {**chosen, **answers}, follow=True)

    told = " ".join(str(message) for message in done.context["messages"])
    assert f"#{rules[0].pk} One" in asked.content.decode()
    assert f"#{rules[0].pk} One, #{rules[1].pk} Two are disabled now." in told
    assert "1 of 3 were disabled already." in told
    assert not PostbackRule.objects.filter(status="active").exists()
    assert rules[0].revisions.latest("number").comment == "Disabled: audit"
    assert [name for name, _ in asked.context["hidden"][:1]] == ["action"]


def test_a_strangers_postbacks_are_not_switched_along(
    sign_in: Callable[[User], Client],
) -> None:
    """R103, R224."""
    rule = make_rule(make_offer())
    client = sign_in(make_user("partner", affiliate=make_affiliate()))
    chosen = {
        "action": "change_status",
        "_selected_action": [str(rule.pk)],
        "confirmed": "1",
        "status": "disabled",
    }

    client.post(reverse(LIST), chosen)

    rule.refresh_from_db()
    assert rule.status == "active"
