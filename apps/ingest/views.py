"""The HTTP doors that are no REST API: postback URL, tracking link, health."""

import json
from datetime import datetime

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from apps.core.sql import DATABASE_TROUBLE
from apps.ingest.clicks import Visitor, clicked_offer, record_click
from apps.ingest.compiling import current_configuration
from apps.ingest.counting import count_answers
from apps.ingest.inbound import read_request, remote_address, unread_request
from apps.ingest.landing import landing_url
from apps.ingest.refusals import Answer, RefusedError, unavailable
from apps.ingest.services import receive, refuse
from apps.tracking.statuses import Source


@csrf_exempt
@require_http_methods(["GET", "POST"])
def postback(
    request: HttpRequest, offer_token: str = "", event_id: str = ""
) -> HttpResponse:
    """Take a server-to-server postback: query, form or JSON."""
    now = timezone.now()
    try:
        inbound = read_request(
            request,
            source=Source.URL.value,
            received_at=now,
            offer_token=offer_token,
            event_id=event_id,
        )
        return answered(receive(inbound))
    except RefusedError as refusal:
        return _refused_unread(request, refusal, now)
    except DATABASE_TROUBLE:
        return _counted(unavailable())


def _refused_unread(
    request: HttpRequest, refusal: RefusedError, now: datetime
) -> HttpResponse:
    """Keep what is known of a request that could not be read."""
    unread = unread_request(request, source=Source.URL.value, received_at=now)
    try:
        refuse(unread, refusal)
    except DATABASE_TROUBLE:
        return _counted(unavailable())
    return _counted(refusal.answer)


def _counted(answer: Answer) -> HttpResponse:
    """Return an answer that no service gave, and so none has counted."""
    count_answers([answer])
    return answered(answer)


def answered(answer: Answer) -> HttpResponse:
    """Return ``answer`` as JSON with its status and headers."""
    return HttpResponse(
        json.dumps(answer.as_json()),
        content_type="application/json",
        status=answer.status_code,
        headers=answer.headers,
    )


@csrf_exempt
@require_http_methods(["GET", "POST"])
def root(request: HttpRequest) -> HttpResponseBase:
    """Take a postback in the form ``/?secure=…``; people are sent to the admin."""
    if "secure" in request.GET:
        return postback(request)
    return HttpResponseRedirect(reverse("admin:index"))


@require_GET
def click(request: HttpRequest, offer_token: str) -> HttpResponse:
    """Store a click and send the person on to the offer's landing page."""
    now = timezone.now()
    try:
        inbound = read_request(request, source=Source.URL.value, received_at=now)
        offer = clicked_offer(offer_token, current_configuration())
        visitor = Visitor(
            remote_address(request),
            request.META.get("HTTP_USER_AGENT", ""),
            request.META.get("HTTP_REFERER", ""),
        )
        stored = record_click(offer, inbound.values, visitor, now)
    except RefusedError as refusal:
        return _refused_unread(request, refusal, now)
    except DATABASE_TROUBLE:
        return _counted(unavailable())
    if not offer.landing_url:
        return JsonResponse({"transaction_id": stored.transaction_id})
    return HttpResponseRedirect(landing_url(offer, stored))


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Answer an address below the API that does not exist as the API answers."""
    detail = f"There is nothing at {request.path}. See {reverse('api-docs')}."
    return answered(Answer("refused", "not_found", detail, status_code=404))


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return HttpResponse("ok", content_type="text/plain")
