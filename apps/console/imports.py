"""Imports: a file, its columns, a rehearsal, the start, the progress, the result."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http import HttpResponseRedirect as Redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.import_forms import MappingForm, UploadForm
from apps.console.import_sections import (
    import_sections,
    may_see_rows,
    progress_of,
    refused_sample,
    sample_of,
)
from apps.console.import_steps import STEPS, is_rehearsed_in_part, may_start
from apps.console.people import signed_in
from apps.core.adminkit.addresses import change_url, page_url
from apps.core.adminkit.exporting import csv_response
from apps.core.adminkit.pages import (
    FactsAdmin,
    Page,
    PageResult,
    Section,
    render_page,
)
from apps.core.adminkit.showing import badge, moment_column
from apps.deliveries.clock import database_now
from apps.ingest.importing import steps
from apps.ingest.importing.permissions import ImportForbiddenError, check_author
from apps.ingest.importing.reading import UnreadableFileError
from apps.ingest.importing.refused_file import refused_lines
from apps.ingest.importing.steps import ImportStateError
from apps.ingest.importing.storing import store_upload
from apps.ingest.importing.working import rehearse_first_rows
from apps.ingest.models import Import, ImportState

COLOURS = {
    ImportState.DRAFT: "off",
    ImportState.REHEARSING: "wait",
    ImportState.REHEARSED: "off",
    ImportState.RUNNING: "wait",
    ImportState.PAUSED: "wait",
    ImportState.DONE: "ok",
    ImportState.CANCELLED: "off",
}
BUSY = _("Somebody else was writing the same rows. Try again in a moment.")
STARTED = _("The import has begun.")


def mapping(model_admin: Any, request: HttpRequest, job: Import) -> PageResult:
    """Ask which column holds what, then rehearse the first rows at once."""
    form = MappingForm(job, request.POST or None)
    if not may_see_rows(signed_in(request), job):
        raise PermissionDenied
    if not form.is_valid():
        return {
            "template": "console/import_mapping.html",
            "form": form,
            "submit_label": gettext("Rehearse"),
            "sample": sample_of(job),
        }
    try:
        check_author(job.author, job.kind)
        steps.begin_again(form.fill())
        rehearse_first_rows(job, database_now())
    except (ImportStateError, ImportForbiddenError) as error:
        messages.error(request, str(error))
    except OperationalError:
        messages.error(request, BUSY)
    return Redirect(change_url(job))


def is_prepared(job: Import) -> bool:
    """Tell whether its columns can still be changed."""
    return job.state in (ImportState.DRAFT, ImportState.REHEARSED)


@admin.register(Import)
class ImportAdmin(FactsAdmin):
    """Many reports from a file, with a rehearsal first."""

    facts_template = "console/import.html"
    pages = (Page("mapping", _("Columns"), "change", mapping, is_offered=is_prepared),)
    list_display = (
        moment_column("created_at", _("uploaded")),
        "file_name",
        "kind",
        "state_badge",
        "rows",
        "accepted",
        "duplicate",
        "refused",
        "author",
    )
    list_filter = ("state", "kind")
    list_select_related = ("author",)
    search_fields = ("file_name",)
    search_help_text = _("Name of the file")
    page_related = ("author", "offer", "project", "advertiser")
    empty = (
        _("No imports yet."),
        _("Conversions, events, changes of status and clicks come in as CSV files."),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those import who may report at every other door."""
        user = signed_in(request)
        return user.affiliate_id is None and user.has_perms(
            ["ingest.add_import", "tracking.change_lead"]
        )

    # --- a new file

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Take the file, then ask for its columns."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        given = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*given)
        if form.is_valid():
            job = Import(
                kind=form.cleaned_data["kind"],
                author=signed_in(request),
                time_zone=timezone.get_current_timezone_name(),
            )
            try:
                check_author(job.author, job.kind)
                store_upload(job, form.upload)
            except (UnreadableFileError, ImportForbiddenError) as error:
                form.add_error(None, str(error))
            else:
                self.log_addition(request, job, "Uploaded.")
                return Redirect(page_url(job, "mapping"))
        page = {
            "form": form,
            "intro": gettext(
                "Nothing is imported by uploading: you name the columns and see a "
                "rehearsal first."
            ),
            "submit_label": gettext("Upload"),
        }
        return render_page(self, request, page, title=_("Import a file"))

    # --- the page

    def get_urls(self) -> list[URLPattern]:
        """Add what the buttons post to, and the file of refused rows."""
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/step/", view(self.step_view), name=f"{NAME}_step"),
            path(
                "<path:object_id>/refused/",
                view(self.refused_view),
                name=f"{NAME}_refused",
            ),
            *super().get_urls(),
        ]

    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do what a button says."""
        job = self.get_object(request, unquote(object_id))
        if job is None:
            return self.not_found(request, object_id)
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = request.POST.get("step", "") if request.method == "POST" else ""
        try:
            self._do(request, job, asked)
        except (ImportStateError, ImportForbiddenError) as error:
            messages.warning(request, str(error))
        return Redirect(change_url(job))

    def _do(self, request: HttpRequest, job: Import, asked: str) -> None:
        now = timezone.now()
        if asked == "start":
            tells = "fires_postbacks" in request.POST
            steps.start(job=job, now=now, is_history=job.is_history or not tells)
            self.log_change(request, job, "Started.")
            messages.success(request, STARTED)
        for step in STEPS:
            if step.name == asked:
                step.service(job=job, now=now)
                self.log_change(request, job, f"Step: {step.name}.")
                messages.success(request, step.done)

    def refused_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Send the refused rows with their reasons, to be mended and uploaded again."""
        job = self.get_object(request, unquote(object_id))
        if job is None:
            return self.not_found(request, object_id)
        if not may_see_rows(signed_in(request), job):
            raise PermissionDenied
        self.log_change(request, job, "Downloaded the refused rows.")
        return csv_response(refused_lines(job), "refused-rows")

    def sections(self, request: HttpRequest, obj: Import) -> list[Section]:
        """Return what is imported, and what became of it."""
        return import_sections(obj, self.state_badge(obj), signed_in(request))

    def more_context(self, request: HttpRequest, obj: Import) -> dict[str, Any]:
        """Add the buttons, the progress and the first refused rows."""
        may = self.has_add_permission(request)
        shows_rows = may_see_rows(signed_in(request), obj)
        holds_refused = obj.refused and obj.forgotten_at is None
        return {
            "steps": [step for step in STEPS if may and step.is_offered(obj)],
            "step_url": page_url(obj, "step"),
            "may_start": may and may_start(obj),
            "is_in_part": is_rehearsed_in_part(obj),
            "progress": progress_of(obj, timezone.now()),
            "refused_url": page_url(obj, "refused")
            if shows_rows and holds_refused
            else "",
            "refused_rows": refused_sample(obj) if shows_rows else [],
            "mapping_url": page_url(obj, "mapping") if may and is_prepared(obj) else "",
        }

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, obj: Import) -> SafeString:
        """Show the state as a badge."""
        return badge(obj.get_state_display(), COLOURS[ImportState(obj.state)], "")


NAME = "ingest_import"
