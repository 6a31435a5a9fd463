"""Registers the configfile app."""

from django.apps import AppConfig


class ConfigfileConfig(AppConfig):
    """Django finds the command of this app here; it has no models."""

    name = "apps.configfile"
