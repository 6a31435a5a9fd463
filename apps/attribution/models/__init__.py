"""Subjects, their events and touches, and what followed: periods and facts."""

from apps.attribution.models.facts import Cause, Fact, FactReason, FactState, Period
from apps.attribution.models.subjects import EventState, Subject, SubjectEvent, Touch

__all__ = [
    "Cause",
    "EventState",
    "Fact",
    "FactReason",
    "FactState",
    "Period",
    "Subject",
    "SubjectEvent",
    "Touch",
]
