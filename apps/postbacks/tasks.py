"""django-q2 entry points: call one function, nothing else."""

import time

from apps.core.queue import enqueue
from apps.postbacks.simulating import simulate_slice

SIMULATE = "apps.postbacks.tasks.simulate"
SECONDS_AT_ONCE = 20
"""After so long another worker's turn comes: deliveries share the workers."""


def simulate(simulation_id: int) -> None:
    """Work on a simulation for a while; ask for more while there is more."""
    ends_at = time.monotonic() + SECONDS_AT_ONCE
    while simulate_slice(simulation_id):
        if time.monotonic() > ends_at:
            enqueue(SIMULATE, simulation_id=simulation_id)
            return
