"""django-q2 entry points: read the clock, call one function, nothing else."""

from django.utils import timezone

from apps.deliveries import draining, sweeping


def deliver_due() -> None:
    """Work a shift: send what is due until nothing is, or the shift ends."""
    draining.work_shift()


def sweep() -> None:
    """Every minute: return expired leases and wake a worker for what is due."""
    sweeping.sweep(now=timezone.now())
