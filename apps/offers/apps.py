"""Registers the offers app."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.offers"
    default_auto_field = "django.db.models.BigAutoField"
