"""Registers the app with Django."""

from django.apps import AppConfig


class AttributionConfig(AppConfig):
    """Subjects, their periods, and the attribution facts about them."""

    name = "apps.attribution"
    default_auto_field = "django.db.models.BigAutoField"
