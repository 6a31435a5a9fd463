"""Workers and their processes: who lives, what they do, what to do about the others."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import render_page
from apps.core.adminkit.scoping import ReadOnlyMixin, visible
from apps.core.adminkit.screens import ScopedAdmin
from apps.core.adminkit.showing import NOTHING, badge, duration
from apps.deliveries.models import Worker, WorkerShift
from apps.deliveries.presence import SILENT_AFTER

SHOWN = 100
LATELY = timedelta(days=1)


class Line(NamedTuple):
    """A worker or a process as the page shows it."""

    row: Any
    host: str
    pid: str
    state: SafeString
    seen: str
    is_wrong: bool
    advice: str
    rate: str = NOTHING


@admin.register(Worker)
class WorkerAdmin(ReadOnlyMixin, ScopedAdmin):
    """One page in place of a list: workers above, their processes below."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show who was seen in the last day, those that need somebody first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        workers = sorted(_workers(request, now), key=lambda line: not line.is_wrong)
        shifts = sorted(_processes(request, now), key=lambda line: not line.is_wrong)
        living = [line for line in workers if _is_alive(line.row, now)]
        page = {
            "template": "console/workers.html",
            "workers": workers,
            "processes": shifts,
            "living": len(living),
            "slots": sum(line.row.processes * line.row.threads for line in living),
            "in_flight": sum(
                line.row.in_flight for line in shifts if not line.is_wrong
            ),
            "versions": sorted({line.row.version for line in living}),
            **(extra_context or {}),
        }
        return render_page(self, request, page, title=gettext("Workers"), is_list=True)

    def change_view(
        self, request: HttpRequest, object_id: str, *_: Any, **__: Any
    ) -> Any:
        """Lead from a single worker to the page: it has none of its own."""
        return HttpResponseRedirect(list_url(Worker))


def _is_alive(worker: Worker, now: datetime) -> bool:
    return worker.stopped_at is None and now - worker.seen_at < SILENT_AFTER


def _workers(request: HttpRequest, now: datetime) -> Iterator[Line]:
    rows = visible(Worker.objects.filter(seen_at__gt=now - LATELY), request.user)
    for row in rows.order_by("-seen_at")[:SHOWN]:
        is_wrong = row.stopped_at is None and not _is_alive(row, now)
        host, _, pid = row.name.rpartition("/")
        seen = duration((now - row.seen_at).total_seconds())
        state = badge(gettext("Alive"), "ok")
        advice = ""
        if row.stopped_at is not None:
            state = badge(gettext("Stopped"), "off")
        elif is_wrong:
            state = badge(gettext("Silent"), "bad")
            advice = gettext(
                "It was not stopped, yet it is silent for %(time)s. Look whether "
                "%(host)s runs and reaches the database, read the worker's log there, "
                "and start it again. What it was sending is tried again or held."
            ) % {"time": seen, "host": host}
        yield Line(row, host, pid, state, seen, is_wrong, advice)


def _processes(request: HttpRequest, now: datetime) -> Iterator[Line]:
    rows = visible(WorkerShift.objects.filter(seen_at__gt=now - LATELY), request.user)
    for row in rows.order_by("-seen_at")[:SHOWN]:
        is_wrong = row.ended_at is None and now - row.seen_at >= SILENT_AFTER
        host, _, pid = row.worker.rpartition("/")
        state = badge(gettext("Sending"), "ok")
        advice = ""
        if row.ended_at is not None:
            state = badge(gettext("Waits for work"), "off")
        elif is_wrong:
            state = badge(gettext("Died"), "bad")
            advice = gettext(
                "It ended in the middle of its shift. Its worker starts another by "
                "itself; if that happens again, look for a lack of memory on %(host)s "
                "and for «Action crashed» in its log."
            ) % {"host": host}
        seen = duration((now - row.seen_at).total_seconds())
        rate = _rate(row.attempts, row.seen_at - row.started_at)
        yield Line(row, host, pid, state, seen, is_wrong, advice, rate)


def _rate(attempts: int, span: timedelta) -> str:
    """Return how many attempts a second the shift made."""
    if not attempts or span <= timedelta(0):
        return NOTHING
    return f"{attempts / span.total_seconds():,.1f}"
