"""``manage.py import_csv``: a file of reports, rehearsed, then imported here."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import User
from apps.deliveries.clock import database_now
from apps.ingest.importing import steps
from apps.ingest.importing.mapping import FIELDS, guess_columns, what_is_missing
from apps.ingest.importing.permissions import ImportForbiddenError, check_author
from apps.ingest.importing.reading import UnreadableFileError
from apps.ingest.importing.refused_file import refused_lines
from apps.ingest.importing.storing import Upload, store_upload
from apps.ingest.importing.tasks import work_patiently
from apps.ingest.importing.working import WORKING, rehearse_first_rows
from apps.ingest.models import DateOrder, DecimalMark, Import, ImportKind, ImportState
from apps.offers.models import Offer

LOOK_SECONDS = 0.5


class Command(BaseCommand):
    """Rehearses and imports in this process; a worker may take over at any time."""

    help = (
        "Import conversions, events, changes of status or clicks from a CSV file, "
        "under the rules of every other door."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, its columns and how its cells are written."""
        parser.add_argument("kind", choices=ImportKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--user", required=True, help="Whose rights count; named as the author."
        )
        parser.add_argument("--offer", type=int, help="Only rows of this offer.")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=HEADING",
            help="Which column holds a field; others are guessed. May be repeated.",
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="A value that is the same for all rows, e.g. event=sale.",
        )
        parser.add_argument(
            "--keep",
            action="append",
            default=[],
            metavar="HEADING",
            help="Keep a column as a parameter. May be repeated.",
        )
        parser.add_argument("--time-zone", default="UTC", help="Of times without one.")
        parser.add_argument("--dates", choices=DateOrder.values, default="iso")
        parser.add_argument("--decimal", choices=DecimalMark.values, default=".")
        parser.add_argument(
            "--history", action="store_true", help="Store it and tell nobody."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Rehearse all rows, import none."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Store the file, rehearse it, import it, write what was refused."""
        job = _prepared(options)
        path: Path = options["file"]
        try:
            check_author(job.author, job.kind)
            with path.open("rb") as file:
                store_upload(job, Upload(file, path.name, path.stat().st_size))
            _map(job, options)
        except (UnreadableFileError, ImportForbiddenError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        steps.begin_again(job)
        rehearse_first_rows(job, database_now())
        if options["dry_run"]:
            if job.examined < job.rows:
                steps.rehearse_all(job=job, now=timezone.now())
                self._watch(job)
        else:
            steps.start(job=job, now=timezone.now(), is_history=job.is_history)
            self._watch(job)
        self._report(job, path)

    def _watch(self, job: Import) -> None:
        """Work on the import, or wait for the worker that has it."""
        job.refresh_from_db()
        while job.state in WORKING:
            if not work_patiently(job.pk):
                time.sleep(LOOK_SECONDS)
            job.refresh_from_db()
            self.stdout.write(f"{job.examined:,} of {job.rows:,} rows")

    def _report(self, job: Import, path: Path) -> None:
        job.refresh_from_db()
        if job.note:
            raise CommandError(f"It rests: {job.note}")
        done = (
            "Imported" if job.state == ImportState.DONE else "Rehearsed, not imported"
        )
        self.stdout.write(
            f"{done}: {job.accepted:,} accepted, {job.duplicate:,} duplicates, "
            f"{job.refused:,} refused; {job.planned:,} deliveries."
        )
        if job.refused:
            target = path.with_name(f"{path.stem}.refused.csv")
            with target.open("w", encoding="utf-8", newline="") as file:
                file.writelines(refused_lines(job))
            self.stdout.write(f"The refused rows and why: {target}")


def _prepared(options: dict[str, Any]) -> Import:
    author = User.objects.filter(username=options["user"]).first()
    if author is None:
        raise CommandError(f"There is no user «{options['user']}». Check --user.")
    offer = None
    if options["offer"] is not None:
        offer = Offer.objects.filter(pk=options["offer"]).first()
        if offer is None:
            raise CommandError(f"There is no offer #{options['offer']}. Check --offer.")
    if options["time_zone"] not in available_timezones():
        raise CommandError(f"There is no time zone «{options['time_zone']}».")
    return Import(
        kind=options["kind"],
        author=author,
        offer=offer,
        time_zone=options["time_zone"],
        date_order=options["dates"],
        decimal_mark=options["decimal"],
        is_history=options["history"],
    )


def _map(job: Import, options: dict[str, Any]) -> None:
    """Name the columns as asked; the file is deleted again if they do not fit."""
    try:
        told = {
            name: _place(job, heading)
            for name, heading in _pairs(job, options["map"], "--map")
        }
        job.columns = {**guess_columns(job.kind, job.headings), **told}
        job.fixed = dict(_pairs(job, options["set"], "--set"))
        job.kept = [_place(job, heading) for heading in options["keep"]]
        _check(job)
    except CommandError:
        job.delete()
        raise


def _check(job: Import) -> None:
    missing = what_is_missing(job.kind, job.columns, job.fixed, job.offer)
    if missing:
        raise CommandError(f"{missing} Use --map or --set.")


def _pairs(job: Import, given: list[str], option: str) -> list[tuple[str, str]]:
    known = [field.name for field in FIELDS[job.kind]]
    pairs = []
    for text in given:
        name, is_pair, value = text.partition("=")
        if not is_pair or name not in known:
            raise CommandError(
                f"{option} takes FIELD=…, not «{text}». Fields: {', '.join(known)}."
            )
        pairs.append((name, value))
    return pairs


def _place(job: Import, heading: str) -> int:
    if heading not in job.headings:
        raise CommandError(
            f"The file has no column «{heading}». It has: {', '.join(job.headings)}."
        )
    return int(job.headings.index(heading))
