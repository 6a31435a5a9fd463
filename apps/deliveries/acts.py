"""The log of what people did with deliveries by hand (R213)."""

from collections.abc import Iterable

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from apps.accounts.models import User
from apps.deliveries.models import Delivery


def note_acts(deliveries: Iterable[Delivery], act: str, author: User | None) -> None:
    """Remember that ``author`` did ``act``; without one, a program with a token."""
    content_type = ContentType.objects.get_for_model(Delivery)
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=content_type,
            object_pk=str(one.pk),
            object_repr=f"Delivery {one.pk}",
            action=LogEntry.Action.UPDATE,
            changes={"by hand": [one.state, act]},
            actor=author,
        )
        for one in deliveries
    )
