"""What a person does with a replay."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.deliveries import replaying
from apps.deliveries.states import ReplayState


class Step(NamedTuple):
    """A button: what it does, and in which state it is offered."""

    name: str
    label: StrOrPromise
    done: StrOrPromise
    service: Callable[..., Any]
    states: tuple[ReplayState, ...]
    is_dangerous: bool = False


STOPPABLE = (ReplayState.RUNNING, ReplayState.DONE)
"""What is done with handing over can be stopped while something waits."""

STEPS = (
    Step(
        "start",
        _("Start"),
        _("The replay has begun."),
        replaying.start,
        (ReplayState.DRAFT,),
    ),
    Step("pause", _("Pause"), _("The replay is paused."), replaying.pause, STOPPABLE),
    Step(
        "resume",
        _("Go on"),
        _("The replay goes on."),
        replaying.resume,
        (ReplayState.PAUSED,),
    ),
    Step(
        "cancel",
        _("Cancel"),
        _("The replay is cancelled."),
        replaying.cancel,
        (*STOPPABLE, ReplayState.PAUSED),
        is_dangerous=True,
    ),
)
