"""Custom events that never came: the cause is told, until they come."""

from typing import Any

import pytest

from apps.events.models import SeenEventName
from apps.offers.models import Offer, OfferAffiliate
from apps.postbacks.models import PostbackRule
from apps.postbacks.name_warnings import name_warnings, unheard_names
from tests.factories import (
    NOON,
    make_affiliate,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule() -> PostbackRule:
    """Return a rule that waits for one custom event."""
    return make_rule(make_offer(), trigger="event", custom_events={"sign_up": ""})


def see(offer: Offer | None, name: str, **counts: Any) -> None:
    """Count a received name."""
    assert offer is not None
    SeenEventName.objects.create(
        offer=offer, name=name, first_at=NOON, last_at=NOON, **counts
    )


def causes(rule: PostbackRule) -> list[str]:
    return [warning.cause for warning in name_warnings(rule)]


def test_a_name_that_never_came_is_warned_of_until_it_comes(rule: PostbackRule) -> None:
    """R33, R34: not sent by the integration."""
    assert "does not send it yet" in causes(rule)[0]

    see(rule.offer, "sign_up", accepted_count=1)

    assert causes(rule) == []
    assert unheard_names([rule]) == {}


def test_a_near_miss_is_named(rule: PostbackRule) -> None:
    """R29, R34: a mismatch of the name."""
    see(rule.offer, "Sign_Up", accepted_count=3)

    assert "«Sign_Up» was" in causes(rule)[0]


def test_what_a_limit_filtered_is_not_called_unseen(rule: PostbackRule) -> None:
    """R35."""
    see(rule.offer, "sign_up", filtered_count=4)

    assert "Received 4 times, each time filtered by a limit" in causes(rule)[0]


def test_a_refused_name_points_to_the_refused_requests(rule: PostbackRule) -> None:
    see(rule.offer, "sign_up", refused_count=2)

    assert "each time refused" in causes(rule)[0]


def test_another_offers_events_do_not_count(rule: PostbackRule) -> None:
    other = make_offer("Other")
    see(other, "sign_up", accepted_count=1)
    everywhere = make_rule(None, trigger="event", custom_events={"sign_up": ""})

    assert unheard_names([rule, everywhere]) == {rule.pk: ["sign_up"]}


def test_style_is_advice_only(rule: PostbackRule) -> None:
    """R30."""
    rule.custom_events.create(name="SignupComplete")
    see(rule.offer, "sign_up", accepted_count=1)
    see(rule.offer, "SignupComplete", accepted_count=1)

    (cause,) = causes(rule)
    assert "usually lowercase" in cause


def test_a_page_of_postbacks_is_looked_up_at_once(
    django_assert_max_num_queries: Any,
) -> None:
    offer = make_offer()
    rules = [
        make_rule(offer, trigger="event", custom_events={f"e_{n}": ""})
        for n in range(10)
    ]
    found = PostbackRule.objects.filter(
        pk__in=[rule.pk for rule in rules]
    ).prefetch_related("custom_events")

    with django_assert_max_num_queries(3):
        assert len(unheard_names(found)) == 10


def test_an_affiliate_is_not_told_what_foreign_offers_receive() -> None:
    """R103: a near miss of a rule for every offer names own offers' events only."""
    affiliate = make_affiliate()
    partner = make_user("partner", affiliate=affiliate)
    rule = make_rule(
        None, author=partner, trigger="event", custom_events={"sign_up": ""}
    )
    foreign, own = make_offer("Foreign"), make_offer("Own")
    see(foreign, "sign_ups", accepted_count=1)
    before = causes(rule)
    OfferAffiliate.objects.create(offer=own, affiliate=affiliate)
    see(own, "Sign_up", accepted_count=1)

    assert "sign_ups" not in before[0]
    assert "«Sign_up» was" in causes(rule)[0]
