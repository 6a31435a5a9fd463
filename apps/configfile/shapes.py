"""The sections of the file: which rows, under which names, with which columns.

The order of the sections is also the order of importing: what is named comes first.
Rows within rows (the goals of an offer) are parts: lists within the entry they belong
to, with keys that begin with its key.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Advertiser, Affiliate
from apps.configfile.columns import Target, at, plain, reference, references
from apps.configfile.offer_shapes import (
    DEFAULT_GOAL,
    GOALS,
    LIMITS,
    NAME,
    OFFER,
    OFFER_EVENTS,
    PARTNERSHIPS,
    TERMS,
)
from apps.configfile.rule_columns import CONNECTION_COLUMNS, RULE_COLUMNS
from apps.configfile.shaping import KeyPart, Owner, Shape
from apps.connections.models import Connection
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import EventType
from apps.offers.models import Offer, Project
from apps.postbacks.models import PostbackRule
from apps.value_lists.models import OfferValueList, ValueList

SECTIONS = (
    Shape(
        "projects",
        _("project"),
        Project,
        NAME,
        plain(
            Project,
            *("inactivity_window_days", "reattribution_to_organic"),
            *("click_lookback_days", "settle_seconds", "max_lateness_days"),
            "web_last_visit",
        ),
    ),
    Shape(
        "advertisers",
        _("advertiser"),
        Advertiser,
        NAME,
        plain(Advertiser, "website", "contact_email", "default_currency", "status"),
    ),
    Shape(
        "affiliates",
        _("affiliate"),
        Affiliate,
        NAME,
        plain(Affiliate, "status", "external_ref"),
    ),
    Shape(
        "event_types",
        _("event type"),
        EventType,
        NAME,
        plain(
            EventType,
            *("aliases", "description", "category", "is_conversion"),
            *("is_affiliate_conversion", "repeat_policy", "needs_conversion"),
            *("standard_kind", "counts_as_activity"),
        ),
    ),
    Shape(
        "event_lists",
        _("event list"),
        EventList,
        NAME,
        (
            *plain(EventList, "description"),
            references(
                "event_types",
                "event_types.name",
                Target("event_types"),
                (EventListItem, "event_list", "event_type"),
            ),
        ),
        prefetched=("event_types",),
    ),
    Shape(
        "value_lists",
        _("value list"),
        ValueList,
        (KeyPart("reference", at("reference"), "reference"),),
        plain(
            ValueList,
            *("name", "kind", "field", "normalization", "hashing", "allows_api"),
            "is_archived",
        ),
    ),
    Shape(
        "offers",
        _("offer"),
        Offer,
        (
            KeyPart("advertiser", at("advertiser.name")),
            KeyPart("name", at("name"), "name"),
        ),
        (
            reference("project", "project.name", Target("projects")),
            *plain(Offer, "kind", "platform", "vertical", "status", "landing_url"),
            *plain(Offer, "currency", *TERMS, "enable_goals"),
            DEFAULT_GOAL,
            *plain(Offer, "conversion_default_status", "hold_days"),
            *plain(Offer, "click_lifespan_days", "accept_unknown_events"),
            *plain(Offer, "ip_allowlist"),
            references(
                "event_lists",
                "event_lists.name",
                Target("event_lists"),
                (OfferEventList, "offer", "event_list"),
            ),
            references(
                "value_lists",
                "value_lists.reference",
                Target("value_lists"),
                (OfferValueList, "offer", "value_list"),
            ),
        ),
        owners=(Owner("advertiser", "advertisers", slice(0, 1)),),
        related=("advertiser", "project", "default_goal"),
        prefetched=("event_lists", "value_lists"),
        parts=(GOALS, PARTNERSHIPS, LIMITS, OFFER_EVENTS),
    ),
    Shape(
        "connections",
        _("connection"),
        Connection,
        (
            KeyPart("owner", at("owner_affiliate.name"), is_needed=False),
            KeyPart("name", at("name"), "name"),
        ),
        CONNECTION_COLUMNS,
        owners=(Owner("owner_affiliate", "affiliates", slice(0, 1)),),
        related=("owner_affiliate",),
    ),
    Shape(
        "rules",
        _("postback"),
        PostbackRule,
        (
            KeyPart("advertiser", at("offer.advertiser.name"), is_needed=False),
            KeyPart("offer", at("offer.name"), is_needed=False),
            KeyPart("owner", at("owner_affiliate.name"), is_needed=False),
            KeyPart("name", at("name"), "name", is_needed=False),
            KeyPart("number", None, is_needed=False, is_number=True),
        ),
        RULE_COLUMNS,
        owners=(
            Owner("offer", "offers", OFFER),
            Owner("owner_affiliate", "affiliates", slice(2, 3)),
        ),
        related=(
            *("offer__advertiser", "owner_affiliate", "affiliate", "goal"),
            *("event_type", "connection"),
        ),
        prefetched=("custom_events", "field_conditions", "windows", "caps"),
    ),
)


def every_shape(shapes: tuple[Shape, ...] = SECTIONS) -> Iterator[Shape]:
    """Yield all shapes, each before its parts: the order of importing."""
    for shape in shapes:
        yield shape
        yield from every_shape(shape.parts)


SHAPES = {shape.section: shape for shape in every_shape()}
PARENTS = {part.section: shape for shape in SHAPES.values() for part in shape.parts}


def full_key(shape: Shape, row: Any) -> tuple[Any, ...]:
    """Return the natural key of ``row``; a rule's number is 1 until it is counted."""
    return tuple(of(row) for of in shape.prefix) + tuple(
        1 if part.of is None else part.of(row) for part in shape.keys
    )
