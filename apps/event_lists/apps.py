"""Registers the event_lists app."""

from django.apps import AppConfig


class EventListsConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.event_lists"
    default_auto_field = "django.db.models.BigAutoField"
