"""``manage.py sync_roles``: bring the groups' permissions to what the code says."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.roles import sync_roles


class Command(BaseCommand):
    """Run after ``migrate``; safe to run again."""

    help = "Create the groups of the five roles and set their permissions."

    def handle(self, *args: Any, **options: Any) -> None:
        sync_roles()
        self.stdout.write("Roles are in step.")
