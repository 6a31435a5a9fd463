"""Who reports what about which transaction: pure, from the compiled configuration.

Authentication comes first; until it has passed, nothing is said of the transaction.
"""

import difflib
import ipaddress
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from apps.accounts.models import hash_token
from apps.events.categories import (
    Category,
    RepeatPolicy,
)
from apps.events.models import EVENT_NAME_MAX_LENGTH
from apps.ingest.configuration import (
    Configuration,
    EventConfig,
    OfferConfig,
    TokenConfig,
)
from apps.ingest.inbound import Inbound, number_in, printable
from apps.ingest.refusals import NOT_AUTHENTICATED, RefusedError

UNKNOWN_TRANSACTION = (
    "No click has this transaction id. Send the transaction id of our click unchanged."
)


class Transaction(NamedTuple):
    """The click of a transaction and its first conversion that counts."""

    click_id: UUID
    transaction_id: str
    offer_id: int
    affiliate_id: int | None
    clicked_at: datetime
    expires_at: datetime
    click_params: str
    conversion_id: UUID | None
    conversion_status: str


class Sender(Protocol):
    """Who reports: a token, or a person by hand."""

    @property
    def user_id(self) -> int | None:
        """The person, if it is one."""

    def covers(self, offer: OfferConfig) -> bool:
        """Tell whether the sender may report for ``offer``."""


def authenticate(inbound: Inbound, configuration: Configuration) -> TokenConfig:
    """Return the sender's token. Raises ``RefusedError`` (``bad_token``)."""
    token = configuration.tokens.get(hash_token(inbound.token))
    if token is None or not token.is_valid_at(inbound.received_at):
        raise RefusedError("bad_token", NOT_AUTHENTICATED)
    return token


def resolve_offer(
    inbound: Inbound,
    sender: Sender,
    transaction: Transaction | None,
    configuration: Configuration,
) -> tuple[OfferConfig, Transaction]:
    """Return the offer of the transaction.

    A transaction of an offer that the token does not cover is as unknown as one that
    does not exist: a sender learns nothing of other advertisers.
    """
    if inbound.offer_token:
        dedicated = configuration.offers_by_token.get(inbound.offer_token)
        if dedicated is None or not sender.covers(dedicated):
            raise RefusedError("unknown_offer", "This address belongs to no offer.")
    if not inbound.get("transaction_id"):
        raise RefusedError("transaction_required", "«transaction_id» is missing.")
    if transaction is None:
        raise RefusedError("unknown_transaction", UNKNOWN_TRANSACTION)
    offer = configuration.offers[transaction.offer_id]
    if not sender.covers(offer) or inbound.offer_token not in ("", offer.public_token):
        raise RefusedError("unknown_transaction", UNKNOWN_TRANSACTION)
    if sender.user_id is None:
        # The list is of the advertiser's servers; a person sits somewhere else.
        _check_address(inbound, offer)
    if not offer.is_active:
        raise RefusedError(
            "offer_inactive",
            "The offer or its advertiser is not active.",
            offer_id=offer.id,
        )
    return offer, transaction


def _check_address(inbound: Inbound, offer: OfferConfig) -> None:
    if not offer.networks:
        return
    address = ipaddress.ip_address(inbound.remote_address or "0.0.0.0")  # noqa: S104
    if not any(address in network for network in offer.networks):
        raise RefusedError(
            "ip_denied",
            f"{address} may not report for this offer.",
            offer_id=offer.id,
        )


def resolve_event(
    inbound: Inbound, offer: OfferConfig, configuration: Configuration
) -> EventConfig | None:
    """Return the event that is reported, ``None`` for the base conversion (R47).

    By number, by exact name, or both, which then must agree (R42, R43).
    """
    number = inbound.event_id or inbound.get("event_id")
    name = inbound.get("event_name")
    if not number and not name:
        return None
    by_number = _by_number(number, offer, configuration) if number else None
    by_name = _by_name(name, offer, configuration) if name else None
    if by_number and by_name and by_number.type_id != by_name.type_id:
        raise RefusedError(
            "event_mismatch",
            f"event_id {number} is «{by_number.name}», not «{printable(name)}».",
        )
    event = by_number or by_name
    if event is not None and not event.is_enabled:
        raise _not_enabled(event.name)
    return event


def _not_enabled(name: str) -> RefusedError:
    return RefusedError(
        "event_not_enabled",
        f"The event «{name}» is not enabled on this offer.",
    )


def _by_number(
    number: str, offer: OfferConfig, configuration: Configuration
) -> EventConfig:
    type_id = number_in(number)
    event = offer.events_by_id.get(type_id)
    if event is not None:
        return event
    if type_id in configuration.event_names:
        raise _not_enabled(configuration.event_names[type_id])
    raise RefusedError(
        "unknown_event",
        f"No event has the id {printable(number)}.",
    )


def _by_name(
    name: str, offer: OfferConfig, configuration: Configuration
) -> EventConfig:
    event = offer.events_by_name.get(name)
    if event is not None:
        return event
    if offer.accepts_unknown_events and name not in configuration.event_ids:
        return unknown_event(name)
    if name in configuration.event_ids:
        raise _not_enabled(name)
    raise RefusedError(
        "unknown_event",
        f"No event is named «{printable(name)}».{_near_miss(name, offer)}",
    )


def _near_miss(name: str, offer: OfferConfig) -> str:
    """Name what the sender may have meant; names match exactly, case included."""
    folded = {known.casefold(): known for known in offer.events_by_name}
    near = folded.get(name.casefold().strip())
    if near is None:
        close = difflib.get_close_matches(name[:100], offer.events_by_name, n=1)
        near = close[0] if close else None
    return f" Did you mean «{near}»? Names match exactly." if near else ""


def unknown_event(name: str) -> EventConfig:
    """Return the event that an undefined name stands for (R209): uncategorized."""
    if len(name) > EVENT_NAME_MAX_LENGTH:
        raise RefusedError(
            "bad_field:event_name", f"At most {EVENT_NAME_MAX_LENGTH} characters."
        )
    return EventConfig(
        type_id=0,
        name=name,
        category=Category.UNCATEGORIZED,
        repeat_policy=RepeatPolicy.ONCE_PER_TRANSACTION,
        is_affiliate_conversion=False,
        needs_conversion=True,
        is_enabled=True,
        goal_id=None,
        terms=None,
        payouts={},
        maps_to_status="",
        fields=(),
        param_map={},
    )


def check_transaction(
    event: EventConfig | None,
    transaction: Transaction,
    offer: OfferConfig,
    now: datetime,
) -> None:
    """Refuse what comes too late, or before the conversion it needs (R37)."""
    if event is None or not event.needs_conversion:
        if now >= transaction.expires_at:
            raise RefusedError(
                "click_expired",
                f"The click ended at {transaction.expires_at:%Y-%m-%d %H:%M} UTC.",
            )
        return
    if transaction.conversion_id is None or transaction.conversion_status == "rejected":
        raise RefusedError(
            "conversion_required",
            "This event needs a conversion of the same transaction first, in any "
            "status but rejected.",
        )


def mapped_values(inbound: Inbound, event: EventConfig | None) -> Mapping[str, str]:
    """Return the fields under our names: the event's mapped parameters applied."""
    if event is None or not event.param_map:
        return inbound.values
    renamed = {
        event.param_map.get(name, name): value for name, value in inbound.values.items()
    }
    return {**renamed, **{n: v for n, v in inbound.values.items() if n in renamed}}
