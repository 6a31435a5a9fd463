"""What a postback is tried on by hand: something that happened and is stored."""

from typing import NamedTuple
from uuid import UUID

from apps.attribution.models import Fact
from apps.deliveries.planning import OF_CHANGE, OF_EVENT, OF_FACT
from apps.tracking.models import ConversionChange, Event

Happened = Event | ConversionChange | Fact
"""A fact needs its subject, its period, and its event with offer and click."""


class Occasion(NamedTuple):
    """What a delivery about something that happened holds of it."""

    trigger_type: str
    trigger_id: UUID
    event_id: UUID | None
    conversion_id: UUID | None
    click_id: UUID | None
    offer_id: int
    affiliate_id: int | None


def occasion_of(of: Happened) -> Occasion:
    """Return what a delivery about ``of`` holds, as live planning would have it.

    A fact belongs to its source and to the click that made it the source.
    """
    if isinstance(of, ConversionChange):
        conversion = of.conversion
        return Occasion(
            OF_CHANGE,
            of.pk,
            of.event_id,
            conversion.pk,
            conversion.click_id,
            conversion.offer_id,
            conversion.affiliate_id,
        )
    if isinstance(of, Event):
        return Occasion(
            OF_EVENT,
            of.pk,
            of.pk,
            of.conversion_id,
            of.click_id,
            of.offer_id,
            of.affiliate_id,
        )
    return Occasion(
        OF_FACT,
        of.pk,
        of.event_id,
        of.event.conversion_id,
        of.period.click_id,
        of.event.offer_id,
        of.affiliate_id,
    )
