"""``manage.py prune``: remove what is older than the settings say, now."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.deliveries.clock import database_now
from apps.retention.models import Pruning
from apps.retention.pruning import AlreadyPruningError, look, prune


class Command(BaseCommand):
    """Does what the nightly task does, to the end, and says what went."""

    help = "Remove what is older than RETENTION_DAYS_… say. Safe to run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ``--dry-run``."""
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would go; remove nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, days in settings.RETENTION_DAYS.items():
            if not days:
                self.stdout.write(f"{name}: kept for ever")
        if options["dry_run"]:
            self._tell_what_would_go()
            return
        try:
            prune()
        except AlreadyPruningError as error:
            raise CommandError(str(error)) from error
        self._tell_what_went()

    def _tell_what_would_go(self) -> None:
        for one in look(database_now()):
            size = "" if one.bytes is None else f", {one.bytes:,} bytes"
            self.stdout.write(
                f"{one.table.value}: {one.rows:,} rows older than "
                f"{one.until:%Y-%m-%d} would go{size}"
            )
        self.stdout.write("Nothing was removed. What goes makes room for more to go.")

    def _tell_what_went(self) -> None:
        found = Pruning.objects.order_by("table", "-until").distinct("table")
        for run in sorted(found, key=lambda one: one.pk):
            left = (
                f" Days in use, which go next time: {run.days_left}."
                if run.days_left
                else ""
            )
            self.stdout.write(
                f"{run.table}: {run.rows:,} rows older than {run.until:%Y-%m-%d} "
                f"went, {run.bytes:,} bytes.{left}"
            )
