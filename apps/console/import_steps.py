"""What a person does with an import, button by button."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.ingest.importing import steps
from apps.ingest.models import PREPARED, Import, ImportState


class Step(NamedTuple):
    """A button: what it does, and when it is offered."""

    name: str
    label: StrOrPromise
    done: StrOrPromise
    service: Callable[..., Any]
    is_offered: Callable[[Import], bool]
    is_dangerous: bool = False


def is_rehearsed_in_part(job: Import) -> bool:
    """Tell whether only the first rows were rehearsed."""
    return job.state == ImportState.REHEARSED and job.examined < job.rows


def may_start(job: Import) -> bool:
    """Tell whether there is something to start."""
    return job.state == ImportState.REHEARSED


def _is_unfinished(job: Import) -> bool:
    return job.state in (*PREPARED, ImportState.RUNNING, ImportState.PAUSED)


def _holds_rows(job: Import) -> bool:
    is_over = job.state in (ImportState.DONE, ImportState.CANCELLED)
    return is_over and job.forgotten_at is None


STEPS = (
    Step(
        "rehearse",
        _("Rehearse all rows"),
        _("A worker rehearses all rows."),
        steps.rehearse_all,
        is_rehearsed_in_part,
    ),
    Step(
        "pause",
        _("Pause"),
        _("The import is paused."),
        steps.pause,
        lambda job: job.state == ImportState.RUNNING,
    ),
    Step(
        "resume",
        _("Go on"),
        _("The import goes on."),
        steps.resume,
        lambda job: job.state == ImportState.PAUSED,
    ),
    Step(
        "cancel",
        _("Cancel the import"),
        _("The import is cancelled. What was imported stays."),
        steps.cancel,
        _is_unfinished,
        is_dangerous=True,
    ),
    Step(
        "forget",
        _("Delete the rows kept here"),
        _("The rows of the file are deleted here. The counts stay."),
        steps.forget,
        _holds_rows,
        is_dangerous=True,
    ),
)
