"""What an action is. To add one, write one file in ``apps/actions/kinds``.

    @register
    class Greeting(HttpAction):
        kind, label, group = "greeting", "Send a greeting", Group.MESSAGES
        ...

- ``ConnectionForm`` asks for credentials that many rules share, ``RuleForm`` for what
  one rule sends. Fields that are secret or hold macros come from ``fields``; both
  forms may have ``clean`` methods. Cleaned values must be what JSON can hold.
- An action that is one HTTP request is an ``HttpAction`` (``http_action``): ``build``
  returns the request, ``classify`` judges the answer. One that goes to a provider's
  API is a ``ProviderAction`` (``providers``); one whose provider takes many at once a
  ``BatchAction`` (``batching``). Others (e-mail) are an ``Action`` and implement
  ``run``.
- An action keeps no state and touches no database.

Next to read: ``kinds/ping_url.py``.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from apps.actions.contract import (
    AttemptResult,
    CheckLevel,
    CheckLine,
    Group,
    Idempotency,
    Job,
    JudgedError,
    Judgement,
    Outcome,
    PermanentError,
    SkipDeliveryError,
)
from apps.actions.fields import HeadersField, SecretField, TextTemplateField
from apps.actions.redaction import Redactor, redactor_of
from apps.core.placeholders import macro_names

__all__ = [
    "Action",
    "AttemptResult",
    "CheckLevel",
    "CheckLine",
    "Group",
    "Idempotency",
    "Job",
    "JudgedError",
    "Judgement",
    "Outcome",
    "PermanentError",
    "SkipDeliveryError",
]


class Action(ABC):
    """One way to tell somebody that something happened."""

    # What a rule stores; never changes once released.
    kind: ClassVar[str]
    label: ClassVar[StrOrPromise]
    group: ClassVar[Group]
    help: ClassVar[StrOrPromise]
    docs_url: ClassVar[str] = ""
    idempotency: ClassVar[Idempotency]
    # The provider refuses what happened longer ago; None when it does not mind.
    freshness_limit: ClassVar[timedelta | None] = None
    # How long an answer may take; None means settings.OUTBOUND_DEADLINE_SECONDS.
    deadline_seconds: ClassVar[float | None] = None
    # How many jobs of one rule ``run_batch`` takes at the most.
    batch_size: ClassVar[int] = 1
    # Whether a rule must name a connection, when the action has a connection form.
    requires_connection: ClassVar[bool] = True
    # Every delivery that failed for good is told at once, not only those that ran out
    # of retries: an opt-out that is lost has consequences in law.
    must_not_be_lost: ClassVar[bool] = False
    # Affiliates may have it in postbacks of their own: it reports what happened to
    # accounts of theirs, contacts nobody and touches no list of ours.
    is_for_affiliates: ClassVar[bool] = False
    # It fills an audience, where more than conversions is mostly noise (R19).
    is_audience: ClassVar[bool] = False

    # Credentials that rules share; left as it is by an action that needs none.
    ConnectionForm: ClassVar[type[forms.Form]] = forms.Form
    # What one rule sends.
    RuleForm: ClassVar[type[forms.Form]]

    @abstractmethod
    def run(self, job: Job) -> AttemptResult:
        """Make one attempt; never raises for what a partner or network does."""

    def run_batch(self, jobs: Sequence[Job]) -> list[AttemptResult]:
        """Make one attempt for each of ``jobs``, all of one rule; results in order."""
        return [self.run(job) for job in jobs]

    @abstractmethod
    def preview(self, job: Job) -> dict[str, Any]:
        """Return what ``run`` would send, without secrets and without sending.

        Keys as in ``AttemptResult.request``; or ``skipped`` or ``error`` with the
        reason why nothing would be sent.
        """

    @abstractmethod
    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return one line for lists, without secrets."""

    @abstractmethod
    def destination(
        self, settings: Mapping[str, Any], connection: Mapping[str, Any]
    ) -> str:
        """Return where deliveries go: "scheme://host:port", or a provider's key.

        Never depends on the value of a macro.
        """

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Test ``connection`` without side effects, for “Test connection”."""
        return [
            CheckLine(
                CheckLevel.WARNING,
                _(
                    "The credentials are complete, but only sending shows whether they "
                    "work: use “Send test” on a postback."
                ),
            )
        ]

    def repeats_ambiguous(self, settings: Mapping[str, Any]) -> bool:
        """Tell whether an attempt that may have arrived is sent again or held.

        A rule's own choice (``fields.ambiguity_field``) comes before the action's.
        """
        fallback = "retry" if self.idempotency is Idempotency.SAFE else "hold"
        return bool(settings.get("on_ambiguous", fallback) == "retry")

    def needs_connection(self, settings: Mapping[str, Any]) -> bool:
        """Tell whether a rule with ``settings`` must name a connection."""
        return self.requires_connection

    def macro_names(self, settings: Mapping[str, Any]) -> frozenset[str]:
        """Return the canonical names of the macros that ``settings`` use."""
        texts = (
            settings.get(name)
            for name, field in self.RuleForm.base_fields.items()
            if isinstance(field, (TextTemplateField, HeadersField))
        )
        return frozenset().union(*(macro_names(text) for text in texts if text))

    @classmethod
    def uses_connection(cls) -> bool:
        """Tell whether the action has a connection form at all."""
        return bool(cls.ConnectionForm.base_fields)

    @classmethod
    def rule_secret_names(cls) -> frozenset[str]:
        """Return the names of the rule form's fields that are kept encrypted."""
        return _secret_names(cls.RuleForm)

    @classmethod
    def connection_secret_names(cls) -> frozenset[str]:
        """Return the names of the connection form's fields that are kept encrypted."""
        return _secret_names(cls.ConnectionForm)

    def connection_redactor(self, connection: Mapping[str, Any]) -> Redactor:
        """Return what removes the secrets of ``connection`` from texts, for checks."""
        return redactor_of(_secret_values(self.ConnectionForm, connection))

    def redactor(self, job: Job, *extra: str) -> Redactor:
        """Return what removes the secrets of ``job`` and ``extra`` ones from texts."""
        return redactor_of(
            _secret_values(self.RuleForm, job.settings)
            | _secret_values(self.ConnectionForm, job.connection)
            | frozenset(extra)
        )


def _secret_names(form: type[forms.Form]) -> frozenset[str]:
    return frozenset(
        name
        for name, field in form.base_fields.items()
        if isinstance(field, SecretField)
    )


def _secret_values(
    form: type[forms.Form], cleaned: Mapping[str, Any]
) -> frozenset[str]:
    if not cleaned:
        return frozenset()
    return frozenset(
        value
        for name, field in form.base_fields.items()
        if isinstance(field, SecretField) and cleaned.get(name)
        for value in field.secret_values(cleaned[name])
    )
