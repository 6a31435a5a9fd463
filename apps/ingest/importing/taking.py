"""The rows of a chunk through the doors: each is accepted, refused or a duplicate."""

import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import datetime

from apps.ingest.batches import receive_batch
from apps.ingest.clicks import Visitor, clicked_offer, new_click, note_touch
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration, OfferConfig
from apps.ingest.importing.holding import hold_subjects
from apps.ingest.importing.moving import take_statuses
from apps.ingest.importing.permissions import ImportSender, sender_of
from apps.ingest.importing.reading import Row
from apps.ingest.importing.translating import Translator
from apps.ingest.inbound import Inbound
from apps.ingest.models import Import, ImportKind, Result
from apps.ingest.reading import read_moment
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.refused_requests import Refused, record_refused
from apps.ingest.services import REPEATED
from apps.ingest.transactions import read_transactions
from apps.tracking.models import TRANSACTION_ID_MAX_LENGTH, Click

SUBJECTS = frozenset(["device_id", "user_id"])
CLICK_FIELDS = frozenset(
    ["transaction_id", "offer", "ip", "user_agent", "referrer", "occurred_at"]
)
"""What a click keeps in columns of its own; all else are its parameters."""


def take_rows(job: Import, rows: Sequence[Row], now: datetime) -> list[Answer]:
    """Take in rows within the transaction; the answers are in their order."""
    translator = Translator(job, now)
    sender = sender_of(job)
    answers: dict[int, Answer] = {}
    sound: dict[int, Inbound] = {}
    refused: list[Refused] = []
    for place, row in enumerate(rows):
        try:
            sound[place] = translator.read(row)
        except RefusedError as refusal:
            answers[place] = refusal.answer
            refused.append(Refused(translator.raw(row), refusal.answer, job.offer_id))
    if refused:
        record_refused(refused)
    if sound:
        reports = list(sound.values())
        if job.kind == ImportKind.STATUSES:
            taken = take_statuses(job, reports, sender, now)
        elif job.kind == ImportKind.CLICKS:
            taken = _take_clicks(job, reports, sender)
        else:
            taken = _take_events(job, reports, sender)
        answers.update(zip(sound, taken, strict=True))
    return [answers[place] for place in range(len(rows))]


def _take_events(
    job: Import, reports: list[Inbound], sender: ImportSender
) -> list[Answer]:
    # A kept column may be mapped to an id by the offer's event.
    if job.kept or SUBJECTS & job.columns.keys():
        names = sorted({inbound.get("transaction_id") for inbound in reports})
        version, found = read_transactions(names)
        hold_subjects(reports, sender, found, current_configuration(version))
    return receive_batch(reports, sender)


def _take_clicks(
    job: Import, reports: list[Inbound], sender: ImportSender
) -> list[Answer]:
    """Store the clicks that are new; a transaction id is taken by its first click."""
    configuration = current_configuration()
    answers: dict[int, Answer] = {}
    made: dict[str, tuple[int, Click, OfferConfig]] = {}
    for place, inbound in enumerate(reports):
        try:
            offer = _offer_of(job, inbound, sender, configuration)
            click = _click(offer, inbound)
        except RefusedError as refusal:
            answers[place] = refusal.answer
            record_refused([Refused(inbound, refusal.answer, refusal.offer_id)])
            continue
        answers[place] = Answer(Result.DUPLICATE.value, "duplicate", REPEATED)
        made.setdefault(click.transaction_id, (place, click, offer))
    Click.objects.bulk_create(
        [click for _, click, _ in made.values()], ignore_conflicts=True
    )
    ids = [click.pk for _, click, _ in made.values()]
    stored = set(Click.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for place, click, offer in made.values():
        if click.pk in stored:
            answers[place] = Answer(Result.ACCEPTED.value)
            note_touch(click, offer)
    return [answers[place] for place in range(len(reports))]


def _offer_of(
    job: Import, inbound: Inbound, sender: ImportSender, configuration: Configuration
) -> OfferConfig:
    """Return the offer that was clicked. Raises ``RefusedError``."""
    token = inbound.get("offer")
    if not token and job.offer_id is not None:
        token = configuration.offers[job.offer_id].public_token
    offer = clicked_offer(token, configuration)
    if not sender.covers(offer):
        raise RefusedError("unknown_offer", "This import is not about that offer.")
    return offer


def _click(offer: OfferConfig, inbound: Inbound) -> Click:
    """Return the click of a row. Raises ``RefusedError``."""
    transaction_id = inbound.get("transaction_id") or _content_id(offer, inbound)
    if len(transaction_id) > TRANSACTION_ID_MAX_LENGTH:
        raise RefusedError(
            "bad_field:transaction_id",
            f"At most {TRANSACTION_ID_MAX_LENGTH} characters.",
            offer_id=offer.id,
        )
    address = inbound.get("ip")
    try:
        ip = str(ipaddress.ip_address(address)) if address else None
    except ValueError as error:
        raise RefusedError(
            "bad_field:ip", f"«{address[:45]}» is no IP address.", offer_id=offer.id
        ) from error
    return new_click(
        offer,
        {n: v for n, v in inbound.values.items() if n not in CLICK_FIELDS},
        Visitor(ip, inbound.get("user_agent"), inbound.get("referrer")),
        clicked_at=read_moment(inbound.get("occurred_at"), inbound.received_at),
        transaction_id=transaction_id,
    )


def _content_id(offer: OfferConfig, inbound: Inbound) -> str:
    """Return the same id for the same row, so that a second import finds it there."""
    text = f"{offer.public_token} {inbound.repeat_key}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
