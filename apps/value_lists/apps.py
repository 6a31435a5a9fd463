"""Registers the value_lists app."""

from django.apps import AppConfig


class ValueListsConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.value_lists"
    default_auto_field = "django.db.models.BigAutoField"
