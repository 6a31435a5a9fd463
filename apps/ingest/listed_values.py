"""Whether a report's values are on the lists that its offer consults.

What is listed is read once for all reports of a request, and only for offers that
consult lists; the verdict itself is pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from apps.ingest.configuration import (
    Configuration,
    EventConfig,
    ListConfig,
    OfferConfig,
)
from apps.ingest.inbound import Inbound
from apps.ingest.refusals import RefusedError
from apps.ingest.resolving import Sender, Transaction, mapped_values, resolve_event
from apps.value_lists.comparing import UnfitValueError, compared_form
from apps.value_lists.models import ListKind
from apps.value_lists.services import Entry, find_entries

Listed = frozenset[Entry]
NOTHING: Listed = frozenset()


def find_listed(
    reports: Sequence[Inbound],
    sender: Sender,
    found: Mapping[str, Transaction],
    configuration: Configuration,
) -> Listed:
    """Return which values of ``reports`` are on lists of their offers.

    One query by index; none when no offer of theirs consults a list.
    """
    asked: set[Entry] = set()
    for inbound in reports:
        known = found.get(inbound.get("transaction_id"))
        if known is None:
            continue
        offer = configuration.offers[known.offer_id]
        if offer.lists and sender.covers(offer):
            # What cannot be resolved is refused for that, before its values count.
            with suppress(RefusedError):
                event = resolve_event(inbound, offer, configuration)
                asked |= _all_entries(inbound, event, offer)
    return find_entries(asked) if asked else NOTHING


def check_lists(
    inbound: Inbound, event: EventConfig | None, offer: OfferConfig, listed: Listed
) -> None:
    """Refuse a value on a do-not-present list, or one that no present list has.

    A report without the value passes the former and not the latter. Raises
    ``RefusedError`` that names the list and never the value.
    """
    for one in offer.lists:
        entries = _entries(one, inbound, event)
        if one.kind == ListKind.DO_NOT_PRESENT and entries & listed:
            raise RefusedError(
                "value_listed",
                f"The value of «{one.field}» is on the list «{one.name}», which this "
                "offer does not accept.",
            )
        if one.kind == ListKind.PRESENT and not (entries and entries <= listed):
            raise RefusedError(
                "value_not_listed",
                f"This offer accepts only values of «{one.field}» that are on the list "
                f"«{one.name}»; the one reported is missing or not on it.",
            )


def _all_entries(
    inbound: Inbound, event: EventConfig | None, offer: OfferConfig
) -> set[Entry]:
    return {entry for one in offer.lists for entry in _entries(one, inbound, event)}


def _entries(
    one: ListConfig, inbound: Inbound, event: EventConfig | None
) -> frozenset[Entry]:
    """Return what is to be looked up; nothing when there is no value."""
    found = set()
    for text in _texts(one.field, inbound, event):
        with suppress(UnfitValueError):
            form = compared_form(
                text, normalization=one.normalization, hashing=one.hashing
            )
            found.add((one.id, form))
    return frozenset(found)


def _texts(field: str, inbound: Inbound, event: EventConfig | None) -> Iterator[str]:
    """Yield every value that the report gives the field, wherever it stands."""
    given = inbound.nested.get("fields")
    custom = given.get(field) if isinstance(given, dict) else None
    if isinstance(custom, str | int | float):
        yield str(custom)
    yield inbound.contact.get(field, "")
    yield mapped_values(inbound, event).get(field, "")
