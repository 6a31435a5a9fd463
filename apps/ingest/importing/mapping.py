"""Which column holds which field: what each kind takes, and what headings suggest."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.ingest.models import Import, ImportKind
from apps.ingest.vocabulary import OWN_FIELDS, PLAIN_PARAMS

NOT_LETTERS = re.compile(r"[\W_]+")
KEPT_BY_HABIT = re.compile(r"sub(?:id)?\d{1,2}|partnerclickid|[a-z]{1,4}clid")
"""Columns that say where a visitor came from; others may be about people."""
REFUSED_HEADINGS = ("import line", "import reason", "import detail")
"""What a file of refused rows has before its own columns."""


class Field(NamedTuple):
    """A field of a report: its name in the API, its label, what headings call it."""

    name: str
    label: StrOrPromise
    headings: tuple[str, ...] = ()
    is_required: bool = False
    may_be_fixed: bool = False


TRANSACTION = Field(
    "transaction_id",
    _("Transaction id"),
    ("transaction", "clickid", "tid", "click", "leadid"),
    is_required=True,
)
EVENT = Field(
    "event",
    _("Event"),
    ("eventname", "eventid", "eventtype"),
    is_required=True,
    may_be_fixed=True,
)
HAPPENED = Field(
    "occurred_at",
    _("When it happened"),
    (
        *("happened", "happenedat", "date", "datetime", "time", "timestamp"),
        *("conversiontime", "clicked", "clickedat", "createdat"),
    ),
)
DEVICE = Field("device_id", _("Device id"), ("device",))
USER = Field("user_id", _("User id"), ("user", "customerid"))
REASON = Field("reason", _("Reason"), ("comment", "note"))
STATUS = Field("status", _("Status"), ("newstatus",), may_be_fixed=True)
REPORTED = (
    Field("amount", _("Sale amount"), ("saleamount", "price", "total", "value")),
    Field("currency", _("Currency"), ("salecurrency",), may_be_fixed=True),
    STATUS,
    Field("goal", _("Goal"), may_be_fixed=True),
    Field("order_id", _("Order id"), ("order", "ordernumber")),
    HAPPENED,
    DEVICE,
    USER,
    REASON,
)
FIELDS: Mapping[str, tuple[Field, ...]] = {
    ImportKind.CONVERSIONS: (TRANSACTION, *REPORTED),
    ImportKind.EVENTS: (TRANSACTION, EVENT, *REPORTED),
    ImportKind.STATUSES: (
        STATUS._replace(is_required=True),
        Field("conversion", _("Conversion id"), ("conversionid",)),
        TRANSACTION._replace(is_required=False),
        EVENT._replace(is_required=False),
        REASON,
    ),
    ImportKind.CLICKS: (
        Field("offer", _("Public token of the offer"), ("offertoken",)),
        TRANSACTION._replace(is_required=False),
        Field("affiliate", _("Number of the affiliate"), ("affiliateid", "partner")),
        HAPPENED,
        DEVICE,
        USER,
        Field("ip", _("IP address"), ("ipaddress",)),
        Field("user_agent", _("User agent"), ("browser",)),
        Field("referrer", _("Referrer"), ("referer",)),
    ),
}
"""The fields of each kind, as the doors call them."""


def labels_of(headings: Sequence[str]) -> list[str]:
    """Return what the columns are called on screens: heading, or number."""
    return [
        heading or gettext("Column %(number)d") % {"number": number}
        for number, heading in enumerate(headings, 1)
    ]


def guess_columns(kind: str, headings: Sequence[str]) -> dict[str, int]:
    """Return which field stands in which column, as far as headings tell."""
    folded = [_folded(heading) for heading in headings]
    found: dict[str, int] = {}
    for field in FIELDS[kind]:
        for name in (_folded(field.name), *field.headings):
            if name in folded and folded.index(name) not in found.values():
                found[field.name] = folded.index(name)
                break
    return found


def remembered(job: Import) -> Import | None:
    """Return the last import of the author whose columns are the same."""
    return (
        Import.objects.filter(
            author=job.author_id, kind=job.kind, headings=job.headings
        )
        .exclude(pk=job.pk)
        .exclude(columns={})
        .order_by("-pk")
        .first()
    )


def guess_kept(
    headings: Sequence[str], columns: Mapping[str, int], names: frozenset[str]
) -> list[int]:
    """Return the columns worth keeping: sub ids, and the custom fields ``names``."""
    return [
        place
        for place in keepable(headings)
        if place not in columns.values()
        and (
            headings[place] in names
            or KEPT_BY_HABIT.fullmatch(_folded(headings[place]))
        )
    ]


def keepable(headings: Sequence[str]) -> list[int]:
    """Return the columns that may be kept as parameters under their heading.

    Not those that would take the place of a field that was mapped otherwise.
    """
    taken = {*OWN_FIELDS, *PLAIN_PARAMS, *REFUSED_HEADINGS}
    return [
        place
        for place, heading in enumerate(headings)
        if heading and heading not in taken and headings.index(heading) == place
    ]


def what_is_missing(
    kind: str, columns: Mapping[str, int], fixed: Mapping[str, str], has_offer: object
) -> str:
    """Return a sentence that names what the mapping lacks, or ""."""
    given = {*columns, *fixed}
    lacking = [
        str(field.label)
        for field in FIELDS[kind]
        if field.is_required and field.name not in given
    ]
    if lacking:
        return gettext("Choose the column of: %(fields)s.") % {
            "fields": ", ".join(lacking)
        }
    if kind == ImportKind.STATUSES and not given & {"conversion", "transaction_id"}:
        return gettext("Choose the column of the conversion or of the transaction.")
    if kind == ImportKind.CLICKS and not has_offer and "offer" not in given:
        return gettext("Choose the offer of all rows, or the column of its token.")
    return ""


def _folded(heading: str) -> str:
    return NOT_LETTERS.sub("", heading).lower()
