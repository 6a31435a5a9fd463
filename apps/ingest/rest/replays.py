"""REST doors that send again: one delivery, or many by a replay."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.source_texts import source_text
from apps.deliveries import replaying
from apps.deliveries.models import EARLIEST, LATEST, Delivery, Replay
from apps.deliveries.services import resend
from apps.deliveries.states import RESENDABLE, DeliveryState
from apps.ingest.inbound import django_request
from apps.ingest.principals import Principal, UserPrincipal
from apps.ingest.refusals import RefusedError
from apps.ingest.rest.documented import answers
from apps.ingest.rest.doors import KnownDoor
from apps.ingest.rest.requests import read_document
from apps.ingest.serializers import ReplayIn, ReplayOut, ResentOut
from apps.postbacks.models import PostbackRule

MAY_SEND = "deliveries.change_delivery"
STEPS: Mapping[str, Callable[..., Any]] = {
    "start": replaying.start,
    "pause": replaying.pause,
    "resume": replaying.resume,
    "cancel": replaying.cancel,
}


class Sending(KnownDoor):
    """What the doors share: who may send again."""

    def sender(self, request: Request) -> Principal:
        """Return who asks. Raises ``RefusedError`` for who may not send."""
        principal = self.principal(request)
        may = principal.sees_partners
        if isinstance(principal, UserPrincipal):
            may = principal.user.has_perm(MAY_SEND)
        if not may:
            raise RefusedError("forbidden", "You may not send deliveries again.")
        return principal


class Resend(Sending):
    """Send one delivery again."""

    @extend_schema(
        operation_id="resend_delivery", request=None, responses=answers(ResentOut)
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Have it tried again now; its id stays, so the receiver can tell."""
        principal = self.sender(request)
        rows = principal.rows(Delivery.objects.all(), offer_path="offer__")
        delivery = get_object_or_404(rows, pk=key)
        person = principal.user if isinstance(principal, UserPrincipal) else None
        if not resend(delivery_ids=[delivery.pk], now=timezone.now(), author=person):
            state = source_text(DeliveryState(delivery.state).label).lower()
            raise RefusedError(
                "bad_state", f"The delivery is {state}; it cannot be sent again."
            )
        return Response({"id": str(key), "state": DeliveryState.RETRYING})


class Replays(Sending):
    """Prepare a replay."""

    @extend_schema(
        operation_id="prepare_replay",
        request=ReplayIn,
        responses=answers(ReplayOut, created=True),
    )
    def post(self, request: Request) -> Response:
        """Count what it would send; nothing is sent before it is started."""
        principal = self.sender(request)
        given = _checked(read_document(django_request(request)))
        rules = principal.rows(PostbackRule.objects.all(), offer_path="offer__")
        rule = rules.filter(pk=given.pop("rule"), archived_at=None).first()
        if rule is None:
            raise RefusedError("bad_field:rule", "There is no such rule.")
        person = principal.user if isinstance(principal, UserPrincipal) else None
        replay = Replay(rule=rule, author=person, **given)
        replaying.preview(replay)
        return Response(ReplayOut(replay).data, status=201)


class OneReplay(Sending):
    """How far a replay is."""

    @extend_schema(operation_id="read_replay", responses=answers(ReplayOut))
    def get(self, request: Request, key: UUID) -> Response:
        """Return its figures."""
        return Response(ReplayOut(_found(self.sender(request), key)).data)


class ReplayStep(Sending):
    """Start, pause, resume or cancel a replay."""

    @extend_schema(
        operation_id="move_replay", request=None, responses=answers(ReplayOut)
    )
    def post(self, request: Request, key: UUID, step: str) -> Response:
        """Do the step, unless the replay is in another state."""
        replay = _found(self.sender(request), key)
        if step not in STEPS:
            raise RefusedError(
                "bad_field:step", f"The step must be one of: {', '.join(STEPS)}."
            )
        try:
            STEPS[step](replay_id=replay.pk, now=timezone.now())
        except replaying.ReplayStateError as error:
            raise RefusedError("bad_state", source_text(error)) from error
        except IntegrityError as error:
            raise RefusedError(
                "bad_state", source_text(replaying.ANOTHER_RUNS)
            ) from error
        replay.refresh_from_db()
        return Response(ReplayOut(replay).data)


def _found(principal: Principal, key: UUID) -> Replay:
    rows = principal.rows(Replay.objects.all(), offer_path="rule__offer__")
    return get_object_or_404(rows, pk=key)


def _checked(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cleaned document. Raises ``RefusedError`` naming the first field."""
    form = ReplayIn(data=document)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise RefusedError(f"bad_field:{name}", f"«{name}»: {_first(errors)}")
    given: dict[str, Any] = {"states": [DeliveryState.FAILED], **form.validated_data}
    if given["ends_at"] <= given["starts_at"]:
        raise RefusedError("bad_field:ends_at", "The range ends before it begins.")
    if given["starts_at"] < EARLIEST or given["ends_at"] >= LATEST:
        raise RefusedError("bad_field:starts_at", "Choose times from 2000 to 2200.")
    if not set(given["states"]) <= set(RESENDABLE):
        known = ", ".join(sorted(RESENDABLE))
        raise RefusedError("bad_field:states", f"«states» can be: {known}.")
    return given


def _first(errors: Any) -> str:
    """Return the first sentence of nested errors."""
    while isinstance(errors, list | dict):
        errors = next(iter(errors.values() if isinstance(errors, dict) else errors))
    return str(errors)
