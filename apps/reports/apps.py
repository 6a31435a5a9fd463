"""Registers the reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.reports"
    default_auto_field = "django.db.models.BigAutoField"
