"""E-mail by a mail server with an account."""

from tests.conformance.case import SMTP_PORT, Case

CASES = [
    Case(
        kind="smtp",
        fake="smtp",
        connection={
            "host": "127.0.0.1",
            "port": SMTP_PORT,
            "security": "none",
            "username": "postbacks",
            "password": "canary-smtp-password",
            "default_from": "Offers <offers@shop.example>",
            "timeout_seconds": "1",
        },
        settings={
            "subject": "Lead {transaction_id}",
            "body_text": "{lead:first_name} asks for a quote.",
        },
        refused={"password": "canary-of-another-account"},
        is_http=False,
    )
]
