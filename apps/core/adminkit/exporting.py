"""A list as a CSV file: what is filtered, streamed, safe to open in a spreadsheet."""

import csv
import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.http.response import StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.core.encoding import sheet_cell

MAX_ROWS = 50_000
CHUNK = 1_000
SHORTENED = format_lazy(
    _(
        "Shortened: these are the newest {count} rows. Narrow the dates or filters "
        "of the list for the others."
    ),
    count=f"{MAX_ROWS:,}",
)
BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""

DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)
Column = tuple[StrOrPromise, Callable[[Any], Any]]
"""A heading, and what stands under it for an object."""


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        """Return ``text``."""
        return text


def cell(value: Any) -> str:
    """Return ``value`` as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="milliseconds")
    if isinstance(value, int | Decimal):
        return str(value)
    return sheet_cell(str(value))


def csv_lines(
    headings: Sequence[StrOrPromise], rows: Iterable[Sequence[Any]]
) -> Iterator[str]:
    """Yield the lines of a file as they are made."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def csv_response(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    """Return a file to be saved; its name tells what it is and of when."""
    stamp = f"{timezone.localtime():%Y-%m-%d-%H%M}"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{stamp}.csv"'},
    )


class ExportAdmin(admin.ModelAdmin[Any]):
    """A list that can be saved as it is filtered, its newest rows first."""

    export_columns: tuple[Column, ...] = ()

    def columns_for(self, request: HttpRequest) -> Sequence[Column]:
        """Return the columns that the user may have: those of the list unless told."""
        if self.export_columns:
            return self.export_columns
        return [
            (
                str(label_for_field(name, self.model, self)),
                partial(self._shown, name),
            )
            for name in self.get_list_display(request)
        ]

    def prepare_rows(self, request: HttpRequest, rows: Any) -> None:
        """Look up what the columns show, for all of ``rows`` at once."""

    def _shown(self, name: Any, obj: Any) -> Any:
        """Return what the list shows of ``obj`` in a column, without the markup."""
        field, _attribute, value = lookup_field(name, obj, self)
        if getattr(field, "choices", None):
            return getattr(obj, f"get_{name}_display")()
        if isinstance(value, SafeString):
            return html.unescape(strip_tags(DRAWING.sub("", value))).strip()
        return value

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the file."""
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Offer the file with the filters in force."""
        context = {
            "export_url": f"export/?{request.GET.urlencode()}",
            "export_note": gettext(
                "What is filtered, the newest %(count)s rows at most"
            )
            % {"count": f"{MAX_ROWS:,}"},
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Stream what the list shows, on all of its pages."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect("../?e=1")
        columns = self.columns_for(request)
        rows = _rows(found, columns, partial(self.prepare_rows, request))
        lines = csv_lines([name for name, value_of in columns], rows)
        # A file name keeps to English: other letters break in the header.
        with override(None):
            name = str(self.opts.verbose_name_plural).replace(" ", "-")
        return csv_response(lines, name)


def _rows(
    found: QuerySet[Any],
    columns: Sequence[Column],
    prepare: Callable[[list[Any]], None],
) -> Iterator[Sequence[Any]]:
    """Yield the rows, by keys and in chunks: neither memory nor time grow with them."""
    found, count = found.order_by("-pk"), 0
    following = found
    while chunk := list(following[: min(CHUNK, MAX_ROWS - count)]):
        prepare(chunk)
        for one in chunk:
            yield [value_of(one) for name, value_of in columns]
        count += len(chunk)
        if len(chunk) < CHUNK or count >= MAX_ROWS:
            break
        following = found.filter(pk__lt=chunk[-1].pk)
    if count >= MAX_ROWS and found.filter(pk__lt=chunk[-1].pk).exists():
        yield [SHORTENED]
