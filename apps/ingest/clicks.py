"""Clicks: the start of every transaction."""

import uuid
from datetime import datetime

from django.http import HttpRequest

from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import OfferConfig
from apps.ingest.inbound import check_bounds, remote_address
from apps.ingest.refusals import RefusedError
from apps.tracking.models import (
    Click,
)

AFFILIATE_FIELD = "affiliate"
ADDRESS_MAX_LENGTH = 2_000
USER_AGENT_MAX_LENGTH = 500


def record_click(
    request: HttpRequest, *, offer_token: str, now: datetime
) -> tuple[Click, OfferConfig]:
    """Store a click on the offer of ``offer_token`` and return both.

    An affiliate that is not active on the offer is not credited: the click counts as
    organic, what was sent is kept. Raises ``RefusedError``.
    """
    offer = current_configuration().offers_by_token.get(offer_token)
    if offer is None:
        raise RefusedError("unknown_offer", "This address belongs to no offer.")
    if not offer.is_active:
        raise RefusedError("offer_inactive", "The offer is not active.")
    params = request.GET.dict()
    check_bounds(params)
    click = Click.objects.create(
        transaction_id=uuid.uuid4().hex,
        offer_id=offer.id,
        affiliate_id=_affiliate(params.get(AFFILIATE_FIELD, ""), offer),
        clicked_at=now,
        expires_at=now + offer.click_lifespan,
        params=params,
        ip=remote_address(request),
        user_agent=request.headers.get("User-Agent", "")[:USER_AGENT_MAX_LENGTH],
        referrer=request.headers.get("Referer", "")[:ADDRESS_MAX_LENGTH],
    )
    return click, offer


def _affiliate(text: str, offer: OfferConfig) -> int | None:
    affiliate_id = int(text) if text.isascii() and text.isdigit() else 0
    return affiliate_id if affiliate_id in offer.affiliate_rates else None
