"""The database refuses nonsense in lists of values."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import ProtectedError

from apps.value_lists.models import ListedValue, OfferValueList, ValueList
from tests.constraints.refusing import refused_by
from tests.factories import NOON, make_offer
from tests.lists.making import make_value_list

pytestmark = pytest.mark.django_db


def other(**fields: Any) -> ValueList:
    return make_value_list(**{"name": "Other", "reference": "other", **fields})


def value_of(value_list: ValueList, **fields: Any) -> ListedValue:
    given = {"value": "b@x.example", "source": "manual", **fields}
    return ListedValue.objects.create(value_list=value_list, added_at=NOON, **given)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("value_list_name_unique", {"name": "Opt-outs"}),
        ("value_list_reference_unique", {"reference": "opt-outs"}),
        ("value_list_has_a_name", {"name": ""}),
        ("value_list_reference_format", {"reference": "Opt outs"}),
        ("value_list_reference_format", {"reference": ""}),
        ("value_list_reference_format", {"reference": "x\n"}),
        ("value_list_field_format", {"field": "e mail"}),
        ("value_list_kind_known", {"kind": "maybe"}),
        ("value_list_form_known", {"normalization": "upper"}),
        ("value_list_form_known", {"hashing": "rot13"}),
    ],
)
def test_a_list_is_named_and_says_how_it_compares(
    constraint: str, fields: dict[str, Any]
) -> None:
    make_value_list()

    with refused_by(constraint):
        other(**fields)


def test_a_value_is_on_a_list_once_and_comes_from_somewhere() -> None:
    found = make_value_list("a@x.example")
    cases: list[tuple[str, Callable[[], Any]]] = [
        ("listed_value_unique", lambda: value_of(found, value="a@x.example")),
        ("listed_value_not_empty", lambda: value_of(found, value="")),
        ("listed_value_source_known", lambda: value_of(found, source="hearsay")),
    ]

    for constraint, create in cases:
        with refused_by(constraint):
            create()
    value_of(other(), value="a@x.example")


def test_an_offer_consults_a_list_once() -> None:
    offer = make_offer()
    found = make_value_list(offer=offer)

    with refused_by("offer_value_list_unique"):
        OfferValueList.objects.create(offer=offer, value_list=found)


@pytest.mark.parametrize(
    "change", [{"reference": "x"}, {"normalization": "none"}, {"hashing": "md5"}]
)
def test_what_stored_values_depend_on_never_changes(change: dict[str, str]) -> None:
    found = make_value_list()

    with refused_by("value_list_form_is_fixed"):
        ValueList.objects.filter(pk=found.pk).update(**change)
    ValueList.objects.filter(pk=found.pk).update(name="Renamed", is_archived=True)


def test_a_list_in_use_cannot_be_deleted() -> None:
    consulted = make_value_list(offer=make_offer())
    filled = other()
    value_of(filled)

    for found in (consulted, filled):
        with pytest.raises(ProtectedError):
            found.delete()
