"""Registers the deliveries app."""

from django.apps import AppConfig
from django.core import checks

from apps.deliveries.checks import check_times


class DeliveriesConfig(AppConfig):
    """Django finds the models and the system checks of this app here."""

    name = "apps.deliveries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks; settings are complete only now."""
        checks.register(check_times)
