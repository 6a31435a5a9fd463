"""People keep lists of values in the admin."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.actions.fields import ListNameField
from apps.console.list_choices import list_choice
from apps.deliveries.models import Attempt
from apps.postbacks.models import PostbackRule
from apps.value_lists import files
from apps.value_lists.models import OfferValueList, ValueList
from tests.factories import (
    NOON,
    make_affiliate,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)
from tests.lists.making import listed, make_value_list

pytestmark = pytest.mark.django_db


def url_of(value_list: ValueList, page: str) -> str:
    return reverse(f"admin:value_lists_valuelist_{page}", args=[value_list.pk])


def said(response: Any) -> str:
    """Return what messages say, without the markup."""
    found = re.findall(
        r'<ul class="messagelist">(.*?)</ul>', response.content.decode(), re.DOTALL
    )
    return re.sub(r"<[^>]+>|\s+", " ", " ".join(found))


def test_a_list_is_made_for_offers_and_keeps_how_it_compares(staff: Client) -> None:
    offer = make_offer()
    form = {
        "name": "Opt-outs",
        "reference": "opt-outs",
        "kind": "do_not_present",
        "field": "phone",
        "normalization": "e164",
        "hashing": "none",
        "offervaluelist_set-TOTAL_FORMS": "1",
        "offervaluelist_set-INITIAL_FORMS": "0",
        "offervaluelist_set-0-offer": str(offer.pk),
    }

    made = staff.post(reverse("admin:value_lists_valuelist_add"), form)
    found = ValueList.objects.get()
    changed = staff.post(
        url_of(found, "change"),
        {
            **form,
            "name": "Renamed",
            "reference": "other",
            "hashing": "md5",
            "offervaluelist_set-TOTAL_FORMS": "0",
        },
    )

    found.refresh_from_db()
    assert (made.status_code, changed.status_code) == (302, 302)
    assert (found.name, found.reference, found.hashing) == (
        "Renamed",
        "opt-outs",
        "none",
    )
    assert OfferValueList.objects.get().offer == offer


def test_a_reference_is_checked_in_the_form(staff: Client) -> None:
    make_value_list()
    form = {
        "name": "Other",
        "reference": "Opt outs",
        "kind": "present",
        "field": "e mail",
        "normalization": "none",
        "hashing": "none",
        "offervaluelist_set-TOTAL_FORMS": "0",
        "offervaluelist_set-INITIAL_FORMS": "0",
    }

    page = staff.post(reverse("admin:value_lists_valuelist_add"), form).content.decode()

    assert "Use small letters, digits, - and _" in page
    assert "Use the name of a field" in page


def test_values_are_pasted_looked_up_and_removed(staff: Client) -> None:
    found = make_value_list("joe@x.example")
    pasted = {"values": "Jane@X.example\r\n\r\njoe@x.example\nbad\x07value\n"}

    added = staff.post(url_of(found, "add-values"), pasted, follow=True)
    hit = staff.post(url_of(found, "look-up"), {"value": " JANE@x.example"})
    miss = staff.post(url_of(found, "look-up"), {"value": "ann@x.example"})
    removed = staff.post(
        url_of(found, "remove"), {"values": "jane@x.example"}, follow=True
    )

    assert "1 added, 1 on the list already, 1 not valid." in said(added)
    assert "It is on the list." in hit.content.decode()
    assert "It is not on the list." in miss.content.decode()
    assert "1 removed, 0 not on the list, 0 not valid." in said(removed)
    assert "joe@x.example" in listed(found)
    assert "jane@x.example" not in listed(found)
    history = staff.get(url_of(found, "history")).content.decode()
    assert "1 added" in history
    assert "jane" not in history.lower()


def test_what_cannot_be_compared_is_said_at_the_field(staff: Client) -> None:
    found = make_value_list(field="phone", normalization="e164")

    page = staff.post(url_of(found, "look-up"), {"value": "nobody"}).content.decode()

    assert "It is no possible telephone number." in page


def test_a_file_is_imported_with_its_unfit_lines_named(staff: Client) -> None:
    found = make_value_list("10115", field="zip", normalization="digits")
    content = b"zip;city\n10115;Berlin\n20095;Hamburg\nnone;Nowhere\n"
    upload = SimpleUploadedFile("a.csv", content)

    page = staff.post(
        url_of(found, "import"), {"file": upload, "has_heading": "on"}, follow=True
    )

    assert listed(found) == ["10115", "20095"]
    assert "1 added, 1 on the list already, 1 not valid." in said(page)
    assert "Line 4: It has no digits." in said(page)


def test_a_file_on_disk_is_imported_in_batches(staff: Client, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000
    found = make_value_list()
    content = "".join(f"{number}@x.example\n" for number in range(2_500)).encode()
    upload = SimpleUploadedFile("a.txt", content)

    page = staff.post(url_of(found, "import"), {"file": upload}, follow=True)

    assert "2,500 added, 0 on the list already, 0 not valid." in said(page)
    assert found.listed_values.count() == 2_500


def test_a_file_over_the_limit_imports_nothing(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_LINES", 2)
    found = make_value_list()
    upload = SimpleUploadedFile("a.txt", b"a\nb\nc\n")

    page = staff.post(url_of(found, "import"), {"file": upload}).content.decode()

    assert "The file has 3 lines; at most 2 are imported at once. Split it." in page
    assert listed(found) == []


def test_the_export_can_be_imported_again(staff: Client) -> None:
    found = make_value_list("joe@x.example", "ann@x.example")

    page = staff.get(url_of(found, "export"))
    file: Any = staff.post(url_of(found, "export"))

    assert "ann@x.example" not in page.content.decode()
    assert file["Content-Disposition"] == 'attachment; filename="opt-outs.txt"'
    assert b"".join(file.streaming_content) == b"ann@x.example\njoe@x.example\n"


def test_the_list_counts_values_up_to_a_cap(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.console.value_lists.MAX_COUNT", 2)
    make_value_list("a@x.example", "b@x.example")
    make_value_list("1", "2", "3", name="Long", reference="long", field="zip")

    page = staff.get(reverse("admin:value_lists_valuelist_changelist")).content.decode()

    assert '<td class="field-size">2</td>' in page
    assert '<td class="field-size">more than 2</td>' in page


def test_those_who_may_only_look_change_nothing(
    sign_in: Callable[[User], Client],
) -> None:
    found = make_value_list("a@x.example")
    viewer = sign_in(make_user("vera", role=Role.VIEWER))

    answers = {
        name: viewer.post(url_of(found, name), {"values": "a@x.example"}).status_code
        for name in ("add-values", "import", "remove", "export", "delete")
    }

    assert set(answers.values()) == {403}
    assert viewer.post(url_of(found, "look-up"), {"value": "a"}).status_code == 200
    assert listed(found) == ["a@x.example"]


def test_an_affiliate_sees_no_lists(sign_in: Callable[[User], Client]) -> None:
    found = make_value_list("a@x.example")
    client = sign_in(make_user("paul", affiliate=make_affiliate()))

    names = ("change", "look-up", "export")
    answers = [client.get(url_of(found, name)).status_code for name in names]

    assert set(answers) <= {302, 403}
    assert "Value lists" not in client.get(reverse("admin:index")).content.decode()


def add_sms(client: Client) -> str:
    query = {"trigger": "conversion_done", "action": "twilio_sms"}
    page = client.get(reverse("admin:postbacks_postbackrule_add"), query)
    return page.content.decode()


def test_a_postback_chooses_among_the_lists_in_use(staff: Client) -> None:
    make_value_list()
    make_value_list(name="Old", reference="old", is_archived=True)

    page = add_sms(staff)

    assert '<option value="opt-outs">Opt-outs (Do not present)</option>' in page
    assert 'value="old"' not in page


def test_an_affiliate_is_offered_no_action_with_lists(
    sign_in: Callable[[User], Client],
) -> None:
    make_value_list()

    page = add_sms(sign_in(make_user("paul", affiliate=make_affiliate())))

    assert "cfg_opt_out_list" not in page
    assert "opt-outs" not in page


def test_a_stored_list_stays_a_choice_when_it_is_archived() -> None:
    field: Any = list_choice(ListNameField(required=False), "old", hides_lists=False)

    assert field.clean("old") == "old"
    assert ("old", "old (not in use)") in list(field.choices)


def test_an_affiliate_cannot_name_a_list_unseen() -> None:
    make_value_list()
    field = list_choice(ListNameField(required=False), "", hides_lists=True)

    with pytest.raises(ValidationError, match="There is no such list"):
        field.clean("opt-outs")


def test_what_the_provider_told_is_shown_with_the_attempt(staff: Client) -> None:
    offer = make_offer()
    delivery = make_delivery(make_rule(offer), make_event(offer))
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        started_at=NOON + timedelta(seconds=1),
        outcome="success",
        findings={"sid": "SM<1>"},
    )
    url = reverse("admin:deliveries_delivery_change", args=[delivery.pk])

    page = staff.get(url).content.decode()
    shown = staff.get(f"/api/v1/deliveries/{delivery.pk}").json()

    assert '<span class="chip"><b>sid</b> SM&lt;1&gt;</span>' in page
    assert shown["attempt_log"][0]["findings"] == {"sid": "SM<1>"}
    assert PostbackRule.objects.count() == 1
