"""All configuration that ingestion needs: immutable, compiled once (DESIGN §7).

The cost of an event depends on the rules that match it, not on how much is
configured. ``compiling`` builds a ``Configuration``, ``current_configuration`` keeps
the one in force.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.accounts.models import TokenScope
from apps.attribution.sightings import AttributionRules
from apps.offers.money import AgreedTerms, Rate
from apps.postbacks.matching import RuleIndex

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class TokenConfig:
    """A sender's token, found by its hash."""

    id: int
    prefix: str
    scope: str
    advertiser_id: int | None
    offer_id: int | None
    user_id: int | None
    valid_from: datetime
    valid_until: datetime | None

    def is_valid_at(self, moment: datetime) -> bool:
        """Tell whether the token may be used at ``moment``."""
        ends = self.valid_until
        return self.valid_from <= moment and (ends is None or moment < ends)

    def covers(self, offer: "OfferConfig") -> bool:
        """Tell whether the token may report for ``offer``."""
        match self.scope:
            case TokenScope.ACCOUNT:
                return True
            case TokenScope.ADVERTISER:
                return self.advertiser_id == offer.advertiser_id
            case TokenScope.OFFER:
                return self.offer_id == offer.id
        return False


@dataclass(frozen=True, slots=True)
class FieldConfig:
    """A custom field of an offer's event."""

    name: str
    type: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class LimitConfig:
    """At most ``maximum`` events per period; ``event_type_id`` None counts all."""

    id: int
    event_type_id: int | None
    maximum: int
    period: str

    @property
    def name(self) -> str:
        """What the sender is told, e.g. ``100_per_day``."""
        return f"{self.maximum}_per_{self.period}"


@dataclass(frozen=True, slots=True)
class ListConfig:
    """A list of values that an offer consults; its values stay in the database."""

    id: int
    name: str
    kind: str
    field: str
    normalization: str
    hashing: str


@dataclass(frozen=True, slots=True)
class EventConfig:
    """An event type as it is in force on one offer."""

    type_id: int
    name: str
    category: str
    repeat_policy: str
    is_affiliate_conversion: bool
    needs_conversion: bool
    is_enabled: bool
    goal_id: int | None
    terms: AgreedTerms | None
    payouts: Mapping[int, Rate]
    maps_to_status: str
    fields: tuple[FieldConfig, ...]
    param_map: Mapping[str, str]
    standard_kind: str = ""
    is_activity: bool = False


@dataclass(frozen=True, slots=True)
class OfferConfig:
    """An offer with everything a postback may ask of it."""

    id: int
    public_token: str
    advertiser_id: int
    is_active: bool
    landing_url: str
    has_goals: bool
    default_goal_id: int | None
    default_status: str
    hold: timedelta | None
    captures_leads: bool
    limits: tuple[LimitConfig, ...]
    lists: tuple[ListConfig, ...]
    click_lifespan: timedelta
    accepts_unknown_events: bool
    networks: tuple[Network, ...]
    attribution: AttributionRules
    terms: AgreedTerms
    goals: Mapping[str, int]
    events_by_id: Mapping[int, EventConfig]
    events_by_name: Mapping[str, EventConfig]
    affiliate_rates: Mapping[int, Rate | None]


@dataclass(frozen=True, slots=True)
class Configuration:
    """One version of everything, never changed once it is built."""

    version: int
    tokens: Mapping[str, TokenConfig]
    offers: Mapping[int, OfferConfig]
    offers_by_token: Mapping[str, OfferConfig]
    event_names: Mapping[int, str]
    event_ids: Mapping[str, int]
    rules: RuleIndex
    destinations: Mapping[str, int]
