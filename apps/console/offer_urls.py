"""The addresses that senders and affiliates use, whole, so that they can be copied."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.offers.models import Offer

Absolute = Callable[[str], str]
"""Makes a whole address of a path, e.g. ``request.build_absolute_uri``."""

ALWAYS = "secure=TOKEN&transaction_id=REPLACE"


def base_urls(offer: Offer, absolute: Absolute) -> list[tuple[str, str]]:
    """Return label and address of what belongs to no event (R60, R61)."""
    return [
        (_("Postback URL of the base conversion"), absolute(f"/postback?{ALWAYS}")),
        (
            _("Tracking link for affiliates"),
            absolute(f"/click/{offer.public_token}?affiliate=ID&sub1="),
        ),
    ]


def event_url(
    offer: Offer, type_id: int, absolute: Absolute, fields: Iterable[Any] = ()
) -> str:
    """Return the dedicated postback URL of an event with its required fields (R59)."""
    required = "".join(f"&{field.name}=" for field in fields if field.is_required)
    return absolute(f"/postback/{offer.public_token}/{type_id}?{ALWAYS}{required}")
