"""Deliveries and their attempts, destinations, workers, replays and alerts."""

from apps.deliveries.models.alerts import (
    Alert,
    AlertChannel,
    AlertNotice,
    Finding,
    RuleHealth,
)
from apps.deliveries.models.attempts import Attempt
from apps.deliveries.models.deliveries import Delivery
from apps.deliveries.models.destinations import Destination
from apps.deliveries.models.replays import EARLIEST, LATEST, Replay
from apps.deliveries.models.workers import Worker, WorkerShift

__all__ = [
    "EARLIEST",
    "LATEST",
    "Alert",
    "AlertChannel",
    "AlertNotice",
    "Attempt",
    "Delivery",
    "Destination",
    "Finding",
    "Replay",
    "RuleHealth",
    "Worker",
    "WorkerShift",
]
