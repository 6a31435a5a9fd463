"""Google as the actions see it: the fake's token endpoint, and an API that is told."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests.structures import CaseInsensitiveDict

from apps.actions import google_accounts
from apps.core.http import OutboundRequest, Response
from tests.actions.making import Partner, make_response
from tests.fakes.provider import Asked
from tests.fakes.providers.google_token import GoogleToken, service_account

KEY = service_account(google_accounts.TOKEN_URI)


class Google:
    """Answers token requests as the fake does, the others in the order given."""

    def __init__(self, partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(google_accounts, "_tokens", google_accounts.TokenCache())
        self.token_requests: list[OutboundRequest] = []
        self.requests: list[OutboundRequest] = []
        self.token_answers: list[Response | Exception] = []
        self.answers: list[Response] = []
        partner.answer = self._answer

    def says(self, status: int, document: Any, **headers: str) -> None:
        """Queue an answer of the API."""
        body = document if isinstance(document, str) else json.dumps(document)
        self.answers.append(make_response(status, body, headers))

    def refuses(self, status: int, name: str, message: str) -> None:
        """Queue an error in Google's form."""
        error = {"code": status, "message": message, "status": name}
        self.says(status, {"error": error})

    def _answer(self, request: OutboundRequest) -> Response:
        if request.url != google_accounts.TOKEN_URI:
            self.requests.append(request)
            return self.answers.pop(0)
        self.token_requests.append(request)
        if not self.token_answers:
            return _by_the_fake(request)
        told = self.token_answers.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


def _by_the_fake(request: OutboundRequest) -> Response:
    path = urlsplit(request.url).path
    headers = CaseInsensitiveDict(request.headers)
    asked = Asked(request.method, path, {}, headers, request.body or b"")
    answer = GoogleToken().answer(asked)
    return make_response(answer.status, answer.body.decode())
