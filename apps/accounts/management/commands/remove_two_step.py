"""``manage.py remove_two_step ada``: for the only administrator, without telephone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import TwoStep


class Command(BaseCommand):
    """Lets the password of one user let in alone; the audit log remembers it."""

    help = "Remove the two-step sign-in of a user who lost telephone and codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        two_step = TwoStep.objects.filter(user__username=name).first()
        if two_step is None:
            raise CommandError(
                f"Nobody named {name} has two-step sign-in. Names are case-sensitive."
            )
        two_step.delete()
        self.stdout.write(f"{name} signs in with the password alone now.")
