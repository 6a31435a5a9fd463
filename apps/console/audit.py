"""Which changes of configuration are remembered, and which columns never are."""

from auditlog.registry import auditlog

from apps.accounts.models import Advertiser, Affiliate, ApiToken, User
from apps.connections.models import Connection
from apps.deliveries.models import AlertChannel, Destination
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import EventType, OfferEvent, OfferEventField
from apps.goals.models import Goal
from apps.offers.models import Offer, OfferAffiliate, Project
from apps.postbacks.models import (
    PostbackRule,
    RuleCap,
    RuleCondition,
    RuleCustomEvent,
    RuleWindow,
)
from apps.value_lists.models import OfferValueList, ValueList

SECRET_COLUMNS = {
    AlertChannel: ["sealed_url"],
    ApiToken: ["token_hash", "last_used_at"],
    Connection: ["sealed_secrets"],
    PostbackRule: ["sealed_secrets"],
    User: ["password", "last_login"],
}
PLAIN = (
    Advertiser,
    Affiliate,
    Destination,
    EventListItem,
    EventType,
    Goal,
    Offer,
    OfferAffiliate,
    OfferEvent,
    OfferEventField,
    OfferEventList,
    OfferValueList,
    Project,
    RuleCap,
    RuleCondition,
    RuleCustomEvent,
    RuleWindow,
    ValueList,
)


def register_audited_models() -> None:
    """Have django-auditlog remember changes of all configuration."""
    for model, columns in SECRET_COLUMNS.items():
        auditlog.register(model, exclude_fields=columns)
    for model in PLAIN:
        auditlog.register(model)
    # Many offers are attached at once, without a row's own save.
    auditlog.register(EventList, m2m_fields={"offers"})
