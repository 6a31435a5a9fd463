"""Everything that is stored of a person, wherever it is, and erasing all of it.

Leads are found by the hashes of e-mail and phone, devices and users by their id, and
from there their transactions; all of it through indexes. Senders may have put an
address into an event of somebody without a lead: that only a search of the log finds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from apps.accounts.models import User
from apps.attribution.catalogue import SubjectKind
from apps.attribution.models import Subject, SubjectEvent, Touch
from apps.deliveries.models import Attempt
from apps.ingest.erasing import (
    Erasure,
    Transaction,
    deliveries_of,
    erase_person,
    erase_subject,
    erase_transaction,
)
from apps.ingest.models import RefusedRequest
from apps.tracking.models import Click, Conversion, Event, Lead
from apps.tracking.personal import email_hash, phone_hash

MOST = 2_000
"""Transactions of one person: more belong to many people who share an id."""

SEARCHED = """
SELECT offer_id, transaction_id FROM tracking_event
 WHERE params::text ILIKE ANY(%(like)s) OR fields::text ILIKE ANY(%(like)s)
 UNION
SELECT offer_id, transaction_id FROM tracking_click
 WHERE params::text ILIKE ANY(%(like)s)
 LIMIT %(most)s
"""
SEARCHED_REFUSED = """
SELECT id FROM ingest_refusedrequest
 WHERE (fields::text || headers::text || detail) ILIKE ANY(%(like)s) LIMIT %(most)s
"""


class TooManyError(Exception):
    """What was asked for names more than one person can be."""


class Asked(NamedTuple):
    """By what a person is looked for; "" for what is not known."""

    email: str = ""
    phone: str = ""
    device: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What is stored of a person."""

    leads: Sequence[Lead]
    transactions: Sequence[Transaction]
    subjects: Sequence[Subject]
    refused: Sequence[RefusedRequest]

    def __bool__(self) -> bool:
        return bool(self.transactions or self.subjects or self.refused)

    def counts(self) -> dict[str, int]:
        """Return how many rows of each table are of the person."""
        of = _of(self.transactions)
        deliveries = [
            pk
            for one in self.transactions
            for pk in deliveries_of(one).values_list("pk", flat=True)
        ]
        return {
            "leads": len(self.leads),
            "subjects": len(self.subjects),
            "clicks": Click.objects.filter(of).count(),
            "events": Event.objects.filter(of).count(),
            "conversions": Conversion.objects.filter(of).count(),
            "refused_requests": len(self.refused),
            "deliveries": len(deliveries),
            "attempts": Attempt.objects.filter(delivery__in=deliveries).count(),
        }


def find(asked: Asked, *, in_log: bool = False) -> Found:
    """Return what is stored of a person; ``in_log`` reads all events and clicks too.

    Raises ``TooManyError``.
    """
    leads = _leads(asked)
    subjects = list(Subject.objects.filter(_subjects(asked))) if _names(asked) else []
    stories = {Transaction(one.offer_id, one.transaction_id) for one in leads}
    stories |= _stories(subjects)
    if in_log:
        stories |= {Transaction(*row) for row in _searched(SEARCHED, asked)}
    if len(stories) > MOST:
        raise TooManyError(
            f"This names more than {MOST:,} transactions, so it is not one person's: "
            "an id that a sender gives to many, perhaps. Nothing was changed. Ask for "
            "the person's e-mail address or phone instead."
        )
    transactions = sorted(stories)
    refused = Q(transaction_id__in=[one.transaction_id for one in transactions])
    if in_log:
        refused |= Q(pk__in=[row[0] for row in _searched(SEARCHED_REFUSED, asked)])
    return Found(
        list(Lead.objects.filter(_of(transactions)).order_by("pk")),
        transactions,
        subjects,
        list(RefusedRequest.objects.filter(refused)) if stories or in_log else [],
    )


def erase(found: Found, author: User | None, now: datetime) -> Erasure:
    """Erase all of it, one transaction after the other; may be repeated.

    Whoever is interrupted asks again and finds what is left: the ids by which devices
    and users were found go last.
    """
    later = {one.pk for one in found.subjects}
    leads = {Transaction(one.offer_id, one.transaction_id): one for one in found.leads}
    done = [
        erase_person(leads[one].pk, author, now, later)
        if one in leads
        else erase_transaction(one, later)
        for one in found.transactions
    ]
    for subject in found.subjects:
        erase_subject(subject, author)
    RefusedRequest.objects.filter(pk__in=[one.pk for one in found.refused]).update(
        fields={}, headers={}, remote_address=None, detail=""
    )
    return Erasure(
        sum(one.attempts for one in done), sum(one.being_sent for one in done)
    )


def _leads(asked: Asked) -> list[Lead]:
    condition = Q()
    if hashed := email_hash(asked.email):
        condition |= Q(email_hash=hashed)
    if hashed := phone_hash(asked.phone):
        condition |= Q(phone_hash=hashed)
    return list(Lead.objects.filter(condition)[: MOST + 1]) if condition else []


def _names(asked: Asked) -> bool:
    return bool(asked.device or asked.user)


def _subjects(asked: Asked) -> Q:
    condition = Q()
    if asked.device:
        condition |= Q(kind=SubjectKind.DEVICE, external_id=asked.device)
    if asked.user:
        condition |= Q(kind=SubjectKind.USER, external_id=asked.user)
    return condition


def _stories(subjects: Iterable[Subject]) -> set[Transaction]:
    """Return the transactions of what devices and users did and clicked."""
    ids = [one.pk for one in subjects]
    did = SubjectEvent.objects.filter(subject__in=ids).values_list(
        "event__offer_id", "event__transaction_id"
    )
    clicked = Touch.objects.filter(subject__in=ids).values_list(
        "click__offer_id", "click__transaction_id"
    )
    return {
        Transaction(offer_id, transaction_id)
        for rows in (did, clicked)
        for offer_id, transaction_id in rows.distinct()[: MOST + 1]
    }


def _of(transactions: Sequence[Transaction]) -> Q:
    """Return the condition of the rows of ``transactions``; of none without any."""
    condition = Q(pk__in=())
    for one in transactions:
        condition |= Q(offer=one.offer_id, transaction_id=one.transaction_id)
    return condition


def _searched(statement: str, asked: Asked) -> list[tuple[int, str]]:
    """Return the rows that hold one of the values anywhere, in any case."""
    texts = [one.replace("\\", "\\\\").replace("%", r"\%") for one in asked if one]
    like = [f"%{one.replace('_', chr(92) + '_')}%" for one in texts]
    with connection.cursor() as cursor:
        cursor.execute(statement, {"like": like, "most": MOST + 1})
        return list(cursor.fetchall())
