"""``manage.py rebuild_rollups``: count the hourly sums of some time anew."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.deliveries.clock import database_now
from apps.reports.rebuilding import PrunedError, rebuild


class Command(BaseCommand):
    """For after a repair of the log by hand; otherwise the sums keep themselves."""

    help = "Count the hourly sums anew. Times are UTC: 2026-11-01 or 2026-11-01T15:00."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the first hour and the end."""
        parser.add_argument("--from", dest="start", required=True, metavar="TIME")
        parser.add_argument(
            "--to", dest="end", metavar="TIME", help="Not included. Default: now."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = database_now()
        start = _moment(options["start"])
        end = _moment(options["end"]) if options["end"] else now
        if start >= end:
            raise CommandError("--to must be later than --from.")
        try:
            count = sum(1 for _ in rebuild(start=start, end=end, now=now))
        except PrunedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count:,} hours were counted anew.")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"«{text}» is no time. Write it as 2026-11-01 or 2026-11-01T15:00 (UTC)."
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
