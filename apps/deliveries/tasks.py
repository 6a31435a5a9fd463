"""django-q2 entry points: read the clock, call one function, nothing else."""

from apps.deliveries import draining, invariants, sweeping
from apps.deliveries.clock import database_now


def deliver_due() -> None:
    """Work a shift: send what is due until nothing is, or the shift ends."""
    draining.work_shift()


def sweep() -> None:
    """Every minute: what was left behind, and what people must be told."""
    sweeping.sweep(now=database_now())


def check_invariants() -> None:
    """Every night: what must never be. The sweep tells it as an alert."""
    invariants.check_invariants(now=database_now())
