"""Clicks: the start of every transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.attribution.algorithm import Touch
from apps.attribution.sightings import Touched, subjects_of
from apps.attribution.storage import record_touch
from apps.ingest.configuration import Configuration, OfferConfig
from apps.ingest.inbound import number_in
from apps.ingest.reading import read_id
from apps.ingest.refusals import RefusedError
from apps.tracking.models import Click

AFFILIATE_FIELD = "affiliate"
ADDRESS_MAX_LENGTH = 2_000
USER_AGENT_MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who clicked, as far as the browser tells."""

    ip: str | None = None
    user_agent: str = ""
    referrer: str = ""


def record_click(
    offer: OfferConfig, params: Mapping[str, str], visitor: Visitor, now: datetime
) -> Click:
    """Store a click on ``offer``; ``params`` are kept as they came.

    An affiliate that is not active on the offer is not credited: the click counts as
    organic, what was sent is kept. A device or user that is named was touched by the
    affiliate. Raises ``RefusedError`` for ids that are too long.
    """
    click = new_click(
        offer, params, visitor, clicked_at=now, transaction_id=uuid.uuid4().hex
    )
    click.save(force_insert=True)
    note_touch(click, offer)
    return click


def new_click(
    offer: OfferConfig,
    params: Mapping[str, str],
    visitor: Visitor,
    *,
    clicked_at: datetime,
    transaction_id: str,
) -> Click:
    """Return a click that is not stored yet. Raises ``RefusedError``."""
    for name in ("device_id", "user_id"):
        read_id(name, params)
    return Click(
        transaction_id=transaction_id,
        offer_id=offer.id,
        affiliate_id=_affiliate(params.get(AFFILIATE_FIELD, ""), offer),
        clicked_at=clicked_at,
        expires_at=clicked_at + offer.click_lifespan,
        params=dict(params),
        ip=visitor.ip,
        user_agent=visitor.user_agent[:USER_AGENT_MAX_LENGTH],
        referrer=visitor.referrer[:ADDRESS_MAX_LENGTH],
    )


def note_touch(click: Click, offer: OfferConfig) -> None:
    """Remember that who made a click was touched by its affiliate."""
    given: Mapping[str, str] = click.params
    who = subjects_of(
        offer.attribution, given.get("device_id", ""), given.get("user_id", "")
    )
    if who and click.affiliate_id is not None:
        touched = Touched(Touch(click.pk, click.affiliate_id), click.clicked_at)
        record_touch(who, touched)


def clicked_offer(offer_token: str, configuration: Configuration) -> OfferConfig:
    """Return the active offer of a public token. Raises ``RefusedError``."""
    offer = configuration.offers_by_token.get(offer_token)
    if offer is None:
        raise RefusedError("unknown_offer", "This address belongs to no offer.")
    if not offer.is_active:
        raise RefusedError(
            "offer_inactive", "The offer is not active.", offer_id=offer.id
        )
    return offer


def _affiliate(text: str, offer: OfferConfig) -> int | None:
    affiliate_id = number_in(text)
    return affiliate_id if affiliate_id in offer.affiliate_rates else None
