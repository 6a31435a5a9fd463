"""What the pages of hourly sums share: a page and a file in place of a list."""

from abc import abstractmethod
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.scoping import ReadOnlyMixin
from apps.core.adminkit.screens import ScopedAdmin


class SumsAdmin(ReadOnlyMixin, ScopedAdmin):
    """One page of sums in place of a list of hours."""

    @abstractmethod
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the sums as a file."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the file."""
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", view, name=name), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, *_: Any, **__: Any
    ) -> Any:
        """Lead from a single hour to the page: it has none of its own."""
        return HttpResponseRedirect(list_url(self.model))
