"""Times in the user's zone, on the screens only: what programs get does not change."""

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.accounts.zones import zone_of


def in_the_users_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Show and read times of the admin in the zone of the user."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(reverse("admin:index")):
            return get_response(request)
        zone = zone_of(request.user)
        with timezone.override(zone):
            response = get_response(request)
        if response.streaming:
            # An export is made while it is sent, when this function has returned.
            sent: Any = response
            sent.streaming_content = _in_zone(sent.streaming_content, zone)
        return response

    return middleware


def _in_zone(parts: Iterable[bytes], zone: tzinfo) -> Iterator[bytes]:
    """Make each part in ``zone``, and leave it while the part is sent."""
    remaining = iter(parts)
    while True:
        with timezone.override(zone):
            part = next(remaining, None)
        if part is None:
            return
        yield part
