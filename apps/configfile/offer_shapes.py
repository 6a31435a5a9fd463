"""The parts of an offer: goals, affiliates, limits, and events with their parts."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from apps.configfile.columns import Target, at, plain, reference
from apps.configfile.shaping import KeyPart, Owner, Shape
from apps.events.models import (
    EventLimit,
    LimitPeriod,
    OfferEvent,
    OfferEventField,
    OfferEventPayout,
)
from apps.goals.models import Goal
from apps.offers.models import OfferAffiliate

TERMS = (
    *("revenue_type", "revenue_value", "payout_type", "payout_value"),
    "percent_of",
)
PERIODS = tuple(map(str, LimitPeriod.values))
OFFER = slice(0, 2)
"""Where the key of an offer is in the keys of what belongs to it."""

# Offers come before their goals, so it is written when those are there.
DEFAULT_GOAL = replace(
    reference("default_goal", "default_goal.name", Target("goals", OFFER)),
    is_special=True,
)
NAME = (KeyPart("name", at("name"), "name"),)
_OF_OFFER = (at("offer.advertiser.name"), at("offer.name"))
_THE_OFFER = Owner("offer", "offers", OFFER)

GOALS = Shape(
    "goals",
    _("goal"),
    Goal,
    NAME,
    plain(Goal, "alias", "ref", "is_private", "status"),
    prefix=_OF_OFFER,
    owners=(_THE_OFFER,),
    related=("offer__advertiser",),
    list_name="goals",
)
PARTNERSHIPS = Shape(
    "offer_affiliates",
    _("affiliate of an offer"),
    OfferAffiliate,
    (KeyPart("affiliate", at("affiliate.name")),),
    plain(OfferAffiliate, "status", "payout_type", "payout_value"),
    prefix=_OF_OFFER,
    owners=(_THE_OFFER, Owner("affiliate", "affiliates", slice(2, 3))),
    related=("offer__advertiser", "affiliate"),
    list_name="affiliates",
)
LIMITS = Shape(
    "event_limits",
    _("event limit"),
    EventLimit,
    (
        KeyPart("event_type", at("event_type.name"), is_needed=False),
        KeyPart("period", at("period"), "period", choices=PERIODS),
    ),
    plain(EventLimit, "maximum"),
    prefix=_OF_OFFER,
    owners=(_THE_OFFER, Owner("event_type", "event_types", slice(2, 3))),
    related=("offer__advertiser", "event_type"),
    list_name="limits",
)
_OF_EVENT = (
    at("offer_event.offer.advertiser.name"),
    at("offer_event.offer.name"),
    at("offer_event.event_type.name"),
)
_THE_EVENT = Owner("offer_event", "offer_events", slice(0, 3))
_EVENT_RELATED = ("offer_event__offer__advertiser", "offer_event__event_type")
FIELDS = Shape(
    "offer_event_fields",
    _("field of an offer event"),
    OfferEventField,
    NAME,
    plain(OfferEventField, "label", "type", "is_required", "position"),
    prefix=_OF_EVENT,
    owners=(_THE_EVENT,),
    related=_EVENT_RELATED,
    list_name="fields",
)
PAYOUTS = Shape(
    "offer_event_payouts",
    _("payout of an affiliate"),
    OfferEventPayout,
    (KeyPart("affiliate", at("affiliate.name")),),
    plain(OfferEventPayout, "payout_type", "payout_value"),
    prefix=_OF_EVENT,
    owners=(_THE_EVENT, Owner("affiliate", "affiliates", slice(3, 4))),
    related=(*_EVENT_RELATED, "affiliate"),
    list_name="payouts",
)
OFFER_EVENTS = Shape(
    "offer_events",
    _("offer event"),
    OfferEvent,
    (KeyPart("event_type", at("event_type.name")),),
    (
        *plain(OfferEvent, "source", "is_enabled", "advertiser_event_name"),
        reference("goal", "goal.name", Target("goals", OFFER)),
        *plain(OfferEvent, "category", "is_affiliate_conversion", "repeat_policy"),
        *plain(OfferEvent, "maps_to_status", *TERMS, "param_map"),
    ),
    prefix=_OF_OFFER,
    owners=(_THE_OFFER, Owner("event_type", "event_types", slice(2, 3))),
    related=("offer__advertiser", "event_type", "goal"),
    parts=(FIELDS, PAYOUTS),
    list_name="events",
)
