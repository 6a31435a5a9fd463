"""What conversions at ad platforms have in common: name, time, money, and a person.

People are recognized by hashes: contact data has fields of its own, and is refused
where it would be sent as it is.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.actions import rendering
from apps.actions.contract import Job, PermanentError
from apps.actions.fields import JsonTemplateField, LineTemplateField
from apps.actions.identities import hashed_email, hashed_phone
from apps.actions.regions import RegionField, phone_region
from apps.core.json_templates import compile_json
from apps.core.macro_catalogue import GROUPS
from apps.core.normalizing import digits, is_email
from apps.core.placeholders import MissingValue, macro_names

CUSTOM: Final = "custom"
# A telephone number without its country code is the same telephone number.
LAST_DIGITS: Final = 7
# Members of the platforms' own that the form has fields for.
MONEY: Final = frozenset({"value", "currency", "order_id"})

# fmt: off
# What leads tell about themselves; other names of {lead:…} are what was asked besides.
_CONTACT = frozenset(f"lead:{name}" for name in (
    "email", "phone", "first_name", "last_name", "address", "city", "state", "zip",
    "dob", "gender",
))
# fmt: on
_PERSONAL = _CONTACT | frozenset(
    macro.name for macros in GROUPS.values() for macro in macros if macro.is_personal
)
# Fields of the form that are sent as they are.
_UNHASHED = ("custom_event_name", "event_id", "order_id")


def event_choices(names: Sequence[str]) -> list[tuple[str, StrOrPromise]]:
    """Return the choices of ``event_name``: a platform's own events, or another."""
    return [*((name, name) for name in names), (CUSTOM, _("Another name"))]


class ExtrasField(JsonTemplateField):
    """A JSON object that is sent along as it is, so nothing personal may be in it."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes."""
        kwargs.setdefault("required", False)
        kwargs.setdefault(
            "help_text",
            _(
                'A JSON object, for example {"content_name": "{offer_name}"}. It is '
                "sent as it is: macros with contact data are refused."
            ),
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the object with canonical macro names."""
        text = super().clean(value)
        if not text:
            return text
        document = json.loads(text)
        if not isinstance(document, dict):
            raise ValidationError(gettext("Write a JSON object: {…}."), code="object")
        taken = sorted(MONEY & document.keys())
        if taken:
            raise ValidationError(
                gettext("“%(name)s” has a field of its own.") % {"name": taken[0]},
                code="taken",
            )
        refuse_macros(_PERSONAL, text)
        return text


def refuse_macros(refused: Collection[str], text: str) -> None:
    """Raise ``ValidationError`` for a macro that must not be sent as it is."""
    for name in sorted(macro_names(text)):
        if name in refused:
            raise ValidationError(
                gettext(
                    "{%(name)s} would leave unhashed. Use the field that is meant for "
                    "it, or leave it out."
                )
                % {"name": name},
                code="personal",
            )


class AdEventForm(forms.Form):
    """What happened, when, for how much, and to whom."""

    event_name = forms.ChoiceField(label=_("Event"))
    custom_event_name = LineTemplateField(
        label=_("Other name"),
        required=False,
        help_text=_(
            "For example {event_sent_as}: the name that the postback maps an event to."
        ),
    )
    event_time = LineTemplateField(
        label=_("Time"),
        initial="{conversion_time|unix}",
        help_text=_("In Unix seconds. What is older than 7 days is refused."),
    )
    event_id = LineTemplateField(
        label=_("Event id"),
        initial="{delivery_id}",
        help_text=_(
            "The same on retries, so that nothing counts twice. When a pixel in "
            "the browser reports the same event, use the id that it sends."
        ),
    )
    value = LineTemplateField(
        label=_("Value"),
        required=False,
        initial="{payout}",
        help_text=_("For example {payout}, {revenue} or {sale_amount}."),
    )
    currency = LineTemplateField(
        label=_("Currency"), required=False, initial="{currency}"
    )
    order_id = LineTemplateField(
        label=_("Order id"), required=False, initial="{transaction_id}"
    )
    email = LineTemplateField(
        label=_("E-mail address"),
        required=False,
        initial="{lead:email}",
        help_text=_("Sent as a hash. What is hashed already is sent as it is."),
    )
    phone = LineTemplateField(
        label=_("Telephone number"),
        required=False,
        initial="{lead:phone}",
        help_text=_("Sent as a hash."),
    )
    country = LineTemplateField(
        label=_("Country"),
        required=False,
        initial="{lead:country}",
        help_text=_(
            "Two letters. Telephone numbers without a country code are read as "
            "numbers of this country."
        ),
    )
    default_region = RegionField()
    external_id = LineTemplateField(
        label=_("Your id of the person"),
        required=False,
        initial="{user_id}",
        help_text=_("Sent as a hash; useful when your pixel sends the same id."),
    )
    ip = LineTemplateField(label=_("IP address"), required=False, initial="{ip}")
    user_agent = LineTemplateField(
        label=_("Browser"), required=False, initial="{user_agent}"
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the name of an event that is not in the list; keep people unnamed."""
        cleaned = super().clean() or self.cleaned_data
        for name in _UNHASHED:
            try:
                refuse_macros(_CONTACT, cleaned.get(name) or "")
            except ValidationError as error:
                self.add_error(name, error)
        is_custom = cleaned.get("event_name") == CUSTOM
        if is_custom and cleaned.get("custom_event_name") == "":
            self.add_error("custom_event_name", gettext("Write the name of the event."))
        return cleaned


def event_name(job: Job) -> str:
    """Return the name of the event at the platform."""
    chosen = str(job.settings["event_name"])
    name = rendering.text(job, "custom_event_name") if chosen == CUSTOM else chosen
    if not name:
        raise PermanentError(
            "The event has no name with these values. Correct “Other name”."
        )
    return name


def event_time(job: Job) -> int:
    """Return when it happened, in Unix seconds."""
    seconds = rendering.unix_seconds(job, "event_time")
    if seconds is None:
        raise PermanentError(
            "The event has no time with these values. Correct “Time”, for example to "
            "{conversion_time|unix}."
        )
    return seconds


def amounts(job: Job) -> dict[str, Decimal | str]:
    """Return value, currency and order id, as far as they are known.

    A currency without a value says nothing, so it is left out.
    """
    value = rendering.number(job, "value")
    currency = "" if value is None else rendering.text(job, "currency").upper()
    return rendering.filled(
        {
            "value": value,
            "currency": currency,
            "order_id": rendering.text(job, "order_id"),
        }
    )


def extras(job: Job, name: str) -> dict[str, Any]:
    """Return the object of an ``ExtrasField`` without members that have no value."""
    template = job.settings.get(name)
    if not template:
        return {}
    text = compile_json(template).render(job.values, MissingValue.DROP)
    document: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return document


def page(job: Job, name: str, *names: str) -> str:
    """Return the address of a page without parameters that hold contact data.

    Forms put e-mail addresses into links, and what a browser had in its address bar
    must not leave in the clear: of an address that holds one elsewhere, in its path or
    after “#”, the host is left. ``names`` are fields that hold names of the person.
    """
    url = rendering.text(job, name)
    head, _, query = url.partition("?")
    fields = ("email", "phone", *names)
    contact = {rendering.text(job, field).lower() for field in fields} - {""}
    numbers = {digits(text)[-LAST_DIGITS:] for text in contact}
    kept = [
        pair
        for pair in query.split("&")
        if not _is_contact(pair, contact, numbers - {""})
    ]
    shown = "?".join(filter(None, (head, "&".join(kept))))
    addresses = [text for text in contact if "@" in text]
    if any(address in unquote(shown).lower() for address in addresses):
        return "/".join(shown.split("/")[:3])
    return shown


def _is_contact(pair: str, contact: Collection[str], numbers: Collection[str]) -> bool:
    value = unquote_plus(pair.partition("=")[2].partition("#")[0]).strip().lower()
    number = digits(value)
    is_number = len(number) >= LAST_DIGITS and number[-LAST_DIGITS:] in numbers
    return bool(is_email(value)) or value in contact or is_number


def email_hash(job: Job) -> str:
    """Return the hash of the e-mail address, "" when there is none."""
    return hashed_email(rendering.text(job, "email"))


def phone_hash(job: Job, *, plus: bool) -> str:
    """Return the hash of the telephone number, see ``hashed_phone``."""
    number = rendering.text(job, "phone")
    return hashed_phone(number, region=phone_region(job), plus=plus)


def is_recognizable(user: Mapping[str, Any], *names: str, pair: Sequence[str]) -> bool:
    """Tell whether ``user`` has one of ``names``, or address and browser (``pair``)."""
    return any(user.get(name) for name in names) or all(user.get(n) for n in pair)


def summary(settings: Mapping[str, Any]) -> str:
    """Return event and value for lists."""
    name = settings["event_name"]
    shown = settings.get("custom_event_name") if name == CUSTOM else name
    value = settings.get("value")
    if not value:
        return str(shown)
    return gettext("%(event)s, value %(value)s") % {"event": shown, "value": value}
