"""Registers the actions app (it has no models)."""

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    """Django knows the app by this."""

    name = "apps.actions"
