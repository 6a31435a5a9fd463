"""Registers the deliveries app."""

from django.apps import AppConfig


class DeliveriesConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.deliveries"
    default_auto_field = "django.db.models.BigAutoField"
