"""What a person does with a delivery."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.deliveries import services
from apps.deliveries.states import RESENDABLE, DeliveryState


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person does with a delivery: a button, and where it is offered."""

    name: str
    label: StrOrPromise
    done: StrOrPromise
    service: Callable[..., int]
    states: tuple[DeliveryState, ...]


ACTS = (
    Act(
        "resend",
        _("Resend"),
        _("The delivery is sent again now."),
        services.resend,
        RESENDABLE,
    ),
    Act(
        "mark",
        _("Mark delivered"),
        _("The delivery is marked as delivered."),
        services.mark_delivered,
        (DeliveryState.HELD,),
    ),
    Act(
        "cancel",
        _("Cancel"),
        _("The delivery is cancelled."),
        services.cancel,
        services.UNFINISHED,
    ),
)
