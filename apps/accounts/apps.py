"""Registers the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Django finds the models of this app here."""

    name = "apps.accounts"
    default_auto_field = "django.db.models.BigAutoField"
