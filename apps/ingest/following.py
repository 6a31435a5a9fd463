"""Whom an event was seen of: the device and the user that it names; pure."""

from collections.abc import Mapping
from typing import Any

from apps.attribution.algorithm import Touch
from apps.attribution.sightings import Sighting, Touched, kind_of, subjects_of
from apps.ingest.configuration import EventConfig, OfferConfig
from apps.ingest.inbound import Inbound
from apps.ingest.reading import Report
from apps.ingest.resolving import Transaction
from apps.postbacks.checks import Trigger


def sighting_of(
    columns: Mapping[str, Any],
    report: Report,
    *,
    offer: OfferConfig,
    event: EventConfig | None,
    known: Transaction,
) -> Sighting | None:
    """Return whom the event was seen of, ``None`` when it names nobody."""
    if not report.device_id and not report.user_id:
        return None
    own = None
    if known.affiliate_id is not None:
        own = Touched(Touch(known.click_id, known.affiliate_id), known.clicked_at)
    return Sighting(
        event=columns["id"],
        who=subjects_of(offer.attribution, report.device_id, report.user_id),
        at=report.occurred_at,
        received_at=columns["received_at"],
        kind=kind_of(event.standard_kind if event else "", has_name=event is not None),
        is_activity=event.is_activity if event else False,
        own=own,
        rules=offer.attribution,
        is_history=report.is_history,
    )


def followed(event: Trigger, offer: OfferConfig) -> Trigger:
    """Return the event as the facts that may follow from it are told."""
    return event._replace(platform=offer.attribution.platform)


def outlives_its_click(
    inbound: Inbound, values: Mapping[str, str], event: EventConfig | None
) -> bool:
    """Tell whether the click's age is no reason to refuse the event.

    Devices and users are followed for years; what counts for their sources is the
    look-back. A click's life is about conversions, and about what happens now.
    """
    if inbound.is_history:
        return True
    if event is None or event.is_affiliate_conversion or event.needs_conversion:
        return False
    return bool(values.get("device_id") or values.get("user_id"))
