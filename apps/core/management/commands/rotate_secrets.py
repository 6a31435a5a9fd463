"""``manage.py rotate_secrets``: seal all stored secrets with the newest key."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.resealing import Column, Tally, reseal, sealed_columns
from apps.core.secret_box import SecretBoxError

PASSES = 3
PROGRESS_SECONDS = 5.0
NAMED = 100
"""How many rows that no key opens are named; the rest is counted."""


class Command(BaseCommand):
    """Goes over every table until a pass finds nothing left to do."""

    help = (
        "Seal stored secrets with the first of SECRET_BOX_KEYS, while everything runs. "
        "It may be stopped and started again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the dry run."""
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Only count what is not sealed by the newest key.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal anew, look again, and say whether the old key can go."""
        try:
            if options["dry_run"]:
                self._count()
            else:
                self._rotate()
        except SecretBoxError as error:
            raise CommandError(str(error)) from error

    def _count(self) -> None:
        found = {column: reseal(column, is_dry_run=True) for column in sealed_columns()}
        for column, tally in found.items():
            self.stdout.write(f"{column}: {tally.stale} of {tally.seen} to be sealed.")
        self._refuse_unreadable(found)
        if any(tally.stale for tally in found.values()):
            self.stdout.write("Keep the old key: run this again without --dry-run.")
        else:
            self._say_done()

    def _rotate(self) -> None:
        """Repeat while something was found: others write, perhaps with an old key."""
        found: dict[Column, Tally] = {}
        for _ in range(PASSES):
            found = {column: self._over(column) for column in sealed_columns()}
            if not any(tally.stale for tally in found.values()):
                self._refuse_unreadable(found)
                self._say_done()
                return
        self._refuse_unreadable(found)
        raise CommandError(
            "Secrets are still being sealed with an older key. Restart every web and "
            "worker process with the new SECRET_BOX_KEYS, then run this again."
        )

    def _over(self, column: Column) -> Tally:
        """Seal a column anew, telling how far it is now and then."""
        told_at = time.monotonic()

        def tell(tally: Tally) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= PROGRESS_SECONDS:
                told_at = time.monotonic()
                self.stdout.write(f"{column}: {tally.seen} looked at …")

        tally = reseal(column, tell=tell)
        if tally.stale:
            changed = f", {tally.changed} changed meanwhile" if tally.changed else ""
            sealed = tally.stale - tally.changed
            self.stdout.write(f"{column}: {sealed} of {tally.seen} sealed{changed}.")
        return tally

    def _refuse_unreadable(self, found: dict[Column, Tally]) -> None:
        """Name the rows that no key opens, never what is in them; exit status 1."""
        rows = [(column, pk) for column, t in found.items() for pk in t.unreadable]
        if not rows:
            return
        for column, pk in rows[:NAMED]:
            self.stderr.write(f"{column}, row {pk}: no key opens it.")
        raise CommandError(
            f"{len(rows)} rows are opened by no key of SECRET_BOX_KEYS. Put the key "
            "back with which they were sealed, or enter these secrets again. Keep the "
            "old keys until then."
        )

    def _say_done(self) -> None:
        self.stdout.write(
            "Everything is sealed by the newest key. Now remove the old keys from "
            "SECRET_BOX_KEYS and restart every process."
        )
