"""REST door for the values of lists: look up, add, remove."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import TokenScope
from apps.core.source_texts import source_text
from apps.ingest.inbound import django_request
from apps.ingest.principals import Principal, UserPrincipal
from apps.ingest.refusals import RefusedError
from apps.ingest.rest.documented import LISTED_EXAMPLES, answers
from apps.ingest.rest.doors import KnownDoor
from apps.ingest.rest.requests import read_document, text_of
from apps.ingest.serializers import ListedIn, ListedOut
from apps.value_lists import services
from apps.value_lists.comparing import UnfitValueError
from apps.value_lists.models import ValueList, ValueSource

MAY_LOOK_UP = "value_lists.view_valuelist"
MAY_CHANGE = "value_lists.change_valuelist"
VALUE_MAX_LENGTH = 1_000
VALUE = OpenApiParameter(
    "value",
    str,
    required=True,
    description="In any spelling; the list normalizes and hashes it.",
)


class Values(KnownDoor):
    """The values of one list, for programs with a token of the account."""

    @extend_schema(
        operation_id="look_up_listed_value",
        parameters=[VALUE],
        responses=answers(ListedOut),
    )
    def get(self, request: Request, reference: str) -> Response:
        """Tell whether a value is «present» or «absent»."""
        value_list = _found(self.principal(request), reference, MAY_LOOK_UP)
        is_there = _checked(services.is_on_list, value_list, _queried(request))
        return Response({"status": "present" if is_there else "absent"})

    @extend_schema(
        operation_id="add_listed_value",
        request=ListedIn,
        responses=answers(ListedOut),
        examples=LISTED_EXAMPLES,
    )
    def post(self, request: Request, reference: str) -> Response:
        """Add a value; «present» says that it was there before."""
        value_list = _found(self.principal(request), reference, MAY_CHANGE)
        document = read_document(django_request(request))
        is_new = _checked(
            services.add_value,
            value_list,
            _given(document),
            ValueSource.API,
            timezone.now(),
        )
        return Response({"status": "added" if is_new else "present"})

    @extend_schema(
        operation_id="remove_listed_value",
        parameters=[VALUE],
        responses=answers(ListedOut),
    )
    def delete(self, request: Request, reference: str) -> Response:
        """Remove a value; «absent» says that it was not there."""
        value_list = _found(self.principal(request), reference, MAY_CHANGE)
        is_gone = _checked(services.remove_value, value_list, _queried(request))
        return Response({"status": "removed" if is_gone else "absent"})


def _found(principal: Principal, reference: str, right: str) -> ValueList:
    """Return the list. Raises ``RefusedError`` for who may not use it."""
    if isinstance(principal, UserPrincipal):
        is_staff = principal.user.affiliate_id is None
        may = is_staff and principal.user.has_perm(right)
    else:
        may = principal.token.scope == TokenScope.ACCOUNT
    if not may:
        raise RefusedError(
            "forbidden",
            "Value lists need a token of the account, or a person with the right to "
            "them.",
        )
    lists = ValueList.objects.filter(is_archived=False)
    value_list: ValueList = get_object_or_404(lists, reference=reference)
    if not value_list.allows_api:
        raise RefusedError(
            "forbidden",
            f"API access is switched off for the list «{reference}». Switch it on "
            "in the admin, under Value lists.",
        )
    return value_list


def _queried(request: Request) -> str:
    return _given(request.query_params.dict())


def _given(document: dict[str, Any]) -> str:
    text = text_of(document, "value", max_length=VALUE_MAX_LENGTH)
    if not text:
        raise RefusedError("missing_field:value", "«value» is missing.")
    return text


def _checked(service: Any, *given: Any) -> bool:
    """Return what ``service`` did. Raises ``RefusedError`` for an unfit value."""
    try:
        return bool(service(*given))
    except UnfitValueError as error:
        detail = f"«value»: {source_text(error)}"
        raise RefusedError("bad_field:value", detail) from error
