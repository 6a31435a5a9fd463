"""Registers the console and makes its site the admin site of the project."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AppConfig):
    """Django finds the screens of this app here."""

    name = "apps.console"


class PostbacksAdminConfig(AdminConfig):
    """Django's admin with our own site as the default."""

    default_site = "apps.console.site.PostbacksAdminSite"
