"""The address a click is sent to: the offer's landing page with macros filled."""

from typing import Any

from apps.core.url_templates import compile_url
from apps.ingest.configuration import OfferConfig
from apps.tracking.models import (
    Click,
)


def landing_url(offer: OfferConfig, click: Click) -> str:
    """Return the landing page of ``offer`` for ``click``; no value changes its host."""
    values: dict[str, Any] = {
        **{f"sub{n}": click.params.get(f"sub{n}") for n in range(1, 11)},
        "transaction_id": click.transaction_id,
        "partner_click_id": click.params.get("partner_click_id"),
        "offer_id": offer.id,
        "affiliate_id": click.affiliate_id,
        "click_time": click.clicked_at,
    }
    return compile_url(offer.landing_url).render(values)
