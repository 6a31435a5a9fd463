"""Which changes of configuration are remembered, and which columns never are."""

from collections.abc import Mapping
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest

from apps.accounts.models import Advertiser, Affiliate, ApiToken, TwoStep, User
from apps.connections.models import Connection
from apps.deliveries.models import AlertChannel, Destination
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import EventType, OfferEvent, OfferEventField
from apps.goals.models import Goal
from apps.ingest.inbound import remote_address
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
    TwoStep: ["sealed_secret", "last_step", "tries", "tried_at"],
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
        auditlog.register(model, exclude_fields=[*columns, *_names_of_others(model)])
    for model in PLAIN:
        auditlog.register(model, exclude_fields=_names_of_others(model))
    # Many offers are attached at once, without a row's own save.
    auditlog.register(
        EventList, m2m_fields={"offers"}, exclude_fields=_names_of_others(EventList)
    )


def _names_of_others(model: type[Any]) -> list[str]:
    """Return under which names rows of other models point to this one.

    They are no columns of it, and all that could be noted of them is their model.
    """
    return [
        field.name
        for field in model._meta.get_fields()  # noqa: SLF001 - Django's documented model API
        if field.auto_created and not field.concrete
    ]


def note_changes(
    request: HttpRequest, changes: Mapping[Any, Mapping[str, list[Any]]]
) -> None:
    """Remember old and new values of rows of one model that nothing watches.

    For models whose every change would drown the log, where only those of people count.
    """
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=ContentType.objects.get_for_model(row),
            object_pk=str(row.pk),
            object_id=row.pk,
            object_repr=str(row),
            action=LogEntry.Action.UPDATE,
            changes=dict(values),
            actor=request.user,
            remote_addr=remote_address(request),
        )
        for row, values in changes.items()
    )
