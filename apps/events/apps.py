"""Registers the events app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.events"
    default_auto_field = "django.db.models.BigAutoField"
