"""What the page of an import shows: its facts, its progress, its refused rows."""

from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.adminkit.pages import Section
from apps.core.adminkit.showing import NOTHING, duration, link, moment
from apps.ingest.importing.mapping import FIELDS, labels_of
from apps.ingest.importing.reading import ENCODINGS
from apps.ingest.importing.storing import stored_rows
from apps.ingest.models import Import, ImportState
from apps.ingest.principals import MAY_SEE_PEOPLE

SAMPLE_ROWS = 5
REFUSED_SHOWN = 50
WHOLE = 100
DELIMITER_NAMES = {"\t": "Tab"}


def may_see_rows(user: User, job: Import) -> bool:
    """Tell whether the cells may be shown: to who brought them, or may see people."""
    if user.affiliate_id is not None:
        return False
    return user.pk == job.author_id or user.has_perm(MAY_SEE_PEOPLE)


def sample_of(job: Import) -> dict[str, Any]:
    """Return the first rows of the file under its headings."""
    first = job.chunks.order_by("number").first()
    rows = stored_rows(first)[:SAMPLE_ROWS] if first else []
    return {"headings": labels_of(job.headings), "rows": rows}


def refused_sample(job: Import) -> list[list[Any]]:
    """Return line, result, reason and detail of the first rows not accepted."""
    chunks = job.chunks.filter(is_done=True).exclude(results=[]).order_by("number")
    results = chunks.values_list("results", flat=True).iterator(chunk_size=5)
    found = (row for chunk in results for row in chunk if row[1] == "refused")
    return list(islice(found, REFUSED_SHOWN))


def progress_of(job: Import, now: datetime) -> dict[str, Any]:
    """Return how far a worker is, how fast, and how long it will take."""
    is_working = job.state in (ImportState.RUNNING, ImportState.REHEARSING)
    shown: dict[str, Any] = {
        "is_shown": is_working or job.state == ImportState.PAUSED,
        "is_working": is_working,
        "percent": WHOLE * job.examined // job.rows if job.rows else 0,
        "rate": "",
        "remaining": "",
    }
    if job.state == ImportState.RUNNING and job.started_at and job.examined:
        seconds = max((now - job.started_at).total_seconds(), 1)
        rate = job.examined / seconds
        shown["rate"] = f"{rate:,.0f}"
        shown["remaining"] = duration((job.rows - job.examined) / rate)
    return shown


def import_sections(job: Import, state: Any, user: User) -> list[Section]:
    """Return the boxes of the page."""
    return [
        Section(gettext("The file"), _file(job, user)),
        Section(gettext("How it is read"), _reading(job)),
        Section(gettext("How far it is"), _how_far(job, state)),
        Section(
            gettext("Reasons of the refused rows"),
            tuple(sorted(job.reasons.items(), key=lambda pair: -pair[1])),
        ),
    ]


def _file(job: Import, user: User) -> tuple[tuple[str, Any], ...]:
    scope = job.offer or job.project or job.advertiser
    encoding = ENCODINGS.get(job.encoding, job.encoding)
    return (
        (gettext("What"), job.get_kind_display()),
        (gettext("Size"), gettext("%(size)s KB") % {"size": f"{job.size / 1024:,.1f}"}),
        (gettext("Encoding"), encoding),
        (gettext("Delimiter"), DELIMITER_NAMES.get(job.delimiter, job.delimiter)),
        (gettext("Only rows of"), link(scope, user)),
        (gettext("By"), job.author),
        (gettext("Rows kept here"), _kept(job)),
    )


def _kept(job: Import) -> str:
    if job.forgotten_at:
        return gettext("none, deleted")
    if job.state in (ImportState.DONE, ImportState.CANCELLED):
        return gettext("the refused ones, encrypted, for a week")
    return gettext("those still to be imported, encrypted")


def _reading(job: Import) -> tuple[tuple[str, Any], ...]:
    if not job.columns:
        return ((gettext("Columns"), gettext("not named yet")),)
    labels = labels_of(job.headings)
    columns: tuple[tuple[str, Any], ...] = tuple(
        (str(field.label), labels[job.columns[field.name]])
        for field in FIELDS[job.kind]
        if field.name in job.columns
    )
    fixed = tuple(
        (gettext("%(field)s, where empty") % {"field": field.label}, text)
        for field in FIELDS[job.kind]
        if (text := job.fixed.get(field.name))
    )
    kept = ", ".join(labels[place] for place in job.kept)
    told = gettext("nobody: history") if job.is_history else gettext("as at any door")
    return (
        *columns,
        *fixed,
        (gettext("Kept as parameters"), kept or NOTHING),
        (gettext("Times without a zone"), job.time_zone),
        (gettext("Dates"), job.get_date_order_display()),
        (gettext("Amounts"), job.get_decimal_mark_display()),
        (gettext("Who is told"), told),
    )


def _how_far(job: Import, state: Any) -> tuple[tuple[str, Any], ...]:
    counts = (
        (gettext("Rows"), f"{job.rows:,}"),
        (gettext("Examined"), f"{job.examined:,}"),
        (gettext("Accepted"), f"{job.accepted:,}"),
        (gettext("Duplicates"), f"{job.duplicate:,}"),
        (gettext("Refused"), f"{job.refused:,}"),
        (gettext("Deliveries planned"), f"{job.planned:,}"),
    )
    return (
        (gettext("State"), state),
        *counts,
        (gettext("The rehearsal said"), _rehearsed(job)),
        (gettext("Started"), moment(job.started_at)),
        (gettext("Finished"), moment(job.finished_at)),
    )


def _rehearsed(job: Import) -> str:
    if not job.rehearsed:
        return NOTHING
    return gettext(
        "%(accepted)s accepted, %(duplicate)s duplicates, %(refused)s refused of "
        "%(examined)s"
    ) % {name: f"{count:,}" for name, count in job.rehearsed.items()}
