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
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

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
ADDED = gettext_noop(
    "%(changed)s added, %(unchanged)s on the list already, %(unfit)s not valid."
)
REMOVED = gettext_noop(
    "%(changed)s removed, %(unchanged)s not on the list, %(unfit)s not valid."
)


class LookUpForm(forms.Form):
    """One value."""

    value = forms.CharField(
        label=_("Value"),
        max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("In any spelling: it is compared as the list compares values."),
    )


class PasteForm(forms.Form):
    """Some values."""

    values = forms.CharField(
        label=_("Values"),
        max_length=PASTED_MAX_LENGTH,
        widget=forms.Textarea,
        help_text=_("One value a line. Longer lists: import a file."),
    )


class ImportForm(forms.Form):
    """Many values."""

    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _(
                "Text with one value a line, or CSV with the values in its first "
                "column; UTF-8, at most {lines} lines and {size} MB."
            ),
            lines=f"{MAX_LINES:,}",
            size=MAX_BYTES // 1024**2,
        ),
    )
    has_heading = forms.BooleanField(
        required=False, label=_("The first line is a heading")
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
    intro = gettext("Is a value of «%(field)s» on the list?") % {
        "field": value_list.field
    }
    if form.is_valid():
        try:
            is_there = services.is_on_list(value_list, form.cleaned_data["value"])
        except UnfitValueError as error:
            form.add_error("value", str(error))
        else:
            intro = (
                gettext("It is on the list.")
                if is_there
                else gettext("It is not on the list.")
            )
    return {"form": form, "intro": intro, "submit_label": gettext("Look up")}


def add(model_admin: Any, request: HttpRequest, value_list: ValueList) -> PageResult:
    """Add what was pasted."""
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": gettext("Values of «%(field)s» for «%(list)s».")
            % {"field": value_list.field, "list": value_list},
            "submit_label": gettext("Add"),
        }
    lines = form.cleaned_data["values"].splitlines()
    result = services.add_values(value_list, lines, ValueSource.MANUAL, timezone.now())
    return _told(model_admin, request, value_list, ADDED, result)


def remove(model_admin: Any, request: HttpRequest, value_list: ValueList) -> PageResult:
    """Remove what was pasted."""
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": gettext("These values are removed from «%(list)s».")
            % {"list": value_list},
            "submit_label": gettext("Remove"),
            "is_dangerous": True,
        }
    lines = form.cleaned_data["values"].splitlines()
    result = services.remove_values(value_list, lines)
    return _told(model_admin, request, value_list, REMOVED, result)


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
            "intro": gettext(
                "Values of «%(field)s» for «%(list)s». What is on the list stays there."
            )
            % {"field": value_list.field, "list": value_list},
            "submit_label": gettext("Import"),
        }
    given = form.cleaned_data["file"]
    values: Iterator[str] = values_in(given.file, given.name)
    if form.cleaned_data["has_heading"]:
        # An empty line takes its place, so that the numbers of lines stay right.
        values = chain([""], islice(values, 1, None))
    result = services.add_values(value_list, values, ValueSource.IMPORT, timezone.now())
    return _told(model_admin, request, value_list, ADDED, result)


def export(model_admin: Any, request: HttpRequest, value_list: ValueList) -> PageResult:
    """Send the values as a file that can be imported again."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": gettext(
                "All values of «%(list)s» are downloaded as text, one a line, as they "
                "are stored."
            )
            % {"list": value_list},
            "submit_label": gettext("Download"),
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
    sentence: str,
    result: services.Changed,
) -> HttpResponseRedirect:
    """Say what became of the values, for the user and for the history."""
    figures = {
        "changed": f"{result.changed:,}",
        "unchanged": f"{result.unchanged:,}",
        "unfit": f"{result.unfit:,}",
    }
    # What is stored stays in the source language.
    model_admin.log_change(request, value_list, f"Values: {sentence % figures}")
    level = messages.WARNING if result.unfit else messages.SUCCESS
    messages.add_message(request, level, gettext(sentence) % figures)
    for reason in result.reasons:
        messages.warning(request, reason)
    return HttpResponseRedirect(change_url(value_list))


VALUE_LIST_PAGES = (
    Page("look-up", _("Look up a value"), "view", look_up),
    Page("add-values", _("Add values"), "change", add),
    Page("import", _("Import a file"), "change", import_file),
    Page("remove", _("Remove values"), "change", remove),
    Page("export", _("Export"), "change", export),
)
