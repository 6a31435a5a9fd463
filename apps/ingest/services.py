"""The one way in: every door calls ``receive``, which accepts, refuses or repeats."""

from apps.deliveries import waking
from apps.deliveries.states import (
    DeliveryState,
)
from apps.ingest import storage
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration
from apps.ingest.inbound import Inbound
from apps.ingest.models import Result
from apps.ingest.preparing import prepare_event
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.refused_requests import record_duplicate, record_refusal
from apps.ingest.tallies import Tally, tally


def receive(inbound: Inbound) -> tuple[Answer, int]:
    """Accept what ``inbound`` reports; return the answer and its HTTP status.

    The status is 200 for an accepted or repeated report; doors may say 201. What is
    refused or a duplicate is stored with its reason.
    """
    try:
        answer = accept_event(inbound)
    except RefusedError as refusal:
        record_refusal(inbound, refusal)
        answer = Answer(Result.REFUSED.value, refusal.reason, refusal.detail)
        return answer, refusal.status_code
    return answer, 200


def accept_event(inbound: Inbound) -> Answer:
    """Store the event and plan its deliveries in one transaction (DESIGN §3).

    Raises ``RefusedError``. A repeated report returns the ids of the first event.
    """
    transaction_id = inbound.get("transaction_id")
    version, found = storage.read_transactions([transaction_id])
    configuration = current_configuration(version)
    new = prepare_event(inbound, found.get(transaction_id), configuration)
    return _store(inbound, new, configuration)


def _store(
    inbound: Inbound, new: storage.NewEvent, configuration: Configuration
) -> Answer:
    columns = new.columns
    offer_id = columns["offer_id"]
    if not storage.write_events([new], configuration.destinations):
        event_id, conversion_id = storage.first_event(new)
        answer = Answer(
            Result.DUPLICATE.value,
            "duplicate",
            "This was reported before; nothing was counted again.",
            event_id,
            conversion_id,
        )
        record_duplicate(inbound, answer, offer_id)
        return answer
    tally(offer_id, columns["name"], Tally.ACCEPTED, inbound.received_at)
    if any(planned.state == DeliveryState.PENDING for planned in new.deliveries):
        waking.request_wake_up()
    return Answer(
        Result.ACCEPTED.value, event=new.id, conversion=columns["conversion_id"]
    )
