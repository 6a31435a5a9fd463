"""``manage.py alerts``: look and tell once, for a schedule outside of the workers."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.deliveries import alerting
from apps.deliveries.clock import database_now


class Command(BaseCommand):
    """Workers look after the alerts every minute; this tells when none is left."""

    help = "Bring the alerts up to date and tell them, once. Harmless beside workers."

    def handle(self, *args: Any, **options: Any) -> None:
        alerting.watch(now=database_now())
