"""E-mail addresses and telephone numbers for lists, and the calls that carry them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import rendering
from apps.actions.base import Job, PermanentError, SkipDeliveryError
from apps.actions.fields import LineTemplateField, PairsTemplateField
from apps.actions.identities import digest
from apps.actions.list_calls import ListAction
from apps.actions.list_forms import AnswerForm, FieldNameField
from apps.core.http import OutboundRequest
from apps.core.normalizing import digits, is_email, normalize_email, to_e164

PHONE_FORMATS: Final = [
    ("last10", _("Ten digits: 4155552671")),
    ("digits", _("All digits: 14155552671")),
    ("e164", _("E.164: +14155552671")),
]
HASHES: Final = [("none", _("As it is")), ("md5", _("MD5")), ("sha256", _("SHA-256"))]
LENGTHS: Final = {"md5": 32, "sha256": 64}
TITLES: Final = {"email": "e-mail address", "phone": "telephone number"}

_is_hex = re.compile(r"[0-9a-f]+").fullmatch


class ContactRuleForm(AnswerForm):
    """Whom a postback puts on a list, and under which names."""

    channel = forms.ChoiceField(
        label=_("What is sent"),
        choices=[
            ("both", _("E-mail address and telephone number")),
            ("email", _("E-mail address")),
            ("phone", _("Telephone number")),
        ],
        initial="both",
        help_text=_("Of both, what the lead has."),
    )
    email = LineTemplateField(
        label=_("E-mail address"), required=False, initial="{lead:email}"
    )
    phone = LineTemplateField(
        label=_("Telephone number"),
        required=False,
        initial="{lead:phone|e164}",
        help_text=_(
            "A number without country code is read as one of the US: write "
            "{lead:phone|e164:GB} for British ones."
        ),
    )
    phone_format = forms.ChoiceField(
        label=_("Number is sent as"), choices=PHONE_FORMATS, initial="last10"
    )
    further_fields = PairsTemplateField(
        label=_("Further fields"),
        required=False,
        help_text=_(
            "One name=value a line, for example source={offer_name}. What has no "
            "value is left out."
        ),
    )
    email_field = FieldNameField(label=_("Name of the e-mail field"), initial="email")
    phone_field = FieldNameField(label=_("Name of the number's field"), initial="phone")

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen channel sends."""
        cleaned = super().clean()
        channel = cleaned.get("channel")
        for name in TITLES:
            if channel == name and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("This is what the postback is to send."))
        if channel == "both" and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error(
                "email", gettext("Give an e-mail address, a number, or both.")
            )
        return cleaned


class EmailHashForm(forms.Form):
    """For lists that keep hashes of e-mail addresses."""

    email_hash = forms.ChoiceField(
        label=_("E-mail address is sent as"),
        choices=HASHES,
        initial="none",
        help_text=_(
            "Hashed in lower case. An address that was hashed in this way before "
            "it came here is passed on."
        ),
    )


class ContactListAction(ListAction):
    """One call for each of e-mail address and telephone number, to a path of its own.

    The rule's paths are ``path_<operation>_email`` and ``path_<operation>_phone``.
    """

    def build_all(self, job: Job) -> Sequence[OutboundRequest]:
        """Return the calls for what the lead has of the channel."""
        settings = job.settings
        operation = settings.get("operation", "add")
        return [
            self.call(
                job,
                settings[f"path_{operation}_{name}"],
                with_further_fields(job, {settings[f"{name}_field"]: value}),
            )
            for name, value in contact_of(job).items()
        ]

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return operation, list and what is sent."""
        return contact_summary(settings)


def contact_summary(settings: Mapping[str, Any]) -> str:
    """Return one line such as "Add to 55: {lead:email}, {lead:phone}"."""
    names = [n for n in TITLES if settings["channel"] in (n, "both") and settings[n]]
    sent = ", ".join(settings[name] for name in names)
    words = (
        gettext("Remove from %(list)s: %(what)s")
        if settings.get("operation") == "remove"
        else gettext("Add to %(list)s: %(what)s")
    )
    return words % {
        "list": settings.get("list_id") or gettext("the list"),
        "what": sent,
    }


def contact_of(job: Job) -> dict[str, str]:
    """Return “email” and “phone” as far as the rule sends them and they can exist.

    Raises ``SkipDeliveryError`` when the lead has none of them, ``PermanentError`` when
    what it has is neither.
    """
    channel = job.settings["channel"]
    names = [name for name in TITLES if channel in (name, "both")]
    written = rendering.filled({name: rendering.text(job, name) for name in names})
    wanted = " and no ".join(TITLES[name] for name in names)
    if not written:
        raise SkipDeliveryError(f"There is no {wanted} to send.")
    readers = {"email": _email, "phone": _phone}
    found = rendering.filled(
        {name: readers[name](text, job.settings) for name, text in written.items()}
    )
    if not found:
        unusable = " and the ".join(TITLES[name] for name in written)
        raise PermanentError(
            f"The {unusable} cannot exist as written. Correct the lead, then resend."
        )
    return found


def with_further_fields(job: Job, values: Mapping[str, str]) -> dict[str, str]:
    """Return ``values`` and the rule's further fields that have one of their own."""
    return {
        **values,
        **{
            name: text
            for name, text in rendering.pairs(job, "further_fields")
            if text and name not in values
        },
    }


def phone_as(phone_format: str, text: str) -> str:
    """Return a telephone number as E.164, all digits, or the last ten; "" if none."""
    number = to_e164(text) or ""
    if phone_format == "e164":
        return number
    return digits(number)[-10:] if phone_format == "last10" else digits(number)


def _phone(text: str, settings: Mapping[str, Any]) -> str:
    return phone_as(settings["phone_format"], text)


def _email(text: str, settings: Mapping[str, Any]) -> str:
    algorithm, normal = settings.get("email_hash", "none"), normalize_email(text)
    if algorithm == "none":
        return normal if is_email(normal) else ""
    if is_email(normal):
        return digest(algorithm, normal)
    return normal if _is_hex(normal) and len(normal) == LENGTHS[algorithm] else ""
