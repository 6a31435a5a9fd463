"""Registers the core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.core"
    default_auto_field = "django.db.models.BigAutoField"
