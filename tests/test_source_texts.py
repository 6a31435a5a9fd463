"""Another language changes what people read, never what is stored or decided."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import translation

from apps.accounts.models import Role
from apps.accounts.roles import sync_roles
from apps.actions.contract import Group as ActionGroup
from apps.core.source_texts import source_text
from apps.ingest.conversions import ForbiddenMoveError
from apps.postbacks.checks import LABELS, Check
from apps.postbacks.comparing import compile_condition
from apps.postbacks.models import RuleStatus
from apps.postbacks.services import set_rule_status
from apps.postbacks.verdict_words import in_words
from tests.console.pseudo import Pseudo
from tests.factories import NOON, make_offer, make_rule, make_user


@pytest.fixture(autouse=True)
def _in_brackets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the installation speak a language whose words are ours in brackets."""
    catalogues = "django.utils.translation.trans_real"
    language = Pseudo()
    monkeypatch.setattr(
        f"{catalogues}._translations", {settings.LANGUAGE_CODE: language}
    )
    monkeypatch.setattr(f"{catalogues}._default", language)
    translation.deactivate()
    yield
    translation.deactivate()


def test_a_label_is_looked_up_when_shown_and_stays_english_for_programs() -> None:
    label = ActionGroup.WEB.label

    assert (str(label), source_text(label), str(label)) == (
        "⟦Web request⟧",
        "Web request",
        "⟦Web request⟧",
    )


def test_an_error_is_told_to_people_in_their_language_and_to_programs_in_english() -> (
    None
):
    error = ForbiddenMoveError("rejected", "hold")

    assert str(error) == "⟦A conversion that is ⟦rejected⟧ cannot become ⟦on hold⟧.⟧"
    assert source_text(error) == "A conversion that is rejected cannot become on hold."


@pytest.mark.django_db
def test_groups_of_roles_keep_their_names_and_give_their_rights() -> None:
    sync_roles()

    names = set(Group.objects.values_list("name", flat=True))
    assert names >= {"Admin", "Account manager", "Operator", "Affiliate", "Viewer"}
    viewer = make_user(role=Role.VIEWER)
    assert viewer.has_perm("offers.view_offer")
    assert not viewer.has_perm("offers.change_offer")


@pytest.mark.django_db
def test_the_comment_of_a_revision_is_stored_in_english() -> None:
    rule = make_rule(make_offer())

    set_rule_status(
        rule_id=rule.pk,
        status=RuleStatus.DISABLED,
        reason="no budget",
        author=None,
        now=NOON,
    )

    revision = rule.revisions.latest("number")
    assert revision.comment == "Disabled: no budget"


@pytest.mark.parametrize(
    ("check", "wanted", "got"),
    [
        (Check("affiliate", None, 7, ok=True), "⟦any⟧", "Bright (#7)"),
        (Check("consent", "given", "not given", ok=False), "⟦given⟧", "⟦not given⟧"),
        (Check("sample", 1_000, 2_550, ok=False), "⟦the first 10 %⟧", "25.5 %"),
        (
            Check("click age", timedelta(hours=24), timedelta(hours=36), ok=False),
            "⟦at most ⟦24.0 h⟧⟧",
            "⟦36.0 h⟧",
        ),
        (
            Check("click age", timedelta(hours=24), "no click", ok=False),
            "⟦at most ⟦24.0 h⟧⟧",
            "⟦no click⟧",
        ),
        (
            Check(
                "field sub1", compile_condition("sub1", "is", "given"), "x", ok=False
            ),
            "⟦is⟧ given",
            "x",
        ),
        (Check("category", [], "views", ok=False), "⟦nothing⟧", "views"),
    ],
)
def test_a_verdict_is_put_into_words_when_somebody_looks_at_it(
    check: Check, wanted: str, got: str
) -> None:
    shown = in_words(check, {"affiliate": {7: "Bright (#7)"}})

    assert (shown.wanted, shown.got) == (wanted, got)


def test_the_event_of_a_verdict_is_named_in_the_readers_language() -> None:
    check = Check("category", ["views"], "progress", ok=False, note="trial")

    assert in_words(check, {}).note == "⟦The event is «trial».⟧"


def test_checks_are_called_by_words_that_can_be_translated() -> None:
    names = [Check(name, None, None, ok=True).label for name in LABELS]

    assert names == [f"⟦{name}⟧" for name in LABELS]
    assert Check("field lead:city", "", "", ok=True).label == "⟦field lead:city⟧"
