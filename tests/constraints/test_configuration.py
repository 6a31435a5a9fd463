"""The database refuses nonsense in what people configure."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Advertiser, Affiliate, ApiToken, User
from apps.connections.models import Connection
from apps.deliveries.models import Destination
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import (
    EventLimit,
    EventLimitCount,
    EventType,
    OfferEvent,
    OfferEventField,
    OfferEventPayout,
    SeenEventName,
)
from apps.goals.models import Goal
from apps.offers.models import OfferAffiliate, Project
from apps.postbacks.models import GoalSettings, PostbackRule, RuleRevision
from tests.constraints.refusing import refused_by
from tests.factories import (
    NOON,
    make_affiliate,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_catalogue_names_are_unique() -> None:
    offer = make_offer()
    make_affiliate("Bright")
    Project.objects.create(name="One")
    EventList.objects.create(name="One")
    Connection.objects.create(name="One", kind="ping_url")
    Destination.objects.create(key="https://a.example:443")
    make_event_type("page")

    cases: list[tuple[str, Callable[[], Any]]] = [
        ("advertiser_name_unique", lambda: Advertiser.objects.create(name="ACME")),
        ("affiliate_name_unique", lambda: Affiliate.objects.create(name="BRIGHT")),
        ("project_name_unique", lambda: Project.objects.create(name="ONE")),
        ("event_list_name_unique", lambda: EventList.objects.create(name="One")),
        ("event_type_name_unique", lambda: make_event_type("page")),
        (
            "connection_name_unique",
            lambda: Connection.objects.create(name="One", kind="x"),
        ),
        (
            "destination_key_unique",
            lambda: Destination.objects.create(key="https://a.example:443"),
        ),
        ("offer_name_unique_per_advertiser", lambda: make_offer(offer.name.upper())),
        (
            "offer_public_token_unique",
            lambda: make_offer("B", public_token=offer.public_token),
        ),
        ("event_type_has_a_name", lambda: make_event_type("")),
    ]
    for constraint, create in cases:
        with refused_by(constraint):
            create()


def test_event_type_names_differ_by_case() -> None:
    """R170: unique, case-sensitive."""
    make_event_type("page")

    make_event_type("Page")

    assert EventType.objects.filter(name__iexact="page").count() == 2


def test_users_match_their_role() -> None:
    affiliate = make_affiliate()

    with refused_by("user_affiliate_matches_role"):
        User.objects.create(username="a", role="affiliate")
    with refused_by("user_affiliate_matches_role"):
        User.objects.create(username="b", role="admin", affiliate=affiliate)
    with refused_by("user_of_affiliate_is_no_superuser"):
        User.objects.create(
            username="c", role="affiliate", affiliate=affiliate, is_superuser=True
        )


def test_tokens_have_one_owner_one_hash_and_a_span() -> None:
    offer = make_offer()
    make_token(offer)

    with refused_by("api_token_hash_unique"):
        make_token(offer)
    with refused_by("api_token_owner_matches_scope"):
        ApiToken.objects.create(
            label="x", scope="offer", token_hash="1", valid_from=NOON
        )
    with refused_by("api_token_ends_after_it_begins"):
        make_token(offer, secret="y", valid_from=NOON, valid_until=NOON)


def test_offers_and_their_terms_are_sane() -> None:
    offer = make_offer()
    affiliate = make_affiliate()
    OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    other = make_affiliate("Other")

    with refused_by("offer_terms_not_negative"):
        make_offer("B", payout_value=-1)
    with refused_by("offer_percentage_at_most_100"):
        make_offer("B", revenue_type="cps", revenue_value=101)
    with refused_by("offer_currency_is_iso_code"):
        make_offer("B", currency="usd")
    with refused_by("offer_click_lifespan_1_to_365_days"):
        make_offer("B", click_lifespan_days=0)
    with refused_by("offer_hold_1_to_365_days"):
        make_offer("B", hold_days=0)
    with refused_by("advertiser_currency_is_iso_code"):
        Advertiser.objects.create(name="B", default_currency="x")
    with refused_by("offer_affiliate_unique"):
        OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    with refused_by("offer_affiliate_payout_is_complete"):
        OfferAffiliate.objects.create(offer=offer, affiliate=other, payout_value=1)
    with refused_by("offer_affiliate_percentage_at_most_100"):
        OfferAffiliate.objects.create(
            offer=offer, affiliate=other, payout_type="cps", payout_value=101
        )


def test_limits_are_one_per_event_and_period_and_let_something_pass() -> None:
    offer = make_offer()
    EventLimit.objects.create(offer=offer, maximum=1, period="day")
    limit = EventLimit.objects.create(offer=offer, maximum=1, period="hour")
    EventLimitCount.objects.create(limit=limit, period_start=NOON, count=1)

    with refused_by("event_limit_unique"):
        EventLimit.objects.create(offer=offer, maximum=2, period="day")
    with refused_by("event_limit_at_least_one"):
        EventLimit.objects.filter(pk=limit.pk).update(maximum=0)
    with refused_by("event_limit_period_is_known"):
        EventLimit.objects.filter(pk=limit.pk).update(period="week")
    with refused_by("event_limit_count_unique"):
        EventLimitCount.objects.create(limit=limit, period_start=NOON, count=1)


def test_payouts_and_outcomes_of_events_are_sane() -> None:
    event = make_offer_event(make_offer())
    other = make_affiliate("Other")
    paid = {"offer_event": event, "payout_type": "cpa"}
    OfferEventPayout.objects.create(affiliate=make_affiliate(), payout_value=1, **paid)

    with refused_by("offer_event_payout_unique"):
        OfferEventPayout.objects.create(
            affiliate=make_affiliate(), payout_value=2, **paid
        )
    with refused_by("offer_event_payout_in_range"):
        OfferEventPayout.objects.create(affiliate=other, payout_value=-1, **paid)
    with refused_by("offer_event_payout_in_range"):
        paid["payout_type"] = "cps"
        OfferEventPayout.objects.create(affiliate=other, payout_value=101, **paid)
    with refused_by("offer_event_maps_to_known_status"):
        OfferEvent.objects.filter(pk=event.pk).update(maps_to_status="paid")


def test_goals_and_events_of_an_offer_are_unique() -> None:
    offer = make_offer()
    Goal.objects.create(offer=offer, name="sale", alias="s")
    event = make_offer_event(offer, advertiser_event_name="Level 5")
    OfferEventField.objects.create(offer_event=event, name="plan")
    SeenEventName.objects.create(offer=offer, name="x", first_at=NOON, last_at=NOON)
    second = make_event_type("second")

    with refused_by("goal_name_unique_per_offer"):
        Goal.objects.create(offer=offer, name="sale")
    with refused_by("goal_alias_unique_per_offer"):
        Goal.objects.create(offer=offer, name="other", alias="s")
    with refused_by("offer_event_unique"):
        make_offer_event(offer, event.event_type)
    with refused_by("offer_event_advertiser_name_unique"):
        make_offer_event(offer, second, advertiser_event_name="Level 5")
    with refused_by("offer_event_terms_not_negative"):
        make_offer_event(offer, second, revenue_value=-1)
    with refused_by("offer_event_percentage_at_most_100"):
        OfferEvent.objects.create(
            offer=offer, event_type=second, payout_type="cps", payout_value=101
        )
    with refused_by("offer_event_field_name_unique"):
        OfferEventField.objects.create(offer_event=event, name="plan")
    with refused_by("seen_event_name_unique"):
        SeenEventName.objects.create(offer=offer, name="x", first_at=NOON, last_at=NOON)


def test_lists_hold_each_event_and_offer_once() -> None:
    offer = make_offer()
    event_type = make_event_type()
    event_list = EventList.objects.create(name="One")
    EventListItem.objects.create(event_list=event_list, event_type=event_type)
    OfferEventList.objects.create(event_list=event_list, offer=offer)

    with refused_by("event_list_item_unique"):
        EventListItem.objects.create(event_list=event_list, event_type=event_type)
    with refused_by("offer_event_list_unique"):
        OfferEventList.objects.create(event_list=event_list, offer=offer)


def test_rules_have_settings_of_their_trigger_and_keep_their_identity() -> None:
    """R98, R103: the action and the owner of a rule are for life."""
    offer = make_offer()
    rule = make_rule(offer)
    goal = Goal.objects.create(offer=offer, name="sale")
    GoalSettings.objects.create(rule=rule, goal=goal)
    rule.custom_events.create(name="x")

    with refused_by("rule_event_settings_need_event_trigger"):
        make_rule(offer, categories=["views"])
    with refused_by("rule_event_type_replaces_categories"):
        make_rule(
            offer, trigger="event", categories=["views"], event_type=make_event_type()
        )
    with refused_by("rule_has_an_action"):
        PostbackRule.objects.create(
            trigger="event", action="", author=make_user(), offer=offer
        )
    with refused_by("rule_goal_needs_an_offer"):
        make_rule(None, goal=goal)
    with refused_by("rule_custom_event_unique"):
        rule.custom_events.create(name="x")
    with refused_by("goal_settings_unique"):
        GoalSettings.objects.create(rule=rule, goal=goal)
    with refused_by("rule_revision_number_unique"):
        RuleRevision.objects.create(rule=rule, number=1, snapshot={}, created_at=NOON)
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        PostbackRule.objects.filter(pk=rule.pk).update(action="other")
