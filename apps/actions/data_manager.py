"""The words of Google's Data Manager API: destinations, events and their identifiers.

Source: https://developers.google.com/data-manager/api/reference/rest/v1/events/ingest
(read 2026-11-20).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from apps.actions.identities import google_email, hashed_email, hashed_phone
from apps.actions.rendering import filled

# A click has one of them; an event with two would be refused.
CLICK_IDS: Final = ("gclid", "gbraid", "wbraid")

_is_sha256 = re.compile(r"[0-9a-f]{64}").fullmatch


def ingestion(
    destination: Mapping[str, Any], events: Sequence[Any], *, is_rehearsal: bool
) -> dict[str, Any]:
    """Return the body of events:ingest; a rehearsal is validated and not counted."""
    return {
        "destinations": [destination],
        "events": list(events),
        "encoding": "HEX",
        "validateOnly": is_rehearsal,
    }


def destination(
    account: str, login_account: str | None, conversion_action: str
) -> dict[str, Any]:
    """Return where events go; ``login_account`` is the manager that has access."""
    return filled(
        {
            "operatingAccount": _account(account),
            "loginAccount": _account(login_account) if login_account else None,
            "productDestinationId": conversion_action,
        }
    )


def ad_identifiers(click_ids: Mapping[str, str]) -> dict[str, str]:
    """Return the first click id of ``CLICK_IDS`` that has a value."""
    found = [(name, click_ids[name]) for name in CLICK_IDS if click_ids.get(name)]
    return dict(found[:1])


def user_identifiers(email: str, phone: str) -> list[dict[str, str]]:
    """Return the hashes of what is known of a person, nothing in the clear.

    Google knows SHA-256 only: an MD5 that somebody sent us would match nobody.
    """
    hashes = {
        "emailAddress": hashed_email(google_email(email)),
        "phoneNumber": hashed_phone(phone, plus=True),
    }
    return [{name: text} for name, text in hashes.items() if _is_sha256(text)]


def consent_of(
    *, ad_user_data: bool | None, ad_personalization: bool | None
) -> dict[str, str]:
    """Return what a person agreed to; what nobody knows is left out."""
    said = {"adUserData": ad_user_data, "adPersonalization": ad_personalization}
    return {
        name: "CONSENT_GRANTED" if is_granted else "CONSENT_DENIED"
        for name, is_granted in said.items()
        if is_granted is not None
    }


def timestamp(moment: datetime) -> str:
    """Return ``moment``, which is in UTC, in RFC 3339."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def nobody(now: datetime) -> dict[str, Any]:
    """Return an event of a person who does not exist, to be validated only."""
    return {
        "eventTimestamp": timestamp(now),
        "eventSource": "WEB",
        "transactionId": "postbacks-connection-test",
        "userData": {"userIdentifiers": user_identifiers("nobody@lead.example", "")},
    }


def _account(number: str) -> dict[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": number}
