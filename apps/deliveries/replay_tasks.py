"""The worker's entry point of replays, which plan deliveries as ingestion does."""

import time
from uuid import UUID

from apps.deliveries import replaying
from apps.deliveries.clock import database_now
from apps.deliveries.replay_queue import ask_for_worker

SECONDS_AT_ONCE = 20
"""After so long another worker's turn comes: deliveries share the workers."""


def replay(replay_id: str) -> None:
    """Work on a replay for a while; ask for more while there is more."""
    ends_at = time.monotonic() + SECONDS_AT_ONCE
    while replaying.replay_slice(UUID(replay_id), database_now()):
        if time.monotonic() > ends_at:
            ask_for_worker(UUID(replay_id))
            return
