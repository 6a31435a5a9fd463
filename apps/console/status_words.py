"""Statuses of conversions in words and colours."""

from typing import Any

from django.utils.safestring import SafeString

from apps.core.adminkit.scoping import name_for
from apps.core.adminkit.showing import badge
from apps.tracking.models import ConversionChange
from apps.tracking.statuses import ConversionStatus

COLOURS: dict[str, str] = {
    ConversionStatus.APPROVED: "ok",
    ConversionStatus.REJECTED: "bad",
    ConversionStatus.PENDING: "wait",
    ConversionStatus.HOLD: "wait",
}


def status_badge(status: str) -> SafeString:
    """Return a status of a conversion as a badge."""
    return badge(str(ConversionStatus(status).label), COLOURS[status])


def told_by(change: ConversionChange, user: Any) -> str:
    """Return who changed a status; users of an affiliate learn no staff's name."""
    actor = change.actor
    return name_for(actor, user) if actor else change.get_source_display()
