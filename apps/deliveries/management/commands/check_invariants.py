"""``manage.py check_invariants``: look for what must never be, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.deliveries.clock import database_now
from apps.deliveries.invariants import check_invariants


class Command(BaseCommand):
    """Does what the nightly check does, and says what it found."""

    help = "Look for deliveries that nothing accounts for. Exit status 1 if there are."

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_invariants(now=database_now())
        if found:
            lines = "\n".join(str(violation) for violation in found)
            raise CommandError(
                f"{lines}\nOpen these deliveries in the admin, resend or cancel them, "
                "and run this again."
            )
        self.stdout.write("Nothing is unexplained.")
