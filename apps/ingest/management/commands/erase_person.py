"""``manage.py erase_person``: erase all that is stored of a person, in all tables."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.deliveries.clock import database_now
from apps.ingest.finding_people import Asked, Found, TooManyError, erase, find


class Command(BaseCommand):
    """Finds, reports, asks, erases; what the page «Erase a person» does."""

    help = "Erase the personal data of a person for ever. Nothing brings them back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what the person is known by."""
        parser.add_argument("--email", default="")
        parser.add_argument("--phone", default="", help="With its country code.")
        parser.add_argument("--device", default="", help="The device id, as reported.")
        parser.add_argument("--user-id", default="", dest="user", help="As reported.")
        parser.add_argument(
            "--search-log",
            action="store_true",
            help="Read all events, clicks and refused requests for it. Takes long.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Report only.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Asked(*(options[name].strip() for name in Asked._fields))
        if not any(asked):
            raise CommandError(
                "Say who: --email, --phone, --device or --user-id, or several of them."
            )
        try:
            found = find(asked, in_log=options["search_log"])
        except TooManyError as error:
            raise CommandError(str(error)) from error
        self._report(found)
        if options["dry_run"] or not found:
            self.stdout.write("Nothing was erased.")
            return
        if not options["yes"] and input("Erase for ever? Type yes: ") != "yes":
            raise CommandError("Nothing was erased.")
        erasure = erase(found, None, database_now())
        self.stdout.write(f"Erased. Attempts that were blanked: {erasure.attempts}.")
        if erasure.being_sent:
            self.stdout.write(
                f"Being sent at this moment: {erasure.being_sent}. Run this again in "
                "some minutes by the ids of their leads, on their pages."
            )

    def _report(self, found: Found) -> None:
        for table, count in found.counts().items():
            self.stdout.write(f"{table}: {count}")
        for lead in found.leads:
            self.stdout.write(f"lead {lead.public_id}")
