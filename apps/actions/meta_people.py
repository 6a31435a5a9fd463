"""The person in an event for Meta: contact data as hashes, cookies as they are."""

from typing import Any, Final

from apps.actions import ad_events, rendering
from apps.actions.contract import Job, SkipDeliveryError
from apps.actions.identities import META_NORMALIZERS, hashed_for_meta

# The rule's field for each hashed key of user_data.
FIELDS: Final = {
    "fn": "first_name",
    "ln": "last_name",
    "ct": "city",
    "st": "state",
    "zp": "zip",
    "country": "country",
    "ge": "gender",
    "db": "birthday",
    "external_id": "external_id",
}
NAMES: Final = (FIELDS["fn"], FIELDS["ln"])
MAX_CLICK_AGE_MS: Final = 90 * 24 * 3600 * 1000


def user_data(job: Job) -> dict[str, Any]:
    """Return what Meta may know of the person: hashes, and what a browser tells.

    Raises ``SkipDeliveryError`` when nobody could be recognized by it.
    """
    hashes = {
        "em": ad_events.email_hash(job),
        "ph": ad_events.phone_hash(job, plus=False),
        **{
            key: hashed_for_meta(key, rendering.text(job, FIELDS[key]))
            for key in META_NORMALIZERS
        },
    }
    user = rendering.filled(
        {
            **{key: [found] for key, found in hashes.items() if found},
            "client_ip_address": rendering.text(job, "ip"),
            "client_user_agent": rendering.text(job, "user_agent"),
            "fbc": _click_cookie(job),
            "fbp": rendering.text(job, "fbp"),
            "lead_id": rendering.text(job, "lead_id"),
        }
    )
    browser = ("client_ip_address", "client_user_agent")
    known = ("em", "ph", "external_id", "fbc", "fbp", "lead_id")
    if not ad_events.is_recognizable(user, *known, pair=browser):
        raise SkipDeliveryError(
            "Nothing is known by which Meta could recognize the person: no e-mail "
            "address, telephone number, cookie or browser.",
            "no_identity",
        )
    return user


def _click_cookie(job: Job) -> str:
    """Return fb.1.<milliseconds>.<fbclid>, "" when the click is too old to count."""
    cookie = rendering.text(job, "fbc")
    if not cookie:
        clicked, click_id = (
            rendering.text(job, "click_time"),
            rendering.text(job, "fbclid"),
        )
        cookie = f"fb.1.{clicked}.{click_id}" if clicked and click_id else ""
    clicked = "".join(cookie.split(".")[2:3])
    is_known = clicked.isdecimal() and len(clicked) < 15
    age = job.now.timestamp() * 1000 - int(clicked) if is_known else 0
    return "" if age > MAX_CLICK_AGE_MS else cookie
