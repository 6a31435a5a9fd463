"""Many reports at once: the rules of one by one, a few statements for all of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.ingest import storage
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration
from apps.ingest.counting import count_answers
from apps.ingest.inbound import Inbound
from apps.ingest.listed_values import Listed, find_listed
from apps.ingest.preparing import prepare_event
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.refused_requests import Refused, record_refused
from apps.ingest.resolving import Sender, Transaction
from apps.ingest.services import (
    admit,
    answer_accepted,
    count_refusal,
    duplicate_answer,
    note_written,
    receive_uncounted,
    repeat_or_refuse,
)
from apps.ingest.storage import NewEvent
from apps.ingest.transactions import read_transactions

DEADLOCK_DETECTED = "40P01"


def receive_batch(
    reports: Sequence[Inbound], sender: Sender | None = None
) -> list[Answer]:
    """Accept, refuse or repeat each report; the answers are in the same order.

    Raises ``RefusedError`` when the sender is refused, before anything is stored.
    """
    transactions = [inbound.get("transaction_id") for inbound in reports]
    version, found = read_transactions(sorted(set(transactions)))
    configuration = current_configuration(version)
    sender = sender or admit(reports[0], configuration)
    listed = find_listed(reports, sender, found, configuration)
    batch = _Batch(configuration, sender, found, listed)
    for place, inbound in enumerate(reports):
        batch.add(place, inbound)
    batch.write()
    batch.keep_refused()
    answers = [batch.answers[place] for place in range(len(reports))]
    count_answers(answers)
    return answers


class _Batch:
    """Reports on their way: prepared ones wait until one statement writes them."""

    def __init__(
        self,
        configuration: Configuration,
        sender: Sender,
        found: dict[str, Transaction],
        listed: Listed,
    ) -> None:
        self.answers: dict[int, Answer] = {}
        self._configuration = configuration
        self._sender = sender
        self._found = found
        self._listed = listed
        self._waiting: list[tuple[int, Inbound, NewEvent]] = []
        self._refused: list[Refused] = []

    def add(self, place: int, inbound: Inbound) -> None:
        """Prepare one report; what takes more than one statement is written at once."""
        transaction_id = inbound.get("transaction_id")
        known = self._found.get(transaction_id)
        try:
            new = prepare_event(
                inbound, self._sender, known, self._configuration, self._listed
            )
        except RefusedError as refusal:
            self.answers[place] = refusal.answer
            self._refused.append(Refused(inbound, refusal.answer, refusal.offer_id))
            count_refusal(inbound, refusal)
            return
        if new.is_plain:
            self._waiting.append((place, inbound, new))
            if known is not None:
                self._found[transaction_id] = _after(new, known)
            return
        self.write()
        self.answers[place] = receive_uncounted(inbound, self._sender)
        self._found.update(read_transactions([transaction_id])[1])

    def write(self) -> None:
        """Write what waits; a conflict with other requests makes it one by one."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        # In one order everywhere, so that two batches cannot wait for each other.
        events = sorted((new for _, _, new in waiting), key=_lock_order)
        try:
            with _kept_apart():
                firsts = storage.write_events(events, self._configuration.destinations)
        except DatabaseError as error:
            if not _is_conflict(error):
                raise
            for place, inbound, _ in waiting:
                self.answers[place] = receive_uncounted(inbound, self._sender)
            return
        written = [new for new in events if new.id not in firsts]
        note_written(written, waiting[0][1].received_at)
        for place, inbound, new in waiting:
            first = firsts.get(new.id)
            if first is None:
                self.answers[place] = answer_accepted(new)
                continue
            if new.repeat is not None:
                self.answers[place] = repeat_or_refuse(inbound, new, first)
                continue
            answer = self.answers[place] = duplicate_answer(first)
            self._refused.append(Refused(inbound, answer, new.columns["offer_id"]))

    def keep_refused(self) -> None:
        """Store what was not accepted."""
        if self._refused:
            record_refused(self._refused)


def _kept_apart() -> AbstractContextManager[object]:
    """Return what keeps a conflict from ending a transaction around the batch.

    Without one around it, the statement is a transaction of its own.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _after(new: NewEvent, known: Transaction) -> Transaction:
    """Return the transaction as later reports of the same batch find it."""
    if new.change_id is None or known.conversion_id is not None:
        return known
    return known._replace(
        conversion_id=new.columns["conversion_id"],
        conversion_status=new.status,
    )


def _lock_order(new: NewEvent) -> tuple[str, str]:
    return (new.columns["dedupe_key"] or "", new.columns["order_key"] or "")


def _is_conflict(error: DatabaseError) -> bool:
    """Tell a conflict with another request from an outage or a mistake of ours."""
    code = getattr(error.__cause__, "sqlstate", "")
    return isinstance(error, IntegrityError) or code == DEADLOCK_DETECTED
