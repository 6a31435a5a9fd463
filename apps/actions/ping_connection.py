"""What a receiver of pings may ask for: authorization, signatures, a certificate."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.certificates import (
    CertificateField,
    PrivateKeyField,
    check_lines,
    check_pair,
)
from apps.actions.contract import CheckLevel, CheckLine, Job
from apps.actions.fields import SecretField, SecretPairsField
from apps.actions.headers import (
    basic_authorization,
    bearer_authorization,
    signature,
)
from apps.actions.webhooks import WebhookSecretField, webhook_headers


class PingConnectionForm(forms.Form):
    """Credentials for receivers that ask for some."""

    auth = forms.ChoiceField(
        label=_("Authorization"),
        choices=[
            ("none", _("None")),
            ("basic", _("User name and password (Basic)")),
            ("bearer", _("Token (Bearer)")),
        ],
        initial="none",
    )
    username = forms.CharField(label=_("User name"), required=False, max_length=200)
    password = SecretField(label=_("Password"), required=False)
    token = SecretField(label=_("Token"), required=False)
    signing_secret = SecretField(
        label=_("Signing secret"),
        required=False,
        help_text=_(
            "Adds X-Postback-Signature: t=TIME,v1=SIGNATURE. TIME is in Unix "
            "seconds, SIGNATURE the hexadecimal HMAC-SHA256 of “TIME.BODY”; of a GET "
            "request, the path with its query takes the body's place."
        ),
    )
    webhook_secret = WebhookSecretField(
        label=_("Webhook secret"),
        required=False,
        help_text=_(
            "Signs as standardwebhooks.com describes: webhook-id, "
            "webhook-timestamp, webhook-signature. Of a GET request, an empty body is "
            "signed."
        ),
    )
    webhook_secret_previous = WebhookSecretField(
        label=_("Previous webhook secret"),
        required=False,
        help_text=_(
            "While the receiver changes secrets: requests carry both signatures. "
            "Remove it afterwards."
        ),
    )
    client_certificate = CertificateField(
        label=_("Client certificate"),
        required=False,
        help_text=_(
            "PEM, with its chain if it has one. Shown to https receivers that "
            "ask for it (mutual TLS)."
        ),
    )
    client_private_key = PrivateKeyField(
        label=_("Private key"),
        required=False,
        help_text=_("PEM, without a password. It belongs to the client certificate."),
    )
    secrets = SecretPairsField(
        label=_("Secret values"),
        required=False,
        help_text=_(
            "One name=value a line. Use them as {secret:name} in parameters, "
            "headers and bodies; they are never shown or logged."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen authorization and each other's halves need."""
        cleaned = super().clean() or self.cleaned_data
        needed = {"basic": ("username", "password"), "bearer": ("token",)}
        for name in needed.get(cleaned.get("auth", ""), ()):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("This authorization needs it."))
        if (
            cleaned.get("webhook_secret_previous")
            and not cleaned.get("webhook_secret")
            and "webhook_secret" not in self.errors
        ):
            self.add_error(
                "webhook_secret", gettext("The previous secret needs a current one.")
            )
        check_pair(self, cleaned)
        return cleaned


def credential_headers(job: Job, *, target: str, body: bytes | None) -> dict[str, str]:
    """Return what authorizes and signs a request for ``target``, a path with query.

    ``body`` is None when the method has none.
    """
    connection, timestamp = job.connection, int(job.now.timestamp())
    headers: dict[str, str] = {}
    if connection.get("auth") == "basic":
        headers |= basic_authorization(connection["username"], connection["password"])
    elif connection.get("auth") == "bearer":
        headers |= bearer_authorization(connection["token"])
    if secret := connection.get("signing_secret"):
        headers |= signature(
            secret, timestamp, target.encode() if body is None else body
        )
    names = ("webhook_secret", "webhook_secret_previous")
    if secrets := [connection[name] for name in names if connection.get(name)]:
        headers |= webhook_headers(secrets, job.delivery_id, timestamp, body or b"")
    return headers


def check_credentials(connection: Mapping[str, Any]) -> list[CheckLine]:
    """Say what the credentials will do; they belong to no address of their own."""
    secrets = (connection.get("signing_secret"), connection.get("webhook_secret"))
    words = (
        gettext("Authorization: %(kind)s. Requests are signed.")
        if any(secrets)
        else gettext("Authorization: %(kind)s. Requests are not signed.")
    )
    text = words % {"kind": connection.get("auth", "none")}
    hint = gettext("No address to call: use “Send test” on a postback.")
    return [
        CheckLine(CheckLevel.GOOD, text),
        *check_lines(connection),
        CheckLine(CheckLevel.WARNING, hint),
    ]
