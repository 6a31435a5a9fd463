"""What was refused or was a duplicate, and why (R232); and who changed what."""

from auditlog.models import LogEntry
from django.contrib import admin

from apps.console.activity import LogAdmin
from apps.core.adminkit.ranges import RangeFilter
from apps.ingest.models import RefusedRequest


@admin.register(RefusedRequest)
class RefusedRequestAdmin(LogAdmin):
    """Requests that were not accepted, without their secrets."""

    list_display = (
        "received_at",
        "result",
        "reason",
        "detail",
        "offer",
        "event_name",
        "transaction_id",
        "remote_address",
        "token_prefix",
    )
    list_filter = (("received_at", RangeFilter), "result", "offer")
    list_select_related = ("offer",)
    search_fields = ("=transaction_id", "=reason")
    ordering = ("-id",)


admin.site.unregister(LogEntry)


@admin.register(LogEntry)
class AuditLogAdmin(LogAdmin):
    """Who changed what, before and after; never a secret."""

    list_display = ("timestamp", "actor", "action", "content_type", "object_repr")
    list_filter = (("timestamp", RangeFilter), "action", "content_type")
    list_select_related = ("actor", "content_type")
    search_fields = ("object_repr",)
    ordering = ("-id",)
    fields = (
        "timestamp",
        "actor",
        "action",
        "content_type",
        "object_repr",
        "changes",
        "remote_addr",
    )
