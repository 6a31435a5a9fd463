"""What “Test connection” asks a provider, and how its answer is put into words."""

from dataclasses import replace

from apps.actions.contract import CheckLevel, CheckLine
from apps.actions.redaction import Redactor
from apps.core import http
from apps.core.http import OutboundRequest, Response

CHECK_SECONDS = 10.0


def good(text: str) -> CheckLine:
    """Return a line about what works."""
    return CheckLine(CheckLevel.GOOD, text)


def warning(text: str) -> CheckLine:
    """Return a line about what somebody should look at."""
    return CheckLine(CheckLevel.WARNING, text)


def error(text: str) -> CheckLine:
    """Return a line about what has to be mended before anything can be sent."""
    return CheckLine(CheckLevel.ERROR, text)


def ask(request: OutboundRequest, redactor: Redactor) -> Response | CheckLine:
    """Send a request without side effects; a line says why there is no answer."""
    try:
        return http.send(replace(request, deadline_seconds=CHECK_SECONDS))
    except http.OutboundError as trouble:
        return error(redactor.url(str(trouble)))
