"""Registers the ingest app."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.ingest"
    default_auto_field = "django.db.models.BigAutoField"
