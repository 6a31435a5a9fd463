"""The whole admin in a language of brackets: words without them cannot be translated."""

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from apps.actions import registry
from apps.actions.presets import PRESETS
from tests.console.pseudo import LETTER, Pseudo, stored_words, without_brackets
from tests.console.world import build_world

pytestmark = pytest.mark.django_db

CATALOGUES = "django.utils.translation.trans_real"
NOT_WORDS = (
    ("addresses", r"\bhttps?://\S+|\b[\w.-]+\.example\b\S*"),
    ("ids", r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"),
    ("names of macros", r"\{[\w:.<>|-]+\}"),
    ("hashes of passwords, as Django shows them", r"\bmd5\b|\b\w+\*+"),
    ("the name of the product", r"\bPostbacks\b"),
    ("protocols and methods", r"\b(?:HTTPS?|SMTP|GET|POST|PUT|PATCH|DELETE|JSON)\b"),
    ("encodings", r"\bUTF-(?:8|16(?: [LB]E)?)|\bWindows-1252\b"),
    ("currencies", r"\b[A-Z]{3}\b"),
    ("the zone of all zones", r"\bUTC\b"),
    ("the name of Django's own keys", r"^ID$"),
)
"""What is the same in every language: why, and how it is recognized."""
SAME = re.compile("|".join(pattern for _, pattern in NOT_WORDS))
ZONES = {
    shown for name in available_timezones() for shown in (name, name.replace("_", " "))
}
"""Offered by their names, which are the same everywhere."""
PRODUCTS = {str(preset.label) for preset in PRESETS.values()}
"""Whom the presets are for."""


@pytest.fixture
def world(db: None) -> None:
    """Store the business in plain English, as a worker or a sender would."""
    build_world(timezone.now())


@pytest.fixture
def pseudo(world: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put brackets in the place of the installation's language."""
    language = Pseudo()
    monkeypatch.setattr(
        f"{CATALOGUES}._translations", {settings.LANGUAGE_CODE: language}
    )
    monkeypatch.setattr(f"{CATALOGUES}._default", language)
    translation.deactivate()
    yield
    translation.deactivate()


def screens() -> Iterator[tuple[str, str]]:
    """Yield name and address of each kind of screen once, on a row if it has some."""
    for name in ("index", "account", "two_step", "axes_accessattempt_changelist"):
        yield name, reverse(f"admin:{name}")
    yield "find", reverse("admin:find") + "?q=nothing"
    for model in admin.site._registry:
        if model.__module__.startswith("apps."):
            yield from _screens_of(model)
    rule, connection = (
        reverse(f"admin:{model}_add")
        for model in ("postbacks_postbackrule", "connections_connection")
    )
    for action in registry.all_actions():
        started = f"?trigger=conversion_done&action={action.kind}"
        yield f"rule_{action.kind}", rule + started
        yield f"connection_{action.kind}", f"{connection}?kind={action.kind}"


def _screens_of(model: Any) -> Iterator[tuple[str, str]]:
    info = f"{model._meta.app_label}_{model._meta.model_name}"
    for page in ("changelist", "add"):
        yield f"{info}_{page}", reverse(f"admin:{info}_{page}")
    row = model._base_manager.order_by("-pk").first()
    pages = [page.name for page in getattr(admin.site._registry[model], "pages", ())]
    for page in ("change", "history", "delete", *pages) if row else ():
        yield f"{info}_{page}", reverse(f"admin:{info}_{page}", args=[row.pk])


def plain(client: Client, url: str, data: re.Pattern[str], same: set[str]) -> list[str]:
    """Return the words of a screen outside of brackets: no data, none of ``same``."""
    response = client.get(url)
    if response.status_code != 200 or "html" not in response["Content-Type"]:
        return []
    return [
        words
        for words in without_brackets(response.content.decode())
        if words not in same and LETTER.search(SAME.sub("", data.sub("", words)))
    ]


def codes_of_providers() -> set[str]:
    """Return what forms of actions offer by the name that is sent, underscores aside."""
    return {
        str(label)
        for action in registry.all_actions()
        for field in action.RuleForm.base_fields.values()
        for value, label in getattr(field, "choices", ())
        if value and value == str(label).replace(" ", "_")
    }


def report(found: dict[str, list[str]]) -> str:
    """Return the words of each screen, each of them where it stands first."""
    seen: set[str] = set()
    lines = []
    for name, words in found.items():
        new = [text for text in dict.fromkeys(words) if text not in seen]
        seen.update(new)
        lines += [f"{name}: {text}" for text in new]
    return "\n".join(lines)


@pytest.mark.usefixtures("pseudo")
def test_every_word_of_the_admin_can_be_translated(staff: Client) -> None:
    data = stored_words()

    same = ZONES | PRODUCTS
    of_rules = same | codes_of_providers()

    found = {
        name: plain(staff, url, data, of_rules if name.startswith("rule_") else same)
        for name, url in screens()
    }

    assert len(found) > 150
    assert not any(found.values()), report(found)


@pytest.mark.usefixtures("pseudo")
def test_the_pages_before_the_sign_in_can_be_translated(client: Client) -> None:
    data = stored_words()

    assert plain(client, reverse("admin:login"), data, set()) == []


def test_words_without_brackets_are_found() -> None:
    html = (
        '<p title="More">⟦Hello <b>you</b>⟧ there</p><td data-label="Offer">7</td>'
        '<p>⟦cut off</p><p>⟦Add ⟦offer⟧⟧</p><input type="submit" value="Go">'
        "<pre>GET /</pre>"
    )

    assert without_brackets(html) == ["More", "there", "Offer", "Go"]
