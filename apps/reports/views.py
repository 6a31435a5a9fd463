"""What monitors ask: whether it is ready, and how it does."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST

from apps.ingest.inbound import bearer_token, remote_address
from apps.reports.exposition import exposition
from apps.reports.readiness import EVERYTHING, OF_WEB, readiness

NOT_FOR_YOU = (
    "Metrics are not for everybody. Send METRICS_TOKEN in an Authorization: Bearer "
    "header, or ask from one of METRICS_NETWORKS.\n"
)


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether everything does its work, else which check failed, and no more.

    ``?of=web`` asks for what a web process needs: a balancer must not take away those
    that receive because nobody sends.
    """
    names = OF_WEB if request.GET.get("of") == "web" else EVERYTHING
    failed = readiness.failed(names)
    answer = {"status": "failing" if failed else "ok", "failed": failed}
    response = JsonResponse(answer, status=503 if failed else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell the figures of all processes to who may know them."""
    if not may_read_metrics(request):
        return HttpResponse(NOT_FOR_YOU, content_type="text/plain", status=403)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request: HttpRequest) -> bool:
    """Tell whether a request has the token, or comes from a network that may read.

    What comes without a proxy tells its own address, as Prometheus does that asks the
    web server itself. Through a proxy that nobody told us of, everybody would seem to
    come from there.
    """
    token: str = settings.METRICS_TOKEN
    if token and constant_time_compare(bearer_token(request), token):
        return True
    address = request.META.get("REMOTE_ADDR") or None
    if "HTTP_X_FORWARDED_FOR" in request.META:
        address = remote_address(request) if settings.TRUSTED_PROXY_COUNT else None
    return address is not None and _is_in_networks(address)


def _is_in_networks(text: str) -> bool:
    address = ipaddress.ip_address(text)
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(
        plain in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS
    )
