"""Registers the console and makes its site the admin site of the project."""

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AppConfig):
    """Django finds the screens of this app here."""

    name = "apps.console"

    def ready(self) -> None:
        """Have changes audited, and filters offer visible rows only."""
        # Models can be imported only when all apps are loaded.
        from apps.console.audit import register_audited_models
        from apps.core.adminkit.scoping import ScopedRelatedFilter

        admin.FieldListFilter.register(
            lambda field: bool(field.remote_field),
            ScopedRelatedFilter,
            take_priority=True,
        )
        register_audited_models()


class PostbacksAdminConfig(AdminConfig):
    """Django's admin with our own site as the default."""

    default_site = "apps.console.site.PostbacksAdminSite"
