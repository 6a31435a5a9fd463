"""What is seen of every request: its id in answer and log, its duration in /metrics."""

import logging
import re
import time
from collections.abc import Callable
from secrets import token_hex

from django.http import HttpRequest, HttpResponse

from apps.core import measures
from apps.core.logs import CONTEXT
from apps.core.measures import Timing

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
"""What is taken over of other people's ids: it is printed into the log."""

REQUESTS = Timing(
    "postbacks_http_request_seconds",
    "Requests by door and status, and how long they took. A door is a part of the "
    "product, such as postback, api-events or admin.",
    ("door", "status"),
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
NO_DOOR = "none"


def observe(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id, unless it brings a sane one, and time it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if not SANE.fullmatch(request_id):
            request_id = token_hex(16)
        before = CONTEXT.set({"request": request_id})
        try:
            response = get_response(request)
            seconds = time.perf_counter() - started
            if logger.isEnabledFor(logging.DEBUG):
                logger.debug(
                    "%s %s answered %s after %.1f ms.",
                    request.method,
                    request.path,
                    response.status_code,
                    seconds * 1_000,
                )
        finally:
            CONTEXT.reset(before)
        response.headers[HEADER] = request_id
        measures.time(REQUESTS, seconds, door_of(request), str(response.status_code))
        return response

    return middleware


def door_of(request: HttpRequest) -> str:
    """Return the name of the part of the product that was asked; there are few."""
    match = request.resolver_match
    if match is None:
        return NO_DOOR
    return match.namespaces[0] if match.namespaces else match.url_name or NO_DOOR
