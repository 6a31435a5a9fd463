"""The triggers that stored rows are: for changes, explanations and rehearsals."""

from functools import partial
from typing import Any

from apps.attribution.telling import Told
from apps.postbacks.checks import Trigger
from apps.postbacks.facts import Facts, change_facts, event_facts
from apps.tracking.models import Click, Conversion, ConversionChange, Event


def event_trigger(event: Event) -> Trigger:
    """Return the trigger that an accepted event is; needs its offer and click."""
    return Trigger(
        id=event.id,
        offer_id=event.offer_id,
        affiliate_id=event.affiliate_id,
        goal_id=event.goal_id,
        has_goals=event.offer.enable_goals,
        transaction_id=event.transaction_id,
        happened_at=event.occurred_at,
        clicked_at=event.click.clicked_at if event.click else None,
        facts=Facts(
            lambda: event_facts(partial(getattr, event), event.name),
            fields=event.fields,
            params=event.params,
            click=_params(event.click),
        ),
        event_type_id=event.event_type_id,
        event_name=event.name,
        category=event.category,
        platform=event.offer.platform,
    )


def change_trigger(change: ConversionChange) -> Trigger:
    """Return the trigger that a change of a conversion's status is.

    A conversion's first change happens with it, so the click's age is that of the
    conversion, however late it is approved.
    """
    conversion: Conversion = change.conversion
    event = change.event
    return Trigger(
        id=change.id,
        offer_id=conversion.offer_id,
        affiliate_id=conversion.affiliate_id,
        goal_id=conversion.goal_id,
        has_goals=conversion.offer.enable_goals,
        transaction_id=conversion.transaction_id,
        happened_at=conversion.occurred_at,
        clicked_at=conversion.click.clicked_at if conversion.click else None,
        facts=Facts(
            lambda: change_facts(
                partial(getattr, conversion), change.new_status, change.reason
            ),
            fields=event.fields if event else None,
            params=event.params if event else None,
            click=_params(conversion.click),
        ),
        new_status=change.new_status,
        operation=change.operation,
        reason=change.reason,
    )


def fact_trigger(event: Trigger, told: Told) -> Trigger:
    """Return the trigger that a fact about ``event`` is, or its retraction.

    It belongs to the source of the fact, whoever sent the person of the event.
    """
    return event._replace(
        id=told.id,
        affiliate_id=told.affiliate,
        operation=told.operation,
        fact=told.kind,
        subject_kind=told.subject_kind,
    )


def _params(click: Click | None) -> dict[str, Any] | None:
    return click.params if click else None
