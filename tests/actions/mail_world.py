"""A mail server to send to, and jobs for it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from apps.actions.base import AttemptResult, Job
from apps.actions.kinds.smtp import Smtp
from apps.core.macro_values import MacroValue
from tests.actions.making import VALUES, make_job, make_settings
from tests.fakes.mail_server import running_mail_server
from tests.fakes.providers.smtp import MailProvider
from tests.fakes.server import Mounted

SMTP = Smtp()
LEAD: dict[str, MacroValue] = {
    **VALUES,
    "lead:email": "ann@lead.example",
    "lead:first_name": "Ann",
}


def mail_connection(port: int, **changes: Any) -> dict[str, Any]:
    """Return a connection, with changes, to a mail server on this machine."""
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "postbacks",
        "password": "canary-smtp-password",
        "default_from": "Offers <offers@shop.example>",
        "hello_name": "",
        "timeout_seconds": 5,
    } | changes


class MailWorld:
    """One running mail server, the connection to it, and what it took."""

    def __init__(self, mounted: Mounted, port: int) -> None:
        self.mounted = mounted
        self.connection = mail_connection(port)

    @property
    def effects(self) -> list[Any]:
        return self.mounted.provider.effects

    def send(
        self, values: Mapping[str, MacroValue] = LEAD, **changes: Any
    ) -> AttemptResult:
        return SMTP.run(self.job(values, **changes))

    def job(self, values: Mapping[str, MacroValue] = LEAD, **changes: Any) -> Job:
        return make_job(letter_settings(**changes), self.connection, values)


def letter_settings(**changes: Any) -> dict[str, Any]:
    """Return what the rule form makes of a short message with ``changes``."""
    given = {"subject": "Lead {transaction_id}", "body_text": "{lead:first_name} asks."}
    return make_settings(SMTP, **{**given, **changes})


@contextmanager
def mail_world(**server: Any) -> Iterator[MailWorld]:
    """Run a mail server; ``server`` is what ``running_mail_server`` takes."""
    mounted = Mounted(MailProvider())
    with running_mail_server(mounted, **server) as port:
        yield MailWorld(mounted, port)
