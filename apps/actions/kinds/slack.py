"""Messages to a Slack channel, by an incoming webhook or by a bot.

Sources: https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
and https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11-21). Slack
does not notice a repetition. A second line in a channel does little harm, so what may
have arrived is sent again unless the rule says otherwise.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking, rendering
from apps.actions.answers import json_object
from apps.actions.base import (
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    PermanentError,
    SkipDeliveryError,
)
from apps.actions.headers import bearer_authorization
from apps.actions.providers import ProviderAction, fingerprint
from apps.actions.registry import register
from apps.actions.slack_forms import BASE_URL, SlackConnectionForm, SlackRuleForm
from apps.actions.slack_text import slack_blocks, slack_text
from apps.core import http
from apps.core.http import OutboundRequest, Response
from apps.core.retry_after import parse_retry_after

MAX_LENGTH: Final = 40_000
JSON: Final = "application/json; charset=utf-8"

# Slack's words. Which status comes with them differs, so the word counts first.
# fmt: off
REFUSED: Final = frozenset((
    "action_prohibited", "invalid_token", "team_disabled", "channel_not_found",
    "no_service", "no_active_hooks", "no_team", "no_service_id", "channel_is_archived",
    "posting_to_general_channel_denied", "invalid_auth", "not_authed",
    "account_inactive", "token_revoked", "token_expired", "missing_scope",
    "no_permission", "org_login_required", "is_archived", "team_access_not_granted",
    "not_in_channel", "restricted_action", "ekm_access_denied",
))
UNCLEAR: Final = frozenset((
    "rollup_error", "service_unavailable", "internal_error", "fatal_error",
    "request_timeout",
))
# fmt: on
BUSY: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
WEBHOOK_IS_GONE: Final = frozenset({403, 404, 410})
# Webhooks name a mistake with 400, the Web API with 200.
MISTAKE: Final = frozenset({200, 400})
_is_word = re.compile(r"[a-z_]{3,60}").fullmatch


@register
class Slack(ProviderAction):
    """One message to one channel."""

    kind: ClassVar = "slack"
    label: ClassVar = _("Slack message")
    group: ClassVar = Group.MESSAGES
    help: ClassVar = _("Write a message to a Slack channel")
    docs_url: ClassVar = "https://docs.slack.dev/messaging/"
    idempotency: ClassVar = Idempotency.UNSAFE
    is_for_affiliates: ClassVar = True
    default_base_url: ClassVar = BASE_URL

    ConnectionForm = SlackConnectionForm
    RuleForm = SlackRuleForm

    def base_url(self, connection: Mapping[str, Any]) -> str:
        """Return where the API is; a webhook's URL brings its own origin."""
        if _is_bot(connection) or connection.get("base_url"):
            return super().base_url(connection)
        return http.destination_of(connection["webhook_url"]).removesuffix(":443")

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return what tells webhooks and bots apart: Slack counts for each alone."""
        is_bot = _is_bot(connection)
        return fingerprint(connection["bot_token" if is_bot else "webhook_url"])

    def build(self, job: Job) -> OutboundRequest:
        """Return the request that writes the message."""
        message = rendering.json_bytes(_message(job))
        connection, headers = job.connection, {"Content-Type": JSON}
        if _is_bot(connection):
            url = self.api_url(connection, "/api/chat.postMessage")
            headers |= bearer_authorization(connection["bot_token"])
        else:
            path = connection["webhook_url"].partition(".com")[2]
            url = self.api_url(connection, path)
        return OutboundRequest("POST", url, headers, message)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by Slack's word first: it answers 200 to most mistakes."""
        answer = json_object(response)
        word = _word(response, answer)
        if response.status_code == 200 and (answer.get("ok") is True or word == "ok"):
            return Judgement(
                Outcome.SUCCESS, "Slack took the message.", findings=_found(answer)
            )
        if word in UNCLEAR:
            return Judgement(Outcome.AMBIGUOUS, f"Slack: {word}.", f"slack_{word}")
        if word in BUSY:
            wait = parse_retry_after(response.headers.get("Retry-After"), job.now)
            return Judgement(Outcome.RETRY, f"Slack: {word}.", f"slack_{word}", wait)
        refusal = _refusal(word, response.status_code)
        return refusal or self.judge_unexpected(response, job)

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return the channel, if the rule names it, and the text."""
        channel = settings.get("channel")
        return f"{channel}: {settings['text']}" if channel else str(settings["text"])

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Ask Slack who the bot is; of a webhook only sending shows anything."""
        if not _is_bot(connection):
            return super().check(connection)
        request = OutboundRequest(
            "POST",
            self.api_url(connection, "/api/auth.test"),
            bearer_authorization(connection["bot_token"]),
        )
        answer = checking.ask(request, self.connection_redactor(connection))
        if isinstance(answer, CheckLine):
            return [answer]
        document = json_object(answer)
        if document.get("ok") is not True:
            why = _word(answer, document) or f"status {answer.status_code}"
            return [checking.error(f"Slack refused the token: {why}.")]
        return [
            checking.good(
                gettext("Slack knows the bot “%(bot)s” in the workspace “%(team)s”.")
                % {
                    "bot": document.get("user", ""),
                    "team": document.get("team", ""),
                }
            )
        ]


def _is_bot(connection: Mapping[str, Any]) -> bool:
    return bool(connection["mode"] == "bot")


def _message(job: Job) -> dict[str, Any]:
    settings = job.settings
    text = slack_text(settings["text"], job.values).strip()
    blocks = slack_blocks(settings.get("blocks") or "", job.values)
    if not text and not blocks:
        raise SkipDeliveryError("The text is empty with the values of this event.")
    if settings.get("mention") in ("here", "channel"):
        text = f"<!{settings['mention']}> {text}"
    if len(text) > MAX_LENGTH:
        raise PermanentError(f"The text is longer than {MAX_LENGTH:,} characters.")
    message = {"text": text, "unfurl_links": settings["unfurl_links"], "blocks": blocks}
    if not _is_bot(job.connection):
        return rendering.filled(message)
    if not settings.get("channel"):
        raise PermanentError(
            "A bot needs the ID of a channel. Enter it in this postback."
        )
    return rendering.filled({"channel": settings["channel"], **message})


def _word(response: Response, answer: Mapping[str, Any]) -> str:
    """Return the one word that says what is wrong, or "ok"; "" when there is none."""
    word = str(answer.get("error") or response.text.strip())
    return word if _is_word(word) or word == "ok" else ""


def _refusal(word: str, status: int) -> Judgement | None:
    code = f"slack_{word}" if word else f"http_{status}"
    if word in REFUSED or status in WEBHOOK_IS_GONE:
        why = word or f"status {status}"
        message = f"Slack does not let this connection write: {why}."
        return Judgement(Outcome.AUTH, message, code)
    if word and status in MISTAKE:
        message = f"Slack refused the message: {word}."
        return Judgement(Outcome.PERMANENT, message, code)
    return None


def _found(answer: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(answer[name]) for name in ("channel", "ts") if answer.get(name)}
