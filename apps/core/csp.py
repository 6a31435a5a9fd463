"""The Content-Security-Policy of every page: own files only, nothing inline."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)


WITH_ICONS = f"{POLICY}; img-src 'self' data:"


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the policy to every answer: the admin prints partners' text."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def icons_in_styles(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Allow a page whose style sheet has its icons inside, and nothing else more."""

    @wraps(view)
    def allowing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = WITH_ICONS
        return response

    return allowing
