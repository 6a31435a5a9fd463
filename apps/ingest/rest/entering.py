"""REST doors for what begins a transaction: clicks and leads; and events by hand."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.ingest.clicks import Visitor, clicked_offer, record_click
from apps.ingest.compiling import current_configuration
from apps.ingest.inbound import django_request
from apps.ingest.leads import Submission, submit_lead
from apps.ingest.reading import read_moment
from apps.ingest.refusals import RefusedError
from apps.ingest.rest.documented import CLICK_EXAMPLE, LEAD_EXAMPLES, SECURITY, answers
from apps.ingest.rest.doors import Door, KnownDoor
from apps.ingest.rest.reporting import created_or_not
from apps.ingest.rest.requests import (
    check_inbound,
    read_document,
    text_of,
    unread_report,
    with_document,
)
from apps.ingest.serializers import (
    AnswerOut,
    ClickIn,
    ClickOut,
    LeadAnswerOut,
    LeadIn,
    TriggerIn,
)
from apps.ingest.services import allowed_sender, receive
from apps.tracking.models import Lead
from apps.tracking.statuses import Source

# fmt: off
CONTACT_FIELDS = (
    "email", "phone", "first_name", "last_name", "address", "city", "state", "zip",
    "dob", "gender",
)
# fmt: on
CONTACT_MAX_LENGTH = 254


def address_of(document: Mapping[str, Any]) -> str | None:
    """Return the visitor's address. Raises ``RefusedError`` for what is none."""
    text = text_of(document, "ip", max_length=45)
    try:
        return str(ipaddress.ip_address(text)) if text else None
    except ValueError as error:
        raise RefusedError("bad_field:ip", f"«{text}» is no IP address.") from error


class RecordClick(KnownDoor):
    """Store a click that happened elsewhere, e.g. in an app."""

    @extend_schema(
        operation_id="record_click",
        request=ClickIn,
        responses=answers(ClickOut, created=True),
        examples=CLICK_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Return the transaction id of the new click."""
        http = django_request(request)
        sender = allowed_sender(self.principal(request))
        unread = self.report = unread_report(http, timezone.now())
        document = read_document(http)
        inbound = self.report = with_document(unread, document)
        check_inbound(inbound)
        visitor = Visitor(
            ip=address_of(document),
            user_agent=text_of(document, "user_agent", max_length=500),
            referrer=text_of(document, "referrer", max_length=2_000),
        )
        offer = clicked_offer(inbound.get("offer"), current_configuration())
        if not sender.covers(offer):
            raise RefusedError("unknown_offer", "This token has no such offer.")
        clicked_at = read_moment(inbound.get("occurred_at"), inbound.received_at)
        taken = ("offer", "ip", "user_agent", "referrer", "occurred_at")
        params = {n: v for n, v in inbound.values.items() if n not in taken}
        click = record_click(offer, params, visitor, clicked_at)
        return Response(
            {
                "id": str(click.pk),
                "transaction_id": click.transaction_id,
                "expires_at": click.expires_at,
            },
            status=201,
        )


class SubmitLead(Door):
    """Submit a person's data: the lead is the conversion of its transaction."""

    @extend_schema(
        operation_id="submit_lead",
        auth=SECURITY,
        request=LeadIn,
        responses=answers(LeadAnswerOut, created=True),
        examples=LEAD_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Accept a lead: 201 when new, 200 when it was submitted before."""
        http = django_request(request)
        unread = self.report = unread_report(http, timezone.now())
        document = read_document(http)
        contact = {
            name: text_of(document, name, max_length=CONTACT_MAX_LENGTH)
            for name in CONTACT_FIELDS
        }
        # What identifies a person is sealed and goes nowhere else.
        rest = {n: v for n, v in document.items() if n not in CONTACT_FIELDS}
        inbound = self.report = with_document(unread, rest)
        check_inbound(inbound)
        lead, answer = submit_lead(Submission(inbound, contact), self.sender(request))
        body = {
            **answer.as_json(),
            "lead": lead.public_id,
            "transaction_id": lead.transaction_id,
        }
        return Response(body, status=created_or_not(answer))


class TriggerEvent(KnownDoor):
    """Report an event of a lead by hand."""

    @extend_schema(
        operation_id="trigger_event",
        request=TriggerIn,
        responses=answers(AnswerOut, created=True),
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Accept the event under the same rules as one reported by a program."""
        http = django_request(request)
        principal = self.principal(request)
        sender = allowed_sender(principal)
        rows = principal.rows(Lead.objects.all(), offer_path="offer__")
        lead = get_object_or_404(rows, public_id=public_id)
        unread = self.report = unread_report(http, timezone.now(), Source.MANUAL.value)
        document = read_document(http)
        if not document.get("event"):
            raise RefusedError("missing_field:event", "Name the event to trigger.")
        document["transaction_id"] = lead.transaction_id
        inbound = self.report = with_document(unread, document)
        check_inbound(inbound)
        answer = receive(inbound, sender)
        return Response(
            answer.as_json(), status=created_or_not(answer), headers=answer.headers
        )
