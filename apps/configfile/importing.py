"""A file becomes the configuration: in one transaction, or not at all."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.configfile.comparing import Act, Change, compare
from apps.configfile.documents import Problem
from apps.configfile.exporting import read_database
from apps.configfile.reading import read_file
from apps.configfile.settling import settle
from apps.configfile.work import Imported
from apps.configfile.writers import write_changes

LOCK = 7_212_250_614
"""Any number that no other advisory lock of this product has."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a file would change or has changed, and everything that is wrong with it.

    ``awaited`` names, by entry, the secrets that somebody has to enter now.
    """

    changes: list[Change]
    problems: list[Problem]
    awaited: list[tuple[str, list[str]]] = field(default_factory=list)
    is_written: bool = False

    @property
    def differences(self) -> list[Change]:
        """What an import changes; what is only here stays."""
        return [one for one in self.changes if one.act is not Act.ONLY_HERE]


def compare_file(content: bytes) -> Report:
    """Return what a file would change; nothing is tried, nothing is written."""
    wanted, problems = read_file(content)
    stored = read_database()
    _, unsettled = settle(wanted, stored)
    changes = compare(stored.document, wanted)
    return Report(changes, sorted([*problems, *unsettled]))


def import_file(
    *,
    content: bytes,
    author: User,
    now: datetime,
    is_dry_run: bool = False,
    most: int | None = None,
) -> Report:
    """Make the database what a file says; rows that it does not name stay.

    With any problem, or ``is_dry_run``, everything was tried and nothing is kept. With
    more than ``most`` differences nothing is tried, and that is the problem. Two
    imports at once follow each other.
    """
    wanted, problems = read_file(content)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        stored = read_database()
        settled, unsettled = settle(wanted, stored)
        changes = compare(stored.document, wanted)
        work = Imported(wanted, stored, settled, author, now)
        work.problems += [*problems, *unsettled]
        too_many = _too_many(changes, most)
        work.problems += too_many
        if not too_many:
            write_changes(work, changes)
        is_written = not work.problems and not is_dry_run
        if not is_written:
            transaction.set_rollback(True)
    return Report(changes, sorted(set(work.problems)), work.awaited, is_written)


def _too_many(changes: list[Change], most: int | None) -> list[Problem]:
    """Return that a file changes more than can be waited for on a screen."""
    count = len([one for one in changes if one.act is not Act.ONLY_HERE])
    if most is None or count <= most:
        return []
    words = _(
        "It changes %(count)s entries, and this screen takes %(most)s at once. Import "
        "it on the server: manage.py config import."
    )
    return [Problem(1, "", words % {"count": count, "most": most})]
