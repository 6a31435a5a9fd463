"""Calls that change lists of contacts kept elsewhere: opt-outs, suppression, DNPL.

The APIs of E-Delivery, Opt-Intel and DNPL are shown to their customers only. What is
public about one of them (support.phonexa.com/phone-number/email-lists-api, read
2026-11-20): a link for each list, an API key, POST to the link with ``/emails-add`` or
``/phones-add`` at its end. The rest is a contract of ours whose every path, field name
and rule about answers somebody can change.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from apps.actions import checking, rendering
from apps.actions.answers import json_object
from apps.actions.base import (
    CheckLine,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    PermanentError,
)
from apps.actions.bodies import CONTENT_TYPES
from apps.actions.call_series import SeriesAction
from apps.actions.headers import bearer_authorization
from apps.actions.judging import status_text
from apps.actions.list_forms import REMOVE, ListConnectionForm
from apps.actions.patterns import compile_pattern
from apps.actions.providers import fingerprint
from apps.actions.success import Success, compile_condition, is_2xx
from apps.core.http import OutboundRequest, Response

MAX_WORDS_LENGTH: Final = 200


class ListAction(SeriesAction):
    """Changes a list that somebody else keeps. Repeating a change changes nothing."""

    # Who keeps the list, for messages.
    keeper: ClassVar[str]
    idempotency: ClassVar = Idempotency.SAFE
    must_not_be_lost: ClassVar = True
    ConnectionForm = ListConnectionForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the fingerprint of the key."""
        return fingerprint(str(connection.get("api_key", "")))

    def call(self, job: Job, path: str, values: Mapping[str, str]) -> OutboundRequest:
        """Return the POST request of ``values`` to ``path``, which may name the list.

        Raises ``PermanentError`` when the rule has no connection.
        """
        connection = job.connection
        if not connection:
            raise PermanentError("There is no connection: choose one in the postback.")
        list_id = str(job.settings.get("list_id") or "")
        url = self.api_url(connection, path.replace("{list_id}", list_id))
        is_json = connection["body_format"] == "json"
        fields = {**values, **_key_in("body", connection)}
        body = rendering.json_bytes(fields) if is_json else urlencode(fields).encode()
        headers = {
            **_key_headers(connection),
            "Content-Type": CONTENT_TYPES[connection["body_format"]],
        }
        return OutboundRequest("POST", _with_key(url, connection), headers, body)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by the rule's condition; what is on the list already is success."""
        settings = job.settings
        is_met = compile_condition(
            Success(settings["success"]), settings["success_value"]
        )
        if is_met(response):
            return Judgement(Outcome.SUCCESS, f"{self.keeper} accepted it.")
        judgement = self.judge_unexpected(response, job)
        if is_2xx(response) and json_object(response):
            message = (
                f"{self.keeper} answered {status_text(response.status_code)}, but not "
                "what this postback expects as success."
            )
            judgement = Judgement(Outcome.PERMANENT, message, "body_mismatch")
        if judgement.outcome is Outcome.PERMANENT:
            judgement = self._done_before(response, settings) or judgement
        words = _words(response)
        if judgement.outcome is Outcome.SUCCESS or not words:
            return judgement
        return replace(judgement, message=f"{judgement.message} It says: {words}")

    def _done_before(
        self, response: Response, settings: Mapping[str, Any]
    ) -> Judgement | None:
        """Return success when the refusal says that nothing was left to do."""
        if 300 <= response.status_code < 400:
            return None
        is_removal = settings.get("operation") == REMOVE
        name = "absent_pattern" if is_removal else "duplicate_pattern"
        pattern = settings.get(name)
        if not pattern or not compile_pattern(pattern).search(response.text):
            return None
        if is_removal:
            message = f"{self.keeper} did not have it on the list."
            return Judgement(Outcome.SUCCESS, message, "absent")
        message = f"{self.keeper} had it on the list already."
        return Judgement(Outcome.SUCCESS, message, "duplicate")

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Read the base URL, which changes nothing; it need not be a page."""
        request = OutboundRequest(
            "GET",
            _with_key(self.base_url(connection), connection),
            _key_headers(connection),
        )
        answer = checking.ask(request, self.connection_redactor(connection))
        if isinstance(answer, CheckLine):
            return [answer]
        if answer.status_code == 401 and connection["auth_style"] != "body":
            return [checking.error(f"{self.keeper} refused the API key.")]
        return [
            checking.good(
                _("There is a server; it answered %(status)s.")
                % {"status": answer.status_code}
            ),
            checking.warning(
                _(
                    "Whether the key may change the list is shown by sending only: use "
                    "“Send test” on a postback."
                )
            ),
        ]


def _key_in(place: str, connection: Mapping[str, Any]) -> dict[str, str]:
    """Return name and value of the key when it is sent in ``place``."""
    if connection["auth_style"] != place:
        return {}
    return {connection["key_field"]: connection["api_key"]}


def _key_headers(connection: Mapping[str, Any]) -> dict[str, str]:
    if connection["auth_style"] == "header":
        return {connection["key_header"]: connection["api_key"]}
    if connection["auth_style"] == "bearer":
        return bearer_authorization(connection["api_key"])
    return {}


def _with_key(url: str, connection: Mapping[str, Any]) -> str:
    query = urlencode(_key_in("query", connection))
    return f"{url}?{query}" if query else url


def _words(response: Response) -> str:
    """Return what a refusal in JSON says: its message, or the fields it names."""
    answer = json_object(response)
    said = answer.get("message") or answer.get("error") or answer.get("errors")
    if isinstance(said, dict):
        said = "; ".join(f"{name}: {_first(why)}" for name, why in said.items())
    return said[:MAX_WORDS_LENGTH] if isinstance(said, str) else ""


def _first(why: Any) -> Any:
    return why[0] if isinstance(why, list) and why else why
