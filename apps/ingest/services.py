"""The one way in: every door calls ``receive``, which accepts, refuses or repeats."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.db import IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.attribution.storage import MissingSubjectsError, make_subjects
from apps.core.logs import note
from apps.core.source_texts import source_text
from apps.deliveries import waking
from apps.deliveries.caps import take_caps
from apps.deliveries.states import DeliveryState
from apps.ingest import storage
from apps.ingest.attributing import attribute, write_attribution
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration
from apps.ingest.conversions import (
    ForbiddenMoveError,
    Move,
    move_conversion,
    move_transaction,
)
from apps.ingest.counting import count_answers
from apps.ingest.guarded import NotAtOnceError, write_at_once
from apps.ingest.inbound import Inbound
from apps.ingest.limits import take_limits
from apps.ingest.listed_values import find_listed
from apps.ingest.models import Result
from apps.ingest.preparing import prepare_event
from apps.ingest.principals import Principal, UserPrincipal
from apps.ingest.refusals import NOT_AUTHENTICATED, Answer, RefusedError
from apps.ingest.refused_requests import Refused, record_refused
from apps.ingest.resolving import Sender, authenticate
from apps.ingest.storage import First, NewEvent
from apps.ingest.tallies import Tally, note_token, tally
from apps.ingest.throttling import throttle
from apps.ingest.transactions import Foreseen, read_report
from apps.tracking.models import Conversion
from apps.tracking.statuses import ConversionStatus

ONE_BASE = "conversion_one_base_per_transaction"
ACCEPTED = Result.ACCEPTED.value
REPEATED = "This was reported before; nothing was counted again."


def receive(inbound: Inbound, sender: Sender | None = None) -> Answer:
    """Accept what ``inbound`` reports, or say why not.

    What is refused or a duplicate is stored with its reason. Without ``sender`` the
    token says who reports.
    """
    answer = receive_uncounted(inbound, sender)
    count_answers([answer])
    return answer


def receive_uncounted(inbound: Inbound, sender: Sender | None = None) -> Answer:
    """Do as ``receive`` does, for a caller that counts the answers itself."""
    try:
        return accept_event(inbound, sender)
    except RefusedError as refusal:
        refuse(inbound, refusal)
        return refusal.answer


def refuse(inbound: Inbound, refusal: RefusedError) -> None:
    """Keep a refused report and count its name; a throttled one is only answered."""
    if refusal.answer.is_kept:
        record_refused([Refused(inbound, refusal.answer, refusal.offer_id)])
        count_refusal(inbound, refusal)


def count_refusal(inbound: Inbound, refusal: RefusedError) -> None:
    """Count the name of a refused or filtered report, defined or not (R33)."""
    if refusal.offer_id is None:
        return
    is_filtered = refusal.reason.startswith("filtered:")
    what = Tally.FILTERED if is_filtered else Tally.REFUSED
    tally(refusal.offer_id, refusal.event_name, what, inbound.received_at)


def accept_event(inbound: Inbound, sender: Sender | None = None) -> Answer:
    """Store the event and plan its deliveries in one transaction (DESIGN §3).

    Raises ``RefusedError``. A repeated report returns the ids of the first event.
    """
    (version, found), foreseen = read_report(inbound)
    configuration = current_configuration(version)
    sender = sender or admit(inbound, configuration)
    listed = find_listed([inbound], sender, found, configuration)
    known = found.get(inbound.get("transaction_id"))
    new = prepare_event(inbound, sender, known, configuration, listed)
    note(event=new.id)
    first = _write_whole(inbound, new, configuration, foreseen)
    if first is None:
        note_written([new], inbound.received_at)
        return answer_accepted(new)
    return repeat(inbound, new, first)


def admit(inbound: Inbound, configuration: Configuration) -> Sender:
    """Return the sender of a valid token, unless it asks too often."""
    try:
        token = authenticate(inbound, configuration)
    except RefusedError:
        throttle(f"address:{inbound.remote_address}")
        raise
    throttle(f"token:{token.id}")
    note_token(token.id, inbound.received_at)
    if token.user_id is None:
        return token
    user = User.objects.filter(pk=token.user_id, is_active=True).first()
    if user is None:
        raise RefusedError("bad_token", NOT_AUTHENTICATED)
    return allowed_sender(UserPrincipal(user))


def allowed_sender(principal: Principal) -> Sender:
    """Return ``principal`` as a sender, unless it may not report."""
    if not principal.may_report:
        raise RefusedError("forbidden", "You may not report events.")
    return principal


def _write(new: NewEvent, configuration: Configuration) -> First | None:
    """Write one event; return the first one when it is a repeated one.

    A conversion may outlive its event: events are kept for a shorter time. Then its
    own constraint finds the repetition, and there is no first event to name.
    """
    try:
        if connection.in_atomic_block and not new.columns["name"]:
            with transaction.atomic():
                written = storage.write_events([new], configuration.destinations)
        else:
            written = storage.write_events([new], configuration.destinations)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != ONE_BASE:
            raise
        conversion = Conversion.objects.get(
            offer=new.columns["offer_id"],
            transaction_id=new.columns["transaction_id"],
            event_type=None,
        )
        return First(None, conversion.pk)
    return written.get(new.id)


def _write_whole(
    inbound: Inbound,
    new: NewEvent,
    configuration: Configuration,
    foreseen: Foreseen | None,
) -> First | None:
    """Write an event in one statement if that can be, else in steps."""
    if new.is_plain:
        return _write(new, configuration)
    try:
        at_once = partial(write_at_once, new, configuration, foreseen)
        return _with_subjects(new, at_once)
    except NotAtOnceError:
        in_steps = partial(_write_in_steps, inbound, new, configuration)
        return _with_subjects(new, in_steps)


def _with_subjects(new: NewEvent, write: Callable[[], First | None]) -> First | None:
    """Write ``new``; make its subjects first if it is the first one to name them.

    Nobody makes a subject while holding the lock of another one.
    """
    try:
        return write()
    except MissingSubjectsError:
        make_subjects(new.sighting.who if new.sighting else ())
        return write()


def _write_in_steps(
    inbound: Inbound, new: NewEvent, configuration: Configuration
) -> First | None:
    """Write an event that limits count, that moves a conversion or that was seen of
    somebody, all or nothing. Raises ``MissingSubjectsError``.
    """
    with transaction.atomic():
        attribution = attribute(new, configuration)
        try:
            take_limits(new.limits, inbound.received_at)
        except RefusedError as refusal:
            refusal.offer_id = new.columns["offer_id"]
            refusal.event_name = new.columns["name"]
            raise
        facts = attribution.deliveries if attribution else []
        planned = take_caps([*new.deliveries, *facts], inbound.received_at)
        own = len(new.deliveries)
        new = new._replace(deliveries=planned[:own])
        first = _write(new, configuration)
        if first is not None:
            # What the limits counted is taken back: nothing happened.
            transaction.set_rollback(True)
            return first
        if attribution:
            moment = inbound.received_at
            write_attribution(attribution, planned[own:], configuration, moment)
        if new.moves_to:
            _move_by_event(inbound, new)
    return first


def _move_by_event(inbound: Inbound, new: NewEvent) -> None:
    move = Move(new.moves_to, inbound.source, new.columns["name"], event_id=new.id)
    try:
        move_conversion(new.columns["conversion_id"], move, inbound.received_at)
    except ForbiddenMoveError:
        # The event did happen; it only has no say about this conversion any more.
        return


def note_written(events: Sequence[NewEvent], moment: datetime) -> None:
    """Count the names of ``events``; wake a worker if one has a delivery due."""
    names = Counter((new.columns["offer_id"], new.columns["name"]) for new in events)
    for (offer_id, name), count in names.items():
        tally(offer_id, name, Tally.ACCEPTED, moment, count)
    if any(
        planned.state == DeliveryState.PENDING
        for new in events
        for planned in new.deliveries
    ):
        transaction.on_commit(waking.request_wake_up)


def answer_accepted(new: NewEvent) -> Answer:
    """Return the answer to a report that became ``new``."""
    return Answer(ACCEPTED, event=new.id, conversion=new.columns["conversion_id"])


def repeat(inbound: Inbound, new: NewEvent, first: First) -> Answer:
    """Answer a report that was made before; it may move its conversion (R101)."""
    if _moves_by_repeat(inbound, new, first):
        return Answer(ACCEPTED, event=first.event_id, conversion=first.conversion_id)
    answer = duplicate_answer(first)
    record_refused([Refused(inbound, answer, new.columns["offer_id"])])
    return answer


def repeat_or_refuse(inbound: Inbound, new: NewEvent, first: First) -> Answer:
    """Answer a repeated report, also when it may not do what it asks for."""
    try:
        return repeat(inbound, new, first)
    except RefusedError as refusal:
        refuse(inbound, refusal)
        return refusal.answer


def duplicate_answer(first: First) -> Answer:
    """Return the answer that names the first event."""
    return Answer(
        Result.DUPLICATE.value,
        "duplicate",
        REPEATED,
        first.event_id,
        first.conversion_id,
    )


def _moves_by_repeat(inbound: Inbound, new: NewEvent, first: First) -> bool:
    """Move the conversion of a repeated report to the status it names, if it differs.

    Raises ``RefusedError`` (``bad_status``) where the conversion cannot go there.
    """
    if new.repeat is None or first.conversion_id is None:
        return False
    conversion = Conversion.objects.get(pk=first.conversion_id)
    if _stays(conversion, new.repeat.status):
        return False
    move = Move(new.repeat.status, inbound.source, inbound.get("reason")[:200])
    try:
        if new.repeat.of_transaction:
            move_transaction(first.conversion_id, move, inbound.received_at)
            return True
        change = move_conversion(first.conversion_id, move, inbound.received_at)
    except ForbiddenMoveError as error:
        offer = new.columns["offer_id"]
        raise RefusedError("bad_status", source_text(error), offer_id=offer) from error
    return change is not None


def _stays(conversion: Conversion, status: str) -> bool:
    """Tell whether a conversion is where the report wants it, or on its way there.

    A sender that repeats «approved» does not cut a hold short.
    """
    is_timed = conversion.hold_until is not None
    return conversion.status == status or (
        is_timed and status == ConversionStatus.APPROVED
    )
