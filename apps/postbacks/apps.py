"""Registers the postbacks app."""

from django.apps import AppConfig


class PostbacksConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.postbacks"
    default_auto_field = "django.db.models.BigAutoField"
