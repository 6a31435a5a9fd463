"""The screen «Configuration»: download, upload, look, confirm."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Role, User
from apps.actions import registry
from apps.configfile.writing import export_text
from apps.connections.models import Connection
from apps.console.config_file import MAX_BYTES
from apps.offers.models import Project
from tests.configfile.world import build_everything, imported, wipe
from tests.console.browsing import axe_findings, shoot
from tests.factories import make_affiliate, make_user

pytestmark = pytest.mark.django_db

GOOD = "version: 1\nprojects:\n- name: P\n  settle_seconds: 60\n"
URL = "/admin/core/configversion/"


def upload(client: Client, text: str) -> Any:
    """Upload a file and return the page that shows what it would change."""
    file = SimpleUploadedFile("c.yaml", text.encode())
    return client.post(URL, {"file": file})


def confirm(client: Client, page: Any) -> Any:
    """Press «Import» on the page of a file."""
    form = page.context["confirm"]
    given = {name: form.initial[name].replace("\n", "\r\n") for name in form.fields}
    return client.post(URL, given, follow=True)


def test_the_download_is_the_file(staff: Client) -> None:
    Project.objects.create(name="P")

    response = staff.get(reverse("admin:core_configversion_export"))

    assert response.content.decode() == export_text()
    assert response["Content-Type"] == "application/yaml; charset=utf-8"
    assert 'filename="configuration-' in response["Content-Disposition"]


def test_an_upload_shows_what_would_change_and_changes_nothing(staff: Client) -> None:
    Project.objects.create(name="P")

    page = upload(staff, GOOD)

    assert [row["differences"] for row in page.context["rows"]] == [
        ["settle_seconds: 0 → 60"]
    ]
    assert "settle_seconds: 0 → 60" in page.content.decode()
    assert Project.objects.get().settle_seconds == 0


def test_a_confirmed_upload_is_imported_and_audited(staff: Client) -> None:
    done = confirm(staff, upload(staff, GOOD))

    assert "Imported: 1 added, 0 changed." in done.content.decode()
    assert Project.objects.get().settle_seconds == 60
    entry = LogEntry.objects.get(content_type__model="project")
    assert entry.actor == User.objects.get(username="root")


def test_problems_are_shown_with_their_lines_and_nothing_can_be_confirmed(
    staff: Client,
) -> None:
    page = upload(staff, GOOD.replace("60", "never"))

    shown = page.content.decode()
    assert '<td class="number">4</td><td>projects[1] «P».settle_seconds</td>' in shown
    assert "confirm" not in page.context
    assert "1 problem: nothing can be imported" in shown


def test_what_changed_since_it_was_looked_at_is_looked_at_again(staff: Client) -> None:
    page = upload(staff, GOOD)
    Project.objects.create(name="P", settle_seconds=5)

    again = confirm(staff, page)

    assert "The configuration changed meanwhile" in again.content.decode()
    assert [row["label"] for row in again.context["rows"]] == ["changed"]
    assert Project.objects.get().settle_seconds == 5


def test_a_file_that_says_what_is_has_nothing_to_confirm(staff: Client) -> None:
    page = upload(staff, export_text())

    assert "The configuration is what the file says." in page.content.decode()
    assert "confirm" not in page.context


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "#" * (MAX_BYTES + 1),
            "The file has more than 1 MB, too much for this screen",
        ),
        ("", "The submitted file is empty."),
    ],
)
def test_a_file_that_is_no_file_for_this_screen_is_refused(
    staff: Client, text: str, problem: str
) -> None:
    assert problem in upload(staff, text).content.decode()


def test_more_than_a_request_can_wait_for_is_sent_to_the_command(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.console.config_file.MOST_CHANGES", 1)

    page = upload(staff, "version: 1\nprojects:\n- name: P\n- name: Q\n")

    assert "It changes 2 entries, and this screen takes 1" in page.content.decode()
    assert "confirm" not in page.context


def test_a_confirmation_without_its_file_asks_for_it_again(staff: Client) -> None:
    done = staff.post(URL, {"seen": "x"}, follow=True)

    assert "The file got lost. Upload it again." in done.content.decode()


def test_secrets_to_be_entered_are_named_after_the_import(staff: Client) -> None:
    text = (
        "version: 1\nconnections:\n- name: V\n  kind: ping_url\n  settings:\n"
        "    auth: bearer\n  secrets: [token]\n"
    )

    page = upload(staff, text)
    done = confirm(staff, page)

    assert "connection «V»: token" in page.content.decode()
    assert "Enter the secrets of connection «V»: token." in done.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_but_administrators_reaches_it(
    sign_in: Callable[[User], Client], role: Role
) -> None:
    affiliate = make_affiliate() if role == Role.AFFILIATE else None
    client = sign_in(make_user("somebody", role=role, affiliate=affiliate))

    answers = [
        client.get(URL),
        client.get(f"{URL}export/"),
        client.get(f"{URL}1/change/"),
        upload(client, GOOD),
        client.post(URL, {"content": GOOD, "seen": "x"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "Configuration" not in client.get("/admin/").content.decode()
    assert not Project.objects.exists()


def test_administrators_find_it_in_the_menu(
    sign_in: Callable[[User], Client],
) -> None:
    client = sign_in(make_user("ada", role=Role.ADMIN))

    assert (
        f'<a href="{URL}">Configuration</a>' in client.get("/admin/").content.decode()
    )
    assert upload(client, GOOD).status_code == 200


def test_connections_of_every_kind_that_wait_for_secrets_have_working_pages(
    staff: Client,
) -> None:
    build_everything()
    text = export_text()
    wipe()
    imported(text)
    staff.force_login(
        User.objects.get(username="root"), backend="apps.accounts.roles.RoleBackend"
    )
    waiting = Connection.objects.filter(state="auth_error")

    pages = [f"/admin/connections/connection/{one.pk}" for one in waiting]
    shown = {staff.get(f"{url}/change/").status_code for url in pages}
    tested = {staff.post(f"{url}/test/").status_code for url in pages}

    assert (shown, tested) == ({200}, {302})
    assert not waiting.filter(state="ok").exists()
    kinds = set(waiting.values_list("kind", flat=True))
    assert len(kinds) > len(registry.all_actions()) - 4


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_somebody_uploads_looks_and_imports(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(
        f"{GOOD}rules:\n- name: R\n  trigger: conversion_done\n  action: fax\n"
    )
    Project.objects.create(name="Only here")
    Project.objects.create(name="P")
    page.goto(live_server.url + URL)
    shoot(page, "configuration", is_whole=True)

    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_text("There is no action «fax»").wait_for()
    shoot(page, "configuration_problem", is_whole=True)
    assert axe_findings(page) == []
    assert page.get_by_role("button", name="Import").count() == 0

    file.write_text(GOOD)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_text("settle_seconds: 0 → 60").wait_for()
    shoot(page, "configuration_changes", is_whole=True)
    assert axe_findings(page) == []
    page.get_by_role("button", name="Import", exact=True).click()

    page.get_by_text("Imported: 0 added, 1 changed.").wait_for()
    assert Project.objects.get(name="P").settle_seconds == 60
