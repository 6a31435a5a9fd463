"""What postbacks are told of: a fact that became true, or one that was taken back."""

from typing import NamedTuple
from uuid import UUID

from apps.attribution.models import Fact

CREATE, DELETE = "create", "delete"


class Told(NamedTuple):
    """A fact as postbacks are told of it.

    ``id`` is the trigger's: of a retraction another one than of its fact. ``click``
    is the one that made its affiliate the source.
    """

    id: UUID
    kind: str
    subject_kind: str
    event: UUID
    affiliate: int | None
    click: UUID | None
    operation: str


def told_of(fact: Fact) -> Told:
    """Return what was told of ``fact``; needs its subject and period."""
    return Told(
        fact.pk,
        fact.kind,
        fact.subject.kind,
        fact.event_id,
        fact.affiliate_id,
        fact.period.click_id,
        CREATE,
    )


def retraction_of(fact: Fact) -> Told:
    """Return what was told when ``fact`` was retracted. Raises ``ValueError``."""
    if fact.retraction_id is None:
        raise ValueError("This fact was never retracted.")
    return told_of(fact)._replace(id=fact.retraction_id, operation=DELETE)
