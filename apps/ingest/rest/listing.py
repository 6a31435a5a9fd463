"""Reading views: own rows only, filtered by what an index serves, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.ids import uuid7_from
from apps.core.visibility import ScopedQuerySet
from apps.ingest.inbound import number_in, printable
from apps.ingest.principals import Principal, UserPrincipal
from apps.ingest.refusals import RefusedError
from apps.ingest.rest.doors import KnownDoor

PAGE_SIZE = 100
PAGE_SIZE_MAX = 500
TEXT_MAX_LENGTH = 200
SLACK = timedelta(minutes=5)
"""How much later than the request an id may have been made, at the most."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter: what it is, and the condition that a value becomes."""

    name: str
    what: str
    condition: Callable[[str], Q]


def by_number(name: str, lookup: str, what: str) -> Filter:
    """Return a filter on the number of a related row."""

    def condition(text: str) -> Q:
        number = number_in(text)
        if not number:
            raise ValueError(text)
        return Q(**{lookup: number})

    return Filter(name, what, condition)


def by_uuid(name: str, lookup: str, what: str) -> Filter:
    """Return a filter on the UUID of a related row."""
    return Filter(name, what, lambda text: Q(**{lookup: UUID(text)}))


def by_text(name: str, lookup: str, what: str) -> Filter:
    """Return a filter on an exact text."""

    def condition(text: str) -> Q:
        if len(text) > TEXT_MAX_LENGTH or not text.isprintable():
            raise ValueError(text)
        return Q(**{lookup: text})

    return Filter(name, what, condition)


def by_choice(name: str, lookup: str, choices: list[str]) -> Filter:
    """Return a filter on one of a few values."""

    def condition(text: str) -> Q:
        if text not in choices:
            raise ValueError(text)
        return Q(**{lookup: text})

    return Filter(name, f"One of: {', '.join(choices)}.", condition)


def by_time(prefix: str, field: str) -> tuple[Filter, Filter]:
    """Return filters from (inclusive) and to (exclusive) on a point in time.

    The ids of these rows sort by time, so their index bounds the range.
    """
    first = Filter(
        f"{prefix}_from",
        "ISO 8601 with a time zone, inclusive.",
        lambda text: Q(
            **{f"{field}__gte": moment(text), "pk__gte": uuid7_from(moment(text))}
        ),
    )
    last = Filter(
        f"{prefix}_to",
        "ISO 8601 with a time zone, exclusive.",
        lambda text: Q(
            **{
                f"{field}__lt": moment(text),
                "pk__lt": uuid7_from(moment(text) + SLACK),
            }
        ),
    )
    return first, last


def moment(text: str) -> datetime:
    """Return the point in time in ``text``. Raises ``ValueError``."""
    found = parse_datetime(text)
    if found is None or found.tzinfo is None or not 2000 < found.year < 2200:
        raise ValueError(text)
    return found


class Reading(KnownDoor):
    """What the list and the single view of one kind of rows share."""

    rows: ClassVar[Any]
    shape: ClassVar[type[serializers.Serializer[Any]]]
    # Where a token's scope finds the offer; ``None`` for what everybody may read.
    offer_path: ClassVar[str | None] = "offer__"
    is_about_partners: ClassVar[bool] = False

    def visible(self, principal: Principal) -> QuerySet[Model]:
        """Return the rows that ``principal`` may see. Raises ``RefusedError``."""
        queryset: ScopedQuerySet[Model] = self.rows()
        if self.is_about_partners and not principal.sees_partners:
            raise RefusedError(
                "forbidden", "This token may not see what partners are sent."
            )
        if isinstance(principal, UserPrincipal):
            options = queryset.model._meta  # noqa: SLF001 - Django's documented API
            right = f"{options.app_label}.view_{options.model_name}"
            if not principal.user.has_perm(right):
                names = options.verbose_name_plural
                raise RefusedError("forbidden", f"You may not see {names}.")
        if self.offer_path is None:
            return queryset
        found: QuerySet[Model] = principal.rows(queryset, offer_path=self.offer_path)
        return found

    def shown(self, rows: Any, principal: Principal, *, many: bool) -> Any:
        """Return rows as the principal may see them."""
        return self.shape(rows, many=many, context={"principal": principal}).data


class Listing(Reading):
    """A list, newest first: ``next`` is the address of the following page."""

    filters: ClassVar[tuple[Filter, ...]] = ()

    def get(self, request: Request) -> Response:
        """Return one page."""
        principal = self.principal(request)
        queryset = self.visible(principal)
        given = {name: str(text) for name, text in request.query_params.items()}
        size = _page_size(given.pop("page_size", ""))
        cursor = given.pop("cursor", "")
        queryset = self._filtered(queryset, given)
        if cursor:
            queryset = queryset.filter(pk__lt=self._position(cursor))
        rows = list(queryset.order_by("-pk")[: size + 1])
        page = rows[:size]
        following = None
        if len(rows) > size:
            query = {**given, "page_size": size, "cursor": str(page[-1].pk)}
            following = f"{request.path}?{urlencode(query)}"
        return Response(
            {"next": following, "results": self.shown(page, principal, many=True)}
        )

    def _filtered(
        self, queryset: QuerySet[Model], given: dict[str, str]
    ) -> QuerySet[Model]:
        known = {known.name: known for known in self.filters}
        for name, text in given.items():
            if name not in known:
                names = ", ".join([*known, "page_size", "cursor"])
                raise RefusedError(
                    f"bad_field:{printable(name)}",
                    f"There is no such filter. Known: {names}.",
                )
            try:
                queryset = queryset.filter(known[name].condition(text))
            except (ValueError, OverflowError) as error:
                raise RefusedError(f"bad_field:{name}", known[name].what) from error
        return queryset

    def _position(self, cursor: str) -> Any:
        key = self.rows().model._meta.pk  # noqa: SLF001 - Django's documented API
        is_uuid = key.get_internal_type() == "UUIDField"
        try:
            position = UUID(cursor) if is_uuid else number_in(cursor)
        except ValueError:
            position = 0
        if not position:
            raise RefusedError("bad_field:cursor", "Follow «next» as it is.")
        return position


class Single(Reading):
    """One row by its public key."""

    key: ClassVar[str] = "pk"

    def get(self, request: Request, key: Any) -> Response:
        """Return the row; what is not the principal's does not exist."""
        principal = self.principal(request)
        row = get_object_or_404(self.visible(principal), **{self.key: key})
        return Response(self.shown(row, principal, many=False))


def _page_size(text: str) -> int:
    if not text:
        return PAGE_SIZE
    size = number_in(text)
    if not 1 <= size <= PAGE_SIZE_MAX:
        raise RefusedError(
            "bad_field:page_size", f"A number from 1 to {PAGE_SIZE_MAX}."
        )
    return size
