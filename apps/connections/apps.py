"""Registers the connections app."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.connections"
    default_auto_field = "django.db.models.BigAutoField"
