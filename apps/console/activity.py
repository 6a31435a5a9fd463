"""Clicks, leads, conversions and destinations."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone

from apps.core.adminkit.pages import Page, PagesAdmin
from apps.core.adminkit.paging import CappedPaginator
from apps.core.adminkit.ranges import RangeFilter
from apps.core.adminkit.scoping import ReadOnlyMixin, ScopedAdmin, ScopedMixin
from apps.deliveries.models import Destination
from apps.ingest.conversions import ForbiddenMoveError, change_conversion_status
from apps.tracking.models import Click, Conversion, ConversionChange, Lead
from apps.tracking.statuses import STATUS_MOVES, ConversionStatus


class LogAdmin(ReadOnlyMixin, ScopedAdmin):
    """A table that grows with every event: read only, never counted whole."""

    paginator = CappedPaginator
    list_per_page = 50


@admin.register(Click)
class ClickAdmin(LogAdmin):
    """The starts of transactions."""

    list_display = ("transaction_id", "offer", "affiliate", "clicked_at", "expires_at")
    list_filter = (("clicked_at", RangeFilter), "offer", "affiliate")
    list_select_related = ("offer", "affiliate")
    search_fields = ("=transaction_id",)
    ordering = ("-id",)


@admin.register(Lead)
class LeadAdmin(LogAdmin):
    """People; contact data is sealed."""

    list_display = ("public_id", "transaction_id", "offer", "affiliate", "status")
    list_filter = ("offer", "affiliate")
    list_select_related = ("offer", "affiliate")
    search_fields = ("=public_id", "=transaction_id")
    ordering = ("-id",)


class ChangeInline(ReadOnlyMixin, ScopedMixin, admin.TabularInline[Any, Any]):
    """The changes of a conversion's status."""

    model = ConversionChange
    extra = 0
    fields = (
        "number",
        "operation",
        "old_status",
        "new_status",
        "reason",
        "source",
        "actor",
        "fires_postbacks",
        "changed_at",
    )
    ordering = ("number",)


class StatusChangeForm(forms.Form):
    """Where the conversion goes, why, and whether partners are told."""

    status = forms.ChoiceField()
    reason = forms.CharField(max_length=200)
    fires_postbacks = forms.BooleanField(
        required=False, initial=True, label="Fire postbacks"
    )

    def __init__(self, conversion: Conversion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields["status"]
        if isinstance(status, forms.ChoiceField):
            moves = sorted(STATUS_MOVES[conversion.status])
            status.choices = [(move, ConversionStatus(move).label) for move in moves]


def change_status(model_admin: Any, request: HttpRequest, obj: Conversion) -> Any:
    """Change the status of a conversion by hand."""
    form = StatusChangeForm(obj, request.POST or None)
    if not form.is_valid():
        return {"form": form, "submit_label": "Change status"}
    values = form.cleaned_data
    try:
        change_conversion_status(
            conversion_id=obj.pk, actor=request.user, now=timezone.now(), **values
        )
    except ForbiddenMoveError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The conversion is {values['status']} now.")
    return HttpResponseRedirect("../change/")


@admin.register(Conversion)
class ConversionAdmin(LogAdmin, PagesAdmin):
    """Outcomes of transactions."""

    list_display = (
        "transaction_id",
        "offer",
        "event_type",
        "affiliate",
        "status",
        "payout",
        "currency",
        "occurred_at",
    )
    list_filter = (("created_at", RangeFilter), "status", "offer", "affiliate")
    list_select_related = ("offer", "event_type", "affiliate")
    search_fields = ("=transaction_id", "=order_id")
    ordering = ("-id",)
    inlines = (ChangeInline,)
    pages = (Page("status", "Change status", "change", change_status),)


@admin.register(Destination)
class DestinationAdmin(ScopedAdmin):
    """Where deliveries go; pausing one holds its deliveries."""

    list_display = ("key", "state", "paused_reason")
    list_filter = ("state",)
    search_fields = ("key",)
    readonly_fields = ("key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Destinations come from the postbacks that use them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deliveries refer to them."""
        return False
