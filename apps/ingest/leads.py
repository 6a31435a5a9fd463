"""Leads: the submission of a person's data, which is the transaction's conversion."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.core.secret_box import seal
from apps.ingest.clicks import Visitor, clicked_offer, record_click
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration
from apps.ingest.counting import count_answers
from apps.ingest.inbound import Inbound
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.resolving import UNKNOWN_TRANSACTION, Sender, Transaction
from apps.ingest.services import accept_event, admit
from apps.ingest.transactions import read_transactions
from apps.tracking.models import Lead
from apps.tracking.personal import email_hash, phone_hash


@dataclass(frozen=True, slots=True)
class Submission:
    """What was submitted, and of whom. The field ``offer`` is a public token."""

    inbound: Inbound
    contact: Mapping[str, str]


def submit_lead(submission: Submission, sender: Sender | None) -> tuple[Lead, Answer]:
    """Store a lead and report the conversion that it is, in one transaction (R164).

    Without a transaction id a click is made for it. A lead that exists keeps its data,
    and the answer is a duplicate. Raises ``RefusedError``.
    """
    inbound = submission.inbound
    version, found = read_transactions([inbound.get("transaction_id")])
    configuration = current_configuration(version)
    sender = sender or admit(inbound, configuration)
    known = found.get(inbound.get("transaction_id"))
    with transaction.atomic():
        if not inbound.get("transaction_id"):
            known = _click(submission, sender, configuration)
        if known is None or not sender.covers(configuration.offers[known.offer_id]):
            raise RefusedError("unknown_transaction", UNKNOWN_TRANSACTION)
        lead = _lead(submission, known, inbound.received_at)
        answer = accept_event(_report(submission, lead), sender)
    count_answers([answer])
    return lead, answer


def _click(
    submission: Submission, sender: Sender, configuration: Configuration
) -> Transaction:
    offer_token = submission.inbound.get("offer")
    offer = configuration.offers_by_token.get(offer_token)
    if offer is None or not sender.covers(offer):
        raise RefusedError(
            "unknown_offer", "Name an «offer» by its public token, or a transaction."
        )
    clicked_offer(offer_token, configuration)
    inbound = submission.inbound
    click = record_click(offer, inbound.values, Visitor(), inbound.received_at)
    return Transaction(
        click_id=click.pk,
        transaction_id=click.transaction_id,
        offer_id=offer.id,
        affiliate_id=click.affiliate_id,
        clicked_at=click.clicked_at,
        expires_at=click.expires_at,
        click_params=json.dumps(click.params),
        conversion_id=None,
        conversion_status="",
    )


def _lead(submission: Submission, known: Transaction, now: datetime) -> Lead:
    contact = {name: text for name, text in submission.contact.items() if text}
    lead, _ = Lead.objects.get_or_create(
        offer_id=known.offer_id,
        transaction_id=known.transaction_id,
        defaults={
            "click_id": known.click_id,
            "affiliate_id": known.affiliate_id,
            "sealed_contact": seal(contact),
            "email_hash": email_hash(contact.get("email", "")),
            "phone_hash": phone_hash(contact.get("phone", "")),
            "submitted_at": now,
        },
    )
    return lead


def _report(submission: Submission, lead: Lead) -> Inbound:
    """Return the base conversion that the submission is."""
    inbound = submission.inbound
    values = {**inbound.values, "transaction_id": lead.transaction_id}
    return inbound._replace(values=values, contact=submission.contact)
