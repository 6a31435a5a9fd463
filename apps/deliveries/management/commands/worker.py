"""``manage.py worker``: run and watch over one django-q2 cluster."""

import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.deliveries.supervising import Supervisor


class Command(BaseCommand):
    """One per worker host; more hosts give more throughput."""

    help = "Run the workers that send deliveries, and start them again if they hang."

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor = Supervisor(Path(settings.BASE_DIR) / "manage.py")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.stop())
        sys.exit(supervisor.run())
