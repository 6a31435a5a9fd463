"""E-mail: the forms, what they refuse and what lists show."""

import smtplib
from typing import Any

import pytest
from pytest_django import Settings

from apps.actions.mail_errors import judge_mail_error
from apps.actions.mail_message import split_addresses
from apps.core.outbound_errors import NotSentError
from tests.actions.mail_world import SMTP, letter_settings, mail_connection
from tests.actions.making import posted

CONNECTION: dict[str, Any] = {
    "host": "smtp.mailer.example",
    "username": "postbacks",
    "password": "secret",
    "default_from": "Offers <offers@shop.example>",
}


def connection_form(**changes: Any) -> Any:
    return SMTP.ConnectionForm(posted(SMTP.ConnectionForm, **{**CONNECTION, **changes}))


def rule_form(**changes: Any) -> Any:
    given = {"subject": "Hi", "body_text": "Hi", **changes}
    return SMTP.RuleForm(posted(SMTP.RuleForm, **given))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "smtp.mailer.example:25"}, "host"),
        ({"host": "https://smtp.mailer.example"}, "host"),
        ({"host": "2130706433"}, "host"),
        ({"host": "192.168.0.1"}, "host"),
        ({"host": "[fd00::1]"}, "host"),
        ({"port": "22"}, "port"),
        ({"port": "70000"}, "port"),
        ({"port": "0"}, "port"),
        ({"password": ""}, "password"),
        ({"username": ""}, "username"),
        ({"password": "pässwort"}, "password"),
        ({"security": "none"}, "security"),
        ({"default_from": "Offers"}, "default_from"),
        ({"default_from": "a@x.example, b@x.example"}, "default_from"),
        ({"default_from": "Offers\x0b <a@x.example>"}, "default_from"),
        ({"hello_name": "two words"}, "hello_name"),
        ({"timeout_seconds": "31"}, "timeout_seconds"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    assert list(connection_form(**changes).errors) == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"security": "ssl", "port": "465"},
        {"security": "none", "username": "", "password": "", "port": "25"},
        {"security": "none", "host": "127.0.0.1", "port": "2525"},
        {"host": "SMTP.Mailer.Example", "default_from": "offers@shop.example"},
        {"default_from": "Müller & Co <offers@münchen.example>"},
    ],
)
def test_usual_connections_are_taken(changes: dict[str, str]) -> None:
    form = connection_form(**changes)

    assert form.is_valid(), form.errors


def test_a_password_goes_unencrypted_only_where_the_installation_says_so(
    settings: Settings,
) -> None:
    given = {"security": "none", "host": "127.0.0.1"}
    assert connection_form(**given).is_valid()

    settings.OUTBOUND_ALLOWED_NETWORKS = []

    assert "host" in connection_form(**given).errors


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": ""}, "to"),
        ({"to": "ann"}, "to"),
        ({"to": "{lead:email}, ann@"}, "to"),
        ({"cc": "Ann <ann@x.example>"}, "cc"),
        ({"to": "{nonsense}"}, "to"),
        ({"from_email": "shop"}, "from_email"),
        ({"subject": "x" * 256}, "subject"),
        ({"body_text": ""}, "body_text"),
        ({"body_html": "<p>{_payout}</p>"}, "body_html"),
    ],
)
def test_the_rule_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    assert list(rule_form(**changes).errors) == [field]


@pytest.mark.parametrize(
    ("template", "pieces"),
    [
        ("{lead:email}", ["{lead:email}"]),
        ("a@x.example , b@x.example,", ["a@x.example", "b@x.example"]),
        ('{sub1|default:"a,b"}@x.example, c@x.example', None),
        ("{lead:first_name}@x.example", ["{lead:first_name}@x.example"]),
        ("", []),
    ],
)
def test_commas_between_addresses_separate_them_and_no_others(
    template: str, pieces: list[str] | None
) -> None:
    expected = ['{sub1|default:"a,b"}@x.example', "c@x.example"]

    assert split_addresses(template) == (expected if pieces is None else pieces)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPHeloError(421, b"Busy"), "retry"),
        (smtplib.SMTPConnectError(554, b"No"), "retry"),
        (smtplib.SMTPSenderRefused(530, b"Log in", "a@x.example"), "auth"),
        (smtplib.SMTPSenderRefused(452, b"Full", "a@x.example"), "retry"),
        (smtplib.SMTPSenderRefused(553, b"No", "a@x.example"), "permanent"),
        (smtplib.SMTPAuthenticationError(534, b"No"), "auth"),
        (smtplib.SMTPAuthenticationError(454, b"Later"), "retry"),
        (smtplib.SMTPNotSupportedError("No AUTH"), "auth"),
        (smtplib.SMTPServerDisconnected("Gone"), "retry"),
        (ConnectionResetError("Gone"), "retry"),
        (TimeoutError("Too late"), "retry"),
        (NotSentError("Not there."), "retry"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_before_the_message_is_judged_by_its_kind(
    error: Exception, outcome: str
) -> None:
    """All of smtplib's errors are OSErrors, so their order counts."""
    judgement = judge_mail_error(error, recipients=1, has_data_begun=False)

    assert judgement.outcome == outcome


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPServerDisconnected("Gone"),
        TimeoutError("Too late"),
        ConnectionResetError("Gone"),
        smtplib.SMTPDataError(-1, b"gibberish"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_without_an_answer_to_the_message_it_may_have_arrived(error: Exception) -> None:
    judgement = judge_mail_error(error, recipients=1, has_data_begun=True)

    assert judgement.outcome == "ambiguous"


def test_what_is_unclear_is_sent_again_unless_the_rule_says_otherwise() -> None:
    assert SMTP.repeats_ambiguous(letter_settings())
    assert not SMTP.repeats_ambiguous(letter_settings(on_ambiguous="hold"))


def test_the_summary_and_the_destination_say_who_and_where() -> None:
    assert SMTP.summary(letter_settings()) == "To {lead:email}: Lead {transaction_id}"
    assert SMTP.destination({}, mail_connection(587, host="smtp.mailer.example")) == (
        "smtp://smtp.mailer.example:587"
    )
