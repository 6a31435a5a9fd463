"""Addresses of the admin's own pages."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse


def change_url(obj: Any) -> str:
    """Return the address of an object's page in the admin."""
    opts = obj._meta  # noqa: SLF001 - Django's documented model API
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk])


def list_url(model: Any, **parameters: Any) -> str:
    """Return the address of a model's list, filtered by ``parameters``."""
    opts = model._meta  # noqa: SLF001 - Django's documented model API
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return f"{url}?{urlencode(parameters)}" if parameters else url


def page_url(obj: Any, name: str) -> str:
    """Return the address of an object's extra page (see ``pages``)."""
    opts = obj._meta  # noqa: SLF001 - Django's documented model API
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=[obj.pk])


def add_url(model: Any, **parameters: Any) -> str:
    """Return the address of a model's add form, filled with ``parameters``."""
    opts = model._meta  # noqa: SLF001 - Django's documented model API
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
    return f"{url}?{urlencode(parameters)}" if parameters else url
