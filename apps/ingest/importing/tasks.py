"""The worker's entry points of imports."""

import logging
import time
from uuid import UUID

from django.db import OperationalError
from django.utils.translation import gettext_noop

from apps.deliveries.clock import database_now
from apps.ingest.importing import steps, working
from apps.ingest.importing.permissions import ImportForbiddenError

logger = logging.getLogger(__name__)

SECONDS_AT_ONCE = 20
"""After so long another worker's turn comes: deliveries share the workers."""
TRIES = 5
PAUSE_SECONDS = 0.3
FAILED = gettext_noop(
    "A chunk of rows could not be imported because of a mistake of ours, which is in "
    "the worker's log. Nothing of the chunk was stored. Go on to try it again."
)


def work(import_id: str) -> None:
    """Work on an import for a while; ask for more while there is more."""
    ends_at = time.monotonic() + SECONDS_AT_ONCE
    key = UUID(import_id)
    while work_patiently(key):
        if time.monotonic() > ends_at:
            steps.ask_for_worker(key)
            return


def work_patiently(import_id: UUID) -> bool:
    """Do the next chunk, again if somebody was in the way; tell whether there is more.

    After some tries the sweep's turn comes. What is no matter of waiting pauses it.
    """
    for tried in range(TRIES):
        try:
            return working.work_on_next_chunk(import_id, database_now())
        except OperationalError:
            logger.warning("A chunk of import %s waits for a lock.", import_id)
            time.sleep(PAUSE_SECONDS * (tried + 1))
        except ImportForbiddenError as error:
            steps.give_up(import_id, str(error), database_now())
            return False
        except Exception:
            logger.exception("A chunk of import %s failed.", import_id)
            steps.give_up(import_id, FAILED, database_now())
            return False
    return False


def go_on() -> None:
    """Every minute: what lost its worker goes on, and old rows are deleted."""
    steps.ask_for_workers()
    steps.forget_in_time(database_now())
