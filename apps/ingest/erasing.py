"""Erases what identifies the person of a lead, and keeps the money.

Erased for ever: contact data and its hashes, address, browser and origin of the click
and its parameters but those of ``KEPT``, fields and parameters of events, the ids of
devices and users, what refused requests carried, and what partners were sent and
answered. Amounts, statuses, times and order numbers stay, and so does who reported
them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.models import User
from apps.attribution.models import Fact, Subject
from apps.deliveries.about import about
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.states import DeliveryState
from apps.ingest.models import RefusedRequest
from apps.tracking.models import Click, Conversion, ConversionChange, Event, Lead
from apps.tracking.personal import Mask, known_values


class Transaction(NamedTuple):
    """A transaction by the two columns that every part of it carries."""

    offer_id: int
    transaction_id: str


Story = Lead | Transaction
"""A lead with its transaction, or a transaction without one."""

ERASED = "Erased with the personal data of the lead."
KEPT = ("affiliate", "partner_click_id", *(f"sub{number}" for number in range(1, 11)))
"""Parameters of a click by which the affiliate is told of a later approval."""
ERASED_REQUEST = {"method": "", "url": ERASED, "headers": {}, "body": ""}


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was found: how many attempts were blanked, how many are being made now."""

    attempts: int
    being_sent: int


def erase_person(
    lead_id: int, author: User | None, now: datetime, later: Collection[int] = ()
) -> Erasure:
    """Erase the personal data of a lead and of its transaction; may be repeated.

    The sources go first and are committed, so that whatever is claimed afterwards
    carries nothing personal. What a worker sends at this moment is stored after it was
    sent: then ``being_sent`` is not 0, and a second run erases it. The subjects of
    ``later`` are left to the caller, who needs their ids until all is done.
    """
    with transaction.atomic():
        lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead_id)
        _erase_sources(lead, later)
        _note(lead, author)
        Lead.objects.filter(pk=lead.pk).update(
            sealed_contact="", email_hash="", phone_hash="", erased_at=now
        )
    with transaction.atomic():
        return _erase_deliveries(lead)


def erase_transaction(story: Transaction, later: Collection[int] = ()) -> Erasure:
    """Erase the personal data of a transaction that has no lead; may be repeated."""
    with transaction.atomic():
        _erase_sources(story, later)
    with transaction.atomic():
        return _erase_deliveries(story)


def erase_subject(subject: Subject, author: User | None) -> None:
    """Forget who a device or user is; what follows from its story stays."""
    with transaction.atomic():
        _forget_subjects([subject.pk])
        _note(subject, author)


def deliveries_of(lead: Story) -> QuerySet[Delivery]:
    """Return all deliveries about the transaction, each found by an index."""
    events = _events(lead).values_list("pk", flat=True)
    changes = _changes(lead).values_list("pk", flat=True)
    facts = Fact.objects.filter(event__in=list(events))
    told = [one for pair in facts.values_list("pk", "retraction_id") for one in pair]
    return Delivery.objects.filter(about([*events, *changes, *filter(None, told)]))


def _events(lead: Story) -> QuerySet[Event]:
    return Event.objects.filter(offer=lead.offer_id, transaction_id=lead.transaction_id)


def _conversions(lead: Story) -> QuerySet[Conversion]:
    return Conversion.objects.filter(
        offer=lead.offer_id, transaction_id=lead.transaction_id
    )


def _changes(lead: Story) -> QuerySet[ConversionChange]:
    ids = list(_conversions(lead).values_list("pk", flat=True))
    return ConversionChange.objects.filter(conversion__in=ids)


def _erase_sources(lead: Story, later: Collection[int]) -> None:
    """Erase where the values come from, and where people may have typed them."""
    click = Click.objects.filter(
        offer=lead.offer_id, transaction_id=lead.transaction_id
    ).first()
    events = _events(lead)
    carried = [one for pair in events.values_list("params", "fields") for one in pair]
    person = lead if isinstance(lead, Lead) else None
    mask = Mask(known_values(person, click, carried))
    if click is not None:
        _erase_click(click, mask)
    subjects = Subject.objects.filter(timeline__event__in=list(events))
    _forget_subjects(set(subjects.values_list("pk", flat=True)) - set(later))
    events.update(params={}, fields={})
    _mask_column(_conversions(lead), "status_reason", mask)
    _mask_column(_changes(lead), "reason", mask)
    RefusedRequest.objects.filter(transaction_id=lead.transaction_id).update(
        fields={}, headers={}, remote_address=None, detail=ERASED
    )


def _forget_subjects(ids: Collection[int]) -> None:
    """Take who they are; what follows from their story stays."""
    Subject.objects.filter(pk__in=ids).update(
        external_id=Concat(Value("erased-"), Cast("pk", TextField()))
    )


def _erase_click(click: Click, mask: Mask) -> None:
    params = {
        name: mask.document(value)
        for name, value in click.params.items()
        if name in KEPT
    }
    Click.objects.filter(pk=click.pk).update(
        params=params, ip=None, user_agent="", referrer=""
    )


def _mask_column(rows: QuerySet[Any], name: str, mask: Mask) -> None:
    """Hide in what people typed what is known of the person."""
    changed = []
    for row in rows.exclude(**{name: ""}):
        text = mask.text(getattr(row, name))
        if text != getattr(row, name):
            setattr(row, name, text)
            changed.append(row)
    rows.model.objects.bulk_update(changed, [name])


def _erase_deliveries(lead: Story) -> Erasure:
    """Blank what was sent and answered; locked rows are not claimed meanwhile."""
    found = deliveries_of(lead).order_by("pk").select_for_update(no_key=True)
    states = dict(found.values_list("pk", "state"))
    done = [pk for pk, state in states.items() if state != DeliveryState.SENDING]
    attempts = Attempt.objects.filter(delivery__in=done)
    attempts.exclude(request=None).update(request=ERASED_REQUEST)
    attempts.exclude(message="").update(message=ERASED)
    blanked = attempts.update(response_headers={}, response_body="", findings={})
    Delivery.objects.filter(pk__in=done).exclude(message="").update(message=ERASED)
    # What is open is asked for until it ends; nobody asks for what was cancelled.
    cancelled = Delivery.objects.filter(pk__in=done, state=DeliveryState.CANCELLED)
    cancelled.exclude(ticket="").update(ticket="", underway_since=None)
    return Erasure(blanked, len(states) - len(done))


def _note(row: Lead | Subject, author: User | None) -> None:
    """Remember in the audit log who erased, and nothing of what it was."""
    LogEntry.objects.log_create(
        row,
        action=LogEntry.Action.UPDATE,
        changes={"personal data": ["kept", "erased"]},
        actor=author,
        serialized_data=None,
    )
