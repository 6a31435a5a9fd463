"""Registers the actions app, which has no models."""

from django.apps import AppConfig

from apps.actions.registry import load_kinds


class ActionsConfig(AppConfig):
    """Loads every kind of action when Django starts."""

    name = "apps.actions"

    def ready(self) -> None:
        """Import all files of ``kinds``, so that each registers its action."""
        load_kinds()
