"""Registers the console app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.console"
    default_auto_field = "django.db.models.BigAutoField"
