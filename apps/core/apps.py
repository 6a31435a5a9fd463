"""Registers the core app."""

from django.apps import AppConfig
from django.core import checks

from apps.core.checks import check_ca_file, check_metrics_networks, check_queue


class CoreConfig(AppConfig):
    """Django finds the models and the system checks of this app here."""

    name = "apps.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks; settings are complete only now."""
        checks.register(check_ca_file)
        checks.register(check_queue)
        checks.register(check_metrics_networks)
