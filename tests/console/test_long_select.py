"""The select that is drawn in one go is the one Django would have drawn."""

import pytest
from django import forms
from django.test.html import parse_html

from apps.core.adminkit.selects import LongSelect

CHOICES = [("", "None"), ("UTC", "UTC"), ('a"<b', "<i>&"), ("3", 3)]


@pytest.mark.parametrize("value", [None, "", "UTC", 'a"<b', 3, "gone"])
def test_it_draws_what_the_plain_select_draws(value: object) -> None:
    attrs = {"id": "id_zone", "class": "x", "disabled": True}

    drawn = LongSelect(choices=CHOICES).render("zone", value, attrs)

    plain = forms.Select(choices=CHOICES).render("zone", value, attrs)
    assert parse_html(drawn) == parse_html(plain)
