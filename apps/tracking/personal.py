"""What identifies a person in what was stored, and how it is hidden (R230).

Three things give it away: a value that is known of the person, the name it stands
under (``phone=…``), and its form (an e-mail address, a telephone number, the SHA-256
that ad platforms match people by).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from apps.actions.redaction import Redactor
from apps.core.normalizing import is_email, normalize_email, normalize_phone
from apps.core.secret_box import MASK, SecretBoxError, unseal
from apps.tracking.models import Click, Lead

# fmt: off
NAMES = frozenset((
    # As senders write them, without case, dashes and underscores.
    "firstname", "lastname", "fullname", "surname", "givenname", "familyname",
    "middlename", "address", "address1", "address2", "street", "streetaddress", "city",
    "zip", "zipcode", "postalcode", "postcode", "dob", "dateofbirth", "birthdate",
    "birthday", "gender", "mobile", "tel", "telephone", "msisdn", "cell", "ssn", "ip",
    "ipaddress", "clientip", "clientipaddress", "userip", "ipoverride", "useragent",
    "clientuseragent", "xforwardedfor", "referrer", "referer", "deviceid", "idfa",
    "gaid", "adid", "userid", "externalid", "fbp", "fbc", "ttp", "gaclientid",
    "gasessionid",
))
# fmt: on
PARTS = ("email", "phone")
"""Any name that holds one of these is of a person: ``hashed_email``, ``homePhone``."""
TOO_COMMON = frozenset(("gender",))
"""Values that many people share: hidden where they stand, not wherever they occur."""

_DECORATION = re.compile(r"[^a-z0-9]")
_EMAIL = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+")
_DIGEST = re.compile(r"\b[0-9a-fA-F]{64}\b")
_PHONE = re.compile(r"(?<![\w.])(?:\+|%2B)\d[\d ().-]{6,17}\d", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d{7,15}\b")
_PAIR = re.compile(r"(?<![\w%.-])([\w.\[\]-]{1,60})=([^&#\s\"]+)")
_MEMBER = re.compile(
    r'"([^"\\]{1,60})"(\s*:\s*)("(?:[^"\\]|\\.)*"|\[[^\[\]{}]*\]|-?\d[\d.]*)'
)


def is_personal(name: str) -> bool:
    """Tell whether a field of this name is about a person."""
    bare = _DECORATION.sub("", name.lower())
    return bare in NAMES or any(part in bare for part in PARTS)


def email_hash(text: str) -> str:
    """Return by what an e-mail address is found; nothing for nothing."""
    return _digest(normalize_email(text))


def phone_hash(text: str) -> str:
    """Return by what a telephone number is found, however it is written."""
    return _digest(normalize_phone(text))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def known_values(
    lead: Lead | None, click: Click | None, documents: Iterable[Mapping[str, Any]] = ()
) -> set[str]:
    """Return what is known of the person, also as partners are sent it."""
    given = [contact_of(lead) if lead else {}, *documents]
    if click is not None:
        given.append(click.params)
    found = {
        value for one in given for name, value in _leaves(one) if _tells_apart(name)
    }
    if click is not None:
        found |= {click.ip or "", click.user_agent, click.referrer}
    return {form for value in found for form in _forms(value)} - {""}


def contact_of(lead: Lead) -> dict[str, str]:
    """Return the contact data; nothing where the key that sealed it is gone."""
    try:
        return unseal(lead.sealed_contact)
    except SecretBoxError:
        return {}


def _tells_apart(name: str) -> bool:
    return is_personal(name) and name.lower() not in TOO_COMMON


def _leaves(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif isinstance(value, list):
            yield from ((name, str(one)) for one in value)
        elif value is not None:
            yield name, str(value)


def _forms(value: str) -> Iterator[str]:
    """Yield ``value`` as it is, as it is compared, and as its hash."""
    spellings = {value, value.strip(), value.strip().lower()}
    if is_email(value):
        spellings.add(normalize_email(value))
    elif len(digits := normalize_phone(value)) > 6:
        # The last ten digits are the number without its country code.
        spellings |= {digits, f"+{digits}", digits[-10:]}
    yield from spellings
    yield from map(_digest, spellings)


class Mask:
    """Hides what identifies a person from texts, documents and requests."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._known = Redactor(values)

    def text(self, text: str) -> str:
        """Return ``text``, be it a sentence, a URL, a form or JSON."""
        text = self._known.text(text)
        for form in (_EMAIL, _PHONE, _DIGEST):
            text = form.sub(MASK, text)
        return _MEMBER.sub(_hidden_member, _PAIR.sub(_hidden_pair, text))

    def sentence(self, text: str) -> str:
        """Return what somebody told of an attempt; any long number may be a phone."""
        return _NUMBER.sub(MASK, self.text(text))

    def document(self, value: Any) -> Any:
        """Return a stored document with its values hidden by name, then as texts."""
        if isinstance(value, Mapping):
            return {
                name: MASK if is_personal(name) and one else self.document(one)
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self.document(one) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def request(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return a stored request; who makes it is no person."""
        return {
            name: value if name == "method" else self._part(value)
            for name, value in request.items()
        }

    def _part(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                name: MASK
                if is_personal(name) and name.lower() != "user-agent"
                else self.document(one)
                for name, one in value.items()
            }
        return self.document(value)


class NoMask(Mask):
    """Hides nothing: for who may see personal data."""

    def text(self, text: str) -> str:
        """Return ``text`` as it is."""
        return text

    def sentence(self, text: str) -> str:
        """Return ``text`` as it is."""
        return text

    def document(self, value: Any) -> Any:
        """Return ``value`` as it is."""
        return value

    def request(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``request`` as it is."""
        return dict(request)


BY_FORM = Mask()
"""Hides what looks personal: for lists, which do not look up every person."""


def _hidden_pair(found: re.Match[str]) -> str:
    return f"{found[1]}={MASK}" if is_personal(found[1]) else found[0]


def _hidden_member(found: re.Match[str]) -> str:
    return f'"{found[1]}"{found[2]}"{MASK}"' if is_personal(found[1]) else found[0]
