"""Registers the tracking app."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.tracking"
    default_auto_field = "django.db.models.BigAutoField"
