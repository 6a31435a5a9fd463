"""The HTTP doors that are no REST API: postback URL, tracking link, health."""

from django.db import OperationalError
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

from apps.ingest.clicks import record_click
from apps.ingest.inbound import Inbound, read_request
from apps.ingest.landing import landing_url
from apps.ingest.models import Result
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.refused_requests import record_refusal
from apps.ingest.services import receive
from apps.tracking.statuses import (
    Source,
)

RETRY_AFTER_SECONDS = "5"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def postback(
    request: HttpRequest, offer_token: str = "", event_id: str = ""
) -> HttpResponse:
    """Take a server-to-server postback: query, form or JSON."""
    now = timezone.now()
    try:
        try:
            inbound = read_request(
                request,
                source=Source.URL.value,
                received_at=now,
                offer_token=offer_token,
                event_id=event_id,
            )
        except RefusedError as refusal:
            record_refusal(_unread(request), refusal)
            return refused(refusal)
        answer, status = receive(inbound)
    except OperationalError:
        return unavailable()
    return JsonResponse(answer.as_json(), status=status)


def _unread(request: HttpRequest) -> Inbound:
    """Return what is known of a request that could not be read."""
    return Inbound(
        source=Source.URL.value,
        received_at=timezone.now(),
        values={},
        method=request.method or "",
        path=request.path[:500],
        remote_address=request.META.get("REMOTE_ADDR") or None,
    )


def refused(refusal: RefusedError) -> HttpResponse:
    """Return the answer that tells why nothing was accepted."""
    answer = Answer(Result.REFUSED.value, refusal.reason, refusal.detail)
    return JsonResponse(answer.as_json(), status=refusal.status_code)


def unavailable() -> HttpResponse:
    """Say that the database is away: 503, so that the sender tries again."""
    answer = Answer(
        Result.REFUSED.value, "unavailable", "The database is away. Try again."
    )
    return JsonResponse(
        answer.as_json(), status=503, headers={"Retry-After": RETRY_AFTER_SECONDS}
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
    try:
        stored, offer = record_click(
            request, offer_token=offer_token, now=timezone.now()
        )
    except RefusedError as refusal:
        return refused(refusal)
    except OperationalError:
        return unavailable()
    if not offer.landing_url:
        return JsonResponse({"transaction_id": stored.transaction_id})
    return HttpResponseRedirect(landing_url(offer, stored))


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return HttpResponse("ok", content_type="text/plain")
