"""Actions whose requests go to a provider's API at an address of the provider's own."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.contract import Job, Judgement, Outcome
from apps.actions.fields import AddressMixin
from apps.actions.http_action import HttpAction
from apps.actions.judging import status_text
from apps.core import http
from apps.core.addresses import is_listed
from apps.core.http import Response

MAX_BASE_URL_LENGTH = 500
FINGERPRINT_LENGTH = 12


class BaseUrlField(AddressMixin, forms.CharField):
    """Where a provider's API is: scheme, host and perhaps a path.

    Credentials go there, so it is https, except for addresses that
    ``settings.OUTBOUND_ALLOWED_NETWORKS`` names.
    """

    widget = forms.URLInput

    def __init__(self, *, default: str = "", **kwargs: Any) -> None:
        """Take what a ``CharField`` takes; with a ``default`` it may stay empty."""
        kwargs.setdefault("label", _("Base URL"))
        kwargs.setdefault("max_length", MAX_BASE_URL_LENGTH)
        if default:
            kwargs.setdefault("required", False)
            kwargs.setdefault("help_text", format_lazy(_("Empty: {url}"), url=default))
        super().__init__(**kwargs)
        self.default = default

    def receiver(self, value: Any) -> str:
        """Return the address that is meant: the default, when it is empty."""
        return super().receiver(value) or super().receiver(self.default)

    def clean(self, value: Any) -> str:
        """Return the address without a slash at its end."""
        url: str = super().clean(value).rstrip("/")
        if not url:
            return ""
        try:
            origin = http.destination_of(url)
            http.refuse_forbidden_target(url)
        except http.ForbiddenTargetError as error:
            raise ValidationError(gettext(str(error)), code="url") from error
        if "?" in url or "#" in url:
            raise ValidationError(gettext("Leave out everything from “?” or “#” on."))
        if origin.startswith("http:") and not is_our_own(origin):
            raise ValidationError(
                gettext("Credentials are sent there, so it must be https://.")
            )
        return url


def is_our_own(origin: str) -> bool:
    """Tell whether the installation itself allows this address (tests, the demo)."""
    host = origin.partition("://")[2].rpartition(":")[0].strip("[]")
    return is_listed(host, tuple(settings.OUTBOUND_ALLOWED_NETWORKS))


class ProviderAction(HttpAction):
    """One request to a provider's API; its connection form may have a ``base_url``."""

    # Where the provider's API is; "" when every customer has an address of their own.
    default_base_url: ClassVar[str] = ""

    def base_url(self, connection: Mapping[str, Any]) -> str:
        """Return where the API is, without a slash at the end."""
        return str(connection.get("base_url") or self.default_base_url).rstrip("/")

    def api_url(self, connection: Mapping[str, Any], path: str) -> str:
        """Return the URL of ``path``, which starts with a slash and is encoded."""
        return self.base_url(connection) + path

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return what tells accounts at the provider apart, or "". No secret."""
        return ""

    def judge_unexpected(self, response: Response, job: Job) -> Judgement:
        """Judge an answer that is not in the words the provider documents.

        A 2xx of something else (a proxy's page, half an answer) proves nothing.
        """
        judgement = HttpAction.classify(self, response, job)
        if judgement.outcome is not Outcome.SUCCESS:
            return judgement
        is_repeatable = self.is_repeatable(job.settings)
        return Judgement(
            Outcome.RETRY if is_repeatable else Outcome.AMBIGUOUS,
            f"The server answered {status_text(response.status_code)}, but not as "
            f"{self.label} is documented to answer.",
            "bad_response",
        )

    def destination(
        self, settings: Mapping[str, Any], connection: Mapping[str, Any]
    ) -> str:
        """Return the API's origin and the account: limits are counted per account."""
        origin = http.destination_of(self.base_url(connection))
        account = self.account(connection)
        return f"{origin}#{account}" if account else origin


def fingerprint(secret: str) -> str:
    """Return what tells secrets apart and gives none away, for ``account``."""
    return hashlib.sha256(secret.encode()).hexdigest()[:FINGERPRINT_LENGTH]
