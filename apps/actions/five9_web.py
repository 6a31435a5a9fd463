"""Five9's Web2Campaign: one record as a form, and an HTML page that says what came.

Sources: Web2Campaign Developer's and Administrator's Guide (August 2017) and recorded
answers of the service (read 2026-11-20).
"""

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

from apps.actions.contract import Judgement, Outcome
from apps.actions.five9_record import Record

PATH: Final = "/web2campaign/AddToList"
HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded"}
# The pattern is Java's; the guide has this one.
TIME_FORMAT: Final = "yyyy-MM-dd HH:mm:ss.SSS"
TOO_MANY_SECONDS: Final = 60.0

ADDED, IN_CONTACTS, IN_LIST, TOO_MANY = 0, 602, 603, 715
ACCEPTED: Final = {
    ADDED: ("Five9 added the record to the list.", "added"),
    IN_CONTACTS: ("Five9 knew the contact and added it to the list.", "existed"),
    IN_LIST: ("The record was in the list already.", "duplicate"),
}
# The domain is disabled, or there is none of this name.
WRONG_DOMAIN: Final = frozenset((716, 718))

# Some deployments answer in text: "F9errCode=0&F9errDesc=…".
_CODE = re.compile(
    r"F9errCode[\"']?\s*(?:name=\"F9errCode\"\s*)?(?:value=|=)\s*\"?(\d+)"
)
_DESCRIPTION = re.compile(r"F9errDesc=([^&\r\n<\"]*)")


def form_bytes(record: Record, domain: str) -> bytes:
    """Return the body of the request."""
    when = [
        ("F9TimeToCall", f"{record.time_to_call}.000"),
        ("F9TimeFormat", TIME_FORMAT),
    ]
    pairs = [
        ("F9domain", domain),
        ("F9list", record.list_name),
        *record.fields,
        *(("F9key", key) for key in record.keys),
        ("F9updateCRM", str(int(record.updates_contact))),
        ("F9CallASAP", str(int(record.calls_at_once))),
        *(when if record.time_to_call else []),
        ("F9retResults", "1"),
    ]
    return urlencode(pairs, errors="replace").encode()


def judge_page(text: str) -> Judgement | None:
    """Return what an answer means; None when it holds no code of Five9's."""
    code, description = _result(text)
    if code is None:
        return None
    if code in ACCEPTED:
        return Judgement(Outcome.SUCCESS, *ACCEPTED[code])
    said = description.strip().rstrip(".") or "no description"
    message, word = f"Five9: {said} (error {code}).", f"five9_{code}"
    if code == TOO_MANY:
        return Judgement(Outcome.RETRY, message, word, TOO_MANY_SECONDS)
    outcome = Outcome.AUTH if code in WRONG_DOMAIN else Outcome.PERMANENT
    return Judgement(outcome, message, word)


class _Inputs(HTMLParser):
    """Collects the values of inputs by id; the last of equal ids wins.

    The page repeats what it was sent before it gives the result, so that nothing a
    lead typed can stand in for the result.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the value of an input."""
        found = dict(attrs)
        if tag == "input":
            self.values[found.get("id") or ""] = found.get("value") or ""


def _result(text: str) -> tuple[int | None, str]:
    page = _Inputs()
    page.feed(text)
    code = page.values.get("F9errCode", "").strip()
    if re.fullmatch(r"\d{1,6}", code, re.ASCII):
        return int(code), page.values.get("F9errDesc", "")
    codes, descriptions = _CODE.findall(text), _DESCRIPTION.findall(text)
    return (
        int(codes[-1][:6]) if codes else None,
        descriptions[-1] if descriptions else "",
    )
