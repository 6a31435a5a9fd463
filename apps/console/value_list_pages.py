"""Pages of one value list: look a value up, add, import, remove, export."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from django import forms
from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils import timezone

from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import Page, PageResult
from apps.value_lists import services
from apps.value_lists.comparing import UnfitValueError
from apps.value_lists.files import (
    MAX_BYTES,
    MAX_LINES,
    UnreadableFileError,
    check_file,
    values_in,
)
from apps.value_lists.models import ListedValue, ValueList, ValueSource

EXPORTED_AT_ONCE = 1_000
PASTED_MAX_LENGTH = 500_000


class LookUpForm(forms.Form):
    """One value."""

    value = forms.CharField(
        max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="In any spelling: it is compared as the list compares values.",
    )


class PasteForm(forms.Form):
    """Some values."""

    values = forms.CharField(
        max_length=PASTED_MAX_LENGTH,
        widget=forms.Textarea,
        help_text="One value a line. Longer lists: import a file.",
    )


class ImportForm(forms.Form):
    """Many values."""

    file = forms.FileField(
        help_text="Text with one value a line, or CSV with the values in its first "
        f"column; UTF-8, at most {MAX_LINES:,} lines and {MAX_BYTES // 1024**2} MB."
    )
    has_heading = forms.BooleanField(
        required=False, label="The first line is a heading"
    )

    def clean_file(self) -> Any:
        """Refuse what is too long before anything of it is imported."""
        given = self.cleaned_data["file"]
        try:
            check_file(given.file, given.size)
        except UnreadableFileError as error:
            raise forms.ValidationError(str(error)) from error
        return given


def look_up(
    model_admin: Any, request: HttpRequest, value_list: ValueList
) -> PageResult:
    """Tell whether a value is on the list."""
    form = LookUpForm(request.POST if request.method == "POST" else None)
    intro = f"Is a value of «{value_list.field}» on the list?"
    if form.is_valid():
        try:
            is_there = services.is_on_list(value_list, form.cleaned_data["value"])
        except UnfitValueError as error:
            form.add_error("value", str(error))
        else:
            intro = "It is on the list." if is_there else "It is not on the list."
    return {"form": form, "intro": intro, "submit_label": "Look up"}


def add(model_admin: Any, request: HttpRequest, value_list: ValueList) -> PageResult:
    """Add what was pasted."""
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": f"Values of «{value_list.field}» for «{value_list}».",
            "submit_label": "Add",
        }
    lines = form.cleaned_data["values"].splitlines()
    result = services.add_values(value_list, lines, ValueSource.MANUAL, timezone.now())
    return _told(model_admin, request, value_list, "added", result)


def remove(model_admin: Any, request: HttpRequest, value_list: ValueList) -> PageResult:
    """Remove what was pasted."""
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": f"These values are removed from «{value_list}».",
            "submit_label": "Remove",
            "is_dangerous": True,
        }
    lines = form.cleaned_data["values"].splitlines()
    result = services.remove_values(value_list, lines)
    return _told(model_admin, request, value_list, "removed", result)


def import_file(
    model_admin: Any, request: HttpRequest, value_list: ValueList
) -> PageResult:
    """Add the values of a file."""
    form = ImportForm(
        *(request.POST, request.FILES) if request.method == "POST" else ()
    )
    if not form.is_valid():
        return {
            "form": form,
            "intro": f"Values of «{value_list.field}» for «{value_list}». What is on "
            "the list stays there.",
            "submit_label": "Import",
        }
    given = form.cleaned_data["file"]
    values: Iterator[str] = values_in(given.file, given.name)
    if form.cleaned_data["has_heading"]:
        # An empty line takes its place, so that the numbers of lines stay right.
        values = chain([""], islice(values, 1, None))
    result = services.add_values(value_list, values, ValueSource.IMPORT, timezone.now())
    return _told(model_admin, request, value_list, "added", result)


def export(model_admin: Any, request: HttpRequest, value_list: ValueList) -> PageResult:
    """Send the values as a file that can be imported again."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": f"All values of «{value_list}» are downloaded as text, one a "
            "line, as they are stored.",
            "submit_label": "Download",
        }
    model_admin.log_change(request, value_list, "Exported the values.")
    stream: Any = StreamingHttpResponse(
        _lines(value_list), content_type="text/plain; charset=utf-8"
    )
    name = f"{value_list.reference}.txt"
    stream["Content-Disposition"] = f'attachment; filename="{name}"'
    # Pages are typed to answer whole responses; a stream does just as well.
    response: HttpResponse = stream
    return response


def _lines(value_list: ValueList) -> Iterator[str]:
    rows = ListedValue.objects.filter(value_list=value_list).order_by("value")
    values = rows.values_list("value", flat=True)
    left = values.iterator(chunk_size=EXPORTED_AT_ONCE)
    while chunk := list(islice(left, EXPORTED_AT_ONCE)):
        yield "".join(f"{value}\n" for value in chunk)


def _told(
    model_admin: Any,
    request: HttpRequest,
    value_list: ValueList,
    done: str,
    result: services.Changed,
) -> HttpResponseRedirect:
    """Say what became of the values, for the user and for the history."""
    already = "on the list already" if done == "added" else "not on the list"
    sentence = (
        f"{result.changed:,} {done}, {result.unchanged:,} {already}, "
        f"{result.unfit:,} not valid."
    )
    model_admin.log_change(request, value_list, f"Values: {sentence}")
    messages.add_message(
        request, messages.WARNING if result.unfit else messages.SUCCESS, sentence
    )
    for reason in result.reasons:
        messages.warning(request, reason)
    return HttpResponseRedirect(change_url(value_list))


VALUE_LIST_PAGES = (
    Page("look-up", "Look up a value", "view", look_up),
    Page("add-values", "Add values", "change", add),
    Page("import", "Import a file", "change", import_file),
    Page("remove", "Remove values", "change", remove),
    Page("export", "Export", "change", export),
)
