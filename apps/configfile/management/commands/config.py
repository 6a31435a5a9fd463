"""``manage.py config``: the configuration as one file, written, compared, read."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from auditlog.context import set_actor
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import User
from apps.configfile.comparing import Act
from apps.configfile.importing import Report, compare_file, import_file
from apps.configfile.writing import export_text

STANDARD = "-"


class Command(BaseCommand):
    """Exit status: of ``diff`` 1 if anything differs; of ``import`` 1 on problems."""

    help = "Export, compare or import the configuration (docs/configuration.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the three subcommands."""
        parts = parser.add_subparsers(dest="what", required=True)
        export = parts.add_parser("export", help="Write the configuration as YAML.")
        export.add_argument("--output", default=STANDARD, help="File; else to stdout.")
        diff = parts.add_parser("diff", help="Tell what an import would change.")
        diff.add_argument("file", help="The file, or - for stdin.")
        read = parts.add_parser("import", help="Make the database what a file says.")
        read.add_argument("file", help="The file, or - for stdin.")
        read.add_argument(
            "--user", required=True, help="Who is to be the author, by user name."
        )
        read.add_argument(
            "--dry-run", action="store_true", help="Try everything, keep nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked."""
        if options["what"] == "export":
            self._export(options["output"])
        elif options["what"] == "diff":
            report = compare_file(_content(options["file"]))
            self._tell(report)
            if report.differences or report.problems:
                sys.exit(1)
            if not report.changes:
                self.stdout.write("No difference.")
        else:
            self._import(options)

    def _export(self, output: str) -> None:
        text = export_text()
        if output == STANDARD:
            self.stdout.write(text, ending="")
        else:
            Path(output).write_text(text, encoding="utf-8")

    def _import(self, options: dict[str, Any]) -> None:
        author = User.objects.filter(
            username=options["user"], is_active=True, affiliate=None
        ).first()
        if author is None:
            raise CommandError(
                f"There is no active user «{options['user']}» of ours. Name one who "
                "is to be the author of new postbacks: --user."
            )
        content = _content(options["file"])
        with set_actor(author):
            report = import_file(
                content=content,
                author=author,
                now=timezone.now(),
                is_dry_run=options["dry_run"],
            )
        self._tell(report)
        if report.problems:
            self.stderr.write(f"Problems: {len(report.problems)}. Nothing was changed.")
            sys.exit(1)
        self.stdout.write(_result(report))

    def _tell(self, report: Report) -> None:
        for change in report.changes:
            self.stdout.write(change.words)
        for problem in report.problems:
            self.stderr.write(str(problem))
        for name, secrets in report.awaited:
            self.stdout.write(f"to be entered: {name}: {', '.join(secrets)}")


def _content(path: str) -> bytes:
    if path == STANDARD:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _result(report: Report) -> str:
    acts = [one.act for one in report.changes]
    added, changed = acts.count(Act.ADDED), acts.count(Act.CHANGED)
    figures = f"{added} added, {changed} changed, {acts.count(Act.ONLY_HERE)} only here"
    if report.is_written:
        return f"Imported: {figures}."
    return f"Dry run: {figures}; nothing was kept."
