"""``manage.py web``: serve the product, unless its settings are not fit for that."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.processes import web_arguments

MOST_PROCESSES = 64
MOST_THREADS = 256


class Command(BaseCommand):
    """Checks the settings, then becomes the web server."""

    help = "Serve the doors and the admin; SIGTERM ends it once all is answered."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen, and with how much."""
        parser.add_argument("--host", default="127.0.0.1", help="Default: 127.0.0.1.")
        parser.add_argument("--port", type=int, default=8000, help="Default: 8000.")
        parser.add_argument("--workers", type=int, default=2, help="Processes; 2.")
        parser.add_argument("--threads", type=int, default=8, help="Of each; 8.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace this process by the server; return only by raising."""
        if settings.DEBUG:
            raise CommandError(
                "DEBUG is true: error pages would show settings and data to "
                "everybody. Set DEBUG=false and the keys (.env.example), or use "
                "«make run» for development."
            )
        for name, most in (("workers", MOST_PROCESSES), ("threads", MOST_THREADS)):
            if not 1 <= options[name] <= most:
                raise CommandError(
                    f"--{name} is {options[name]}; choose a number from 1 to {most}."
                )
        self.check(include_deployment_checks=True)
        arguments = web_arguments(
            host=options["host"],
            port=options["port"],
            workers=options["workers"],
            threads=options["threads"],
        )
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own
