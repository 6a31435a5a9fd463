"""Jobs, answers and a partner that answers as told."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from apps.actions.base import Action, Job
from apps.core import http
from apps.core.http import OutboundRequest, Response
from apps.core.macro_values import MacroValue

NOW = datetime(2026, 11, 20, 20, 53, 34, tzinfo=UTC)
VALUES: dict[str, MacroValue] = {
    "transaction_id": "T-9001",
    "partner_click_id": "abc/123",
    "payout": Decimal(8),
    "status": "approved",
}


def make_settings(action: Action, **changes: Any) -> dict[str, Any]:
    """Return what the rule form makes of its initial values and ``changes``."""
    form = action.RuleForm(posted(action.RuleForm, **changes))
    assert form.is_valid(), form.errors
    return form.cleaned_data


def posted(form: Any, **changes: Any) -> dict[str, Any]:
    """Return what a browser posts when only ``changes`` were typed."""
    return {name: f.initial for name, f in form.base_fields.items()} | changes


def make_job(
    settings: Mapping[str, Any],
    connection: Mapping[str, Any] | None = None,
    values: Mapping[str, MacroValue] = VALUES,
) -> Job:
    """Return the first attempt of a delivery."""
    return Job("9001:7", 1, NOW, values, settings, connection or {})


def make_response(
    status: int = 200, body: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer of a partner."""
    return Response(
        status_code=status,
        headers=CaseInsensitiveDict(headers or {}),
        body=body.encode(),
        is_truncated=False,
        address="192.0.2.1",
        duration_ms=12,
    )


class Partner:
    """Stands in for ``http.send``: records requests, answers or raises as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.requests: list[OutboundRequest] = []
        self.answer: Callable[[OutboundRequest], Response] = lambda _: make_response()
        monkeypatch.setattr(http, "send", self.send)

    def send(self, request: OutboundRequest) -> Response:
        self.requests.append(request)
        return self.answer(request)

    def answers(
        self, status: int, body: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self.answer = lambda _: make_response(status, body, headers)

    def raises(self, error: Exception) -> None:
        def answer(_: OutboundRequest) -> Response:
            raise error

        self.answer = answer
