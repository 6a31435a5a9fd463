"""Registers the goals app."""

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.goals"
    default_auto_field = "django.db.models.BigAutoField"
