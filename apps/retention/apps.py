"""Registers the retention app."""

from django.apps import AppConfig
from django.core import checks

from apps.retention.checks import check_days


class RetentionConfig(AppConfig):
    """Django finds the model and the system check of this app here."""

    name = "apps.retention"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check; settings are complete only now."""
        checks.register(check_days)
