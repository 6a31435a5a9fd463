"""The encryption key is changed while everything runs, and nothing is lost."""

import ast
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from apps.connections.models import Connection
from apps.core import resealing, secret_box
from apps.core.resealing import Column, Tally, reseal, sealed_columns
from apps.deliveries.models import AlertChannel
from apps.postbacks.models import PostbackRule, RuleRevision
from apps.tracking.models import Lead
from tests.factories import NOON, make_offer, make_rule

pytestmark = pytest.mark.django_db

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
CONNECTIONS = Column(Connection, "sealed_secrets")
DONE = "Everything is sealed by the newest key. Now remove the old keys"


@pytest.fixture(autouse=True)
def _two_keys(settings: Any) -> None:
    """Seal by the old key what a test makes with ``sealed``; then the new one rules."""
    settings.SECRET_BOX_KEYS = [NEW, OLD]


def sealed(text: str, key: str = OLD) -> str:
    with patch.object(django_settings, "SECRET_BOX_KEYS", [key]):
        return secret_box.seal({"token": text})


def make_connections(*texts: str) -> list[Connection]:
    return Connection.objects.bulk_create(
        Connection(name=f"Partner {n}", kind="ping_url", sealed_secrets=text)
        for n, text in enumerate(texts)
    )


def run(*arguments: str) -> str:
    """Run the command and return what it said; errors too."""
    out = StringIO()
    call_command("rotate_secrets", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def opened_with(key: str) -> list[str]:
    """Return the tokens of all connections, opened by ``key`` alone."""
    with patch.object(django_settings, "SECRET_BOX_KEYS", [key]):
        texts = Connection.objects.order_by("pk").values_list("sealed_secrets")
        return [secret_box.unseal(text)["token"] for (text,) in texts]


def test_every_table_is_sealed_anew_and_the_old_key_can_go() -> None:
    make_connections(sealed("c"))
    offer = make_offer()
    make_rule(offer)
    for model in (PostbackRule, RuleRevision):
        model.objects.update(sealed_secrets=sealed("r"))
    AlertChannel.objects.create(name="Us", kind="slack", sealed_url=sealed("a"))
    Lead.objects.create(
        offer=offer,
        transaction_id="tx-1",
        submitted_at=NOON,
        sealed_contact=sealed("l"),
    )

    said = run()

    assert DONE in said
    assert "connections_connection.sealed_secrets: 1 of 1 sealed." in said
    for column in sealed_columns():
        texts = column.model._base_manager.values_list(column.name, flat=True)
        assert all(secret_box.is_sealed_by_newest(text) for text in texts)
    assert opened_with(NEW) == ["c"]


def test_a_second_run_finds_nothing_to_do_and_writes_nothing() -> None:
    make_connections(sealed("a"), sealed("b", NEW), "")
    run()

    with (
        CaptureQueriesContext(database) as asked,
        patch.object(resealing, "_write") as written,
    ):
        said = run()

    assert said.strip().startswith(DONE)
    assert not written.called
    assert not [query for query in asked if "UPDATE" in query["sql"]]


def test_a_dry_run_only_counts() -> None:
    make_connections(sealed("a"), sealed("b", NEW))

    said = run("--dry-run")

    assert "connections_connection.sealed_secrets: 1 of 2 to be sealed." in said
    assert "Keep the old key" in said
    [old, new] = Connection.objects.order_by("pk")
    assert not secret_box.is_sealed_by_newest(old.sealed_secrets)
    assert secret_box.is_sealed_by_newest(new.sealed_secrets)


def test_a_dry_run_says_when_the_old_key_can_go() -> None:
    make_connections(sealed("a", NEW))

    assert DONE in run("--dry-run")


def test_an_edit_that_was_made_meanwhile_is_not_overwritten() -> None:
    """Somebody saves between reading and writing; the edit stands and is sealed too."""
    make_connections(sealed("before"), sealed("other"))
    write = resealing._write
    edits = iter([sealed("edited meanwhile")])

    def edit_first(column: Column, rows: Any) -> int:
        if (text := next(edits, "")) and column == CONNECTIONS:
            Connection.objects.filter(name="Partner 0").update(sealed_secrets=text)
        return write(column, rows)

    with patch.object(resealing, "_write", edit_first):
        said = run()

    assert "1 of 2 sealed, 1 changed meanwhile." in said
    assert DONE in said
    assert opened_with(NEW) == ["edited meanwhile", "other"]


def test_a_row_that_was_deleted_meanwhile_is_no_trouble() -> None:
    make_connections(sealed("a"), sealed("b"))
    write = resealing._write

    def delete_first(column: Column, rows: Any) -> int:
        Connection.objects.filter(name="Partner 0").delete()
        return write(column, rows)

    with patch.object(resealing, "_write", delete_first):
        assert DONE in run()

    assert opened_with(NEW) == ["b"]


def test_a_run_that_was_stopped_goes_on_where_it_was() -> None:
    make_connections(*(sealed(str(n)) for n in range(5)))
    seen: list[Tally] = []

    def stop(tally: Tally) -> None:
        seen.append(tally)
        if tally.seen == 4:
            raise KeyboardInterrupt

    with patch.object(Column.batches, "__defaults__", (2,)):
        with pytest.raises(KeyboardInterrupt):
            reseal(CONNECTIONS, tell=stop)
        again = reseal(CONNECTIONS)

    assert len(seen) == 2
    assert (again.seen, again.stale) == (5, 1)
    assert opened_with(NEW) == ["0", "1", "2", "3", "4"]


def test_a_table_is_never_read_as_a_whole() -> None:
    make_connections(*(sealed(str(n), NEW) for n in range(5)))

    with CaptureQueriesContext(database) as asked:
        sizes = [len(batch) for batch in CONNECTIONS.batches(2)]

    assert sizes == [2, 2, 1]
    assert all("LIMIT 2" in query["sql"] for query in asked)


def test_what_no_key_opens_is_named_without_its_content_and_the_exit_status_is_1() -> (
    None
):
    rows = make_connections(sealed("a"), sealed("canary", LOST), "gAAAAAcanary")
    out = StringIO()

    with pytest.raises(CommandError) as raised:
        call_command("rotate_secrets", stdout=out, stderr=out)

    said = out.getvalue() + str(raised.value)
    assert raised.value.returncode == 1
    for row in rows[1:]:
        assert f"sealed_secrets, row {row.pk}: no key opens it." in said
        assert row.sealed_secrets not in said
    assert "canary" not in said
    assert "2 rows are opened by no key" in said
    assert DONE not in said
    assert secret_box.is_sealed_by_newest(
        Connection.objects.get(pk=rows[0].pk).sealed_secrets
    )


def test_a_dry_run_too_refuses_to_let_a_key_go_that_may_be_missing() -> None:
    make_connections(sealed("canary", LOST))

    with pytest.raises(CommandError, match="1 rows are opened by no key"):
        run("--dry-run")


def test_processes_with_old_settings_are_noticed() -> None:
    """Whatever seals with the old key goes on doing so: the old key must stay."""
    make_connections(sealed("a"))
    write = resealing._write

    def and_again(column: Column, rows: Any) -> int:
        count = write(column, rows)
        Connection.objects.update(sealed_secrets=sealed("by a stale process"))
        return count

    with (
        patch.object(resealing, "_write", and_again),
        pytest.raises(CommandError, match="Restart every web and worker process"),
    ):
        run()


def test_an_unusable_key_is_explained(settings: Any) -> None:
    settings.SECRET_BOX_KEYS = ["short"]
    make_connections(sealed("a"))

    with pytest.raises(CommandError, match="not usable"):
        run()


def test_progress_is_told_while_it_takes_long() -> None:
    make_connections(sealed("a"))

    with patch("apps.core.management.commands.rotate_secrets.PROGRESS_SECONDS", 0.0):
        said = run()

    assert "connections_connection.sealed_secrets: 1 looked at …" in said


# --- nothing sealed is overlooked


def test_the_columns_are_found_by_their_names() -> None:
    found = {str(column) for column in sealed_columns()}

    assert found >= {
        "connections_connection.sealed_secrets",
        "deliveries_alertchannel.sealed_url",
        "postbacks_goalsettings.sealed_secrets",
        "postbacks_postbackrule.sealed_secrets",
        "postbacks_rulerevision.sealed_secrets",
        "tracking_lead.sealed_contact",
    }


def opened_in(path: Path) -> Iterator[str]:
    """Give what each call of ``unseal`` in a file is given, as it is written."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func).rpartition(".")[2]
            if called == "unseal":
                yield ast.unparse(node.args[0])


def test_whatever_is_unsealed_comes_from_a_column_called_so() -> None:
    """A column of another name would not be sealed anew, and be lost with the key."""
    sources = [
        (path.name, text)
        for path in Path(django_settings.BASE_DIR, "apps").rglob("*.py")
        if path.name != "secret_box.py"
        for text in opened_in(path)
    ]

    assert len(sources) >= 5
    assert [
        (name, text)
        for name, text in sources
        if not text.rpartition(".")[2].startswith("sealed")
    ] == []
