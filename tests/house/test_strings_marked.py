"""What people read is marked for translation; what programs read is not (issue 7)."""

import ast

import pytest

from tests.house.marks import unmarked
from tests.house.tree import ROOT, files, parse, place

PLAIN = {
    "apps/ingest/rest/": "programs read it: the doors and their documentation",
    "apps/ingest/serializers.py": "programs read it: the documentation of the doors",
}
"""Where texts are rightly in the source's language, with the reason."""
NO_SCREENS = {"migrations", "management"}
"""Folders whose texts no screen shows."""

MARKED = """
class Colour(models.TextChoices):
    RED = "red", _("Red")
    OLD_PATH: ClassVar = "a__b"

class Thing(models.Model):
    name = models.CharField(_("name"), help_text=_("As people know it."))
    owner = models.ForeignKey("accounts.User", verbose_name=_("owner"))
    class Meta:
        verbose_name = _("thing")
        permissions = [("unmask", "Can see personal data")]

class Form(forms.Form):
    method = forms.ChoiceField(label=_("Method"), choices=[("GET", "GET")])
    value = forms.CharField(label="", help_text=format_lazy(_("Empty: {url}"), url=URL))

def clean(value):
    raise ValidationError(_("“%(value)s” is wrong.") % {"value": value}, code="wrong")

def tell(request):
    messages.success(request, ngettext("%(n)d row.", "%(n)d rows.", 2) % {"n": 2})
    logger.warning("A wake-up was not sent.")
"""


def test_every_text_that_people_read_is_marked() -> None:
    offenders = [
        f"{place(path)}:{text.lineno}: {ast.unparse(text)[:60]}"
        for path in files(ROOT / "apps", ".py")
        if not NO_SCREENS & {*path.parts} and not place(path).startswith(tuple(PLAIN))
        for text in unmarked(parse(path))
    ]

    assert offenders == []


def test_what_is_marked_or_not_for_people_is_no_offence() -> None:
    assert [ast.unparse(text) for text in unmarked(ast.parse(MARKED))] == []


@pytest.mark.parametrize(
    "code",
    [
        'models.CharField("unmarked")',
        'models.ForeignKey(User, verbose_name="unmarked")',
        'models.CharField(help_text="unmarked " "twice")',
        'models.CheckConstraint(violation_error_message="unmarked")',
        'forms.ChoiceField(label="unmarked" if short else _("marked"))',
        'forms.ChoiceField(choices=[("a", "unmarked"), ("b", _("marked"))])',
        'forms.CharField(error_messages={"required": "unmarked"})',
        'forms.ModelChoiceField(rows, empty_label="unmarked")',
        '@admin.display(description="unmarked")\ndef shown(self): ...',
        '@admin.action(description="unmarked")\ndef act(self): ...',
        'class Colour(models.TextChoices):\n    RED = "red", "unmarked"',
        'class Number(models.IntegerChoices):\n    ONE = 1, "unmarked"',
        'class Colour(models.TextChoices):\n    UNMARKED = "unmarked"',
        'class Thing:\n    class Meta:\n        verbose_name = "unmarked"',
        'class Things(AppConfig):\n    verbose_name = "unmarked"',
        '@register\nclass Ping:\n    kind: ClassVar = "a"\n    label: ClassVar = "unmarked"',
        '@register\nclass Ping:\n    kind, help = "a", "unmarked"',
        'ValidationError("unmarked", code="wrong")',
        'forms.ValidationError({"name": ["unmarked"]})',
        'ValidationError(f"{value} is unmarked.")',
        'ValidationError("unmarked %(value)s" % {"value": value})',
        'form.add_error("name", "unmarked")',
        'messages.success(request, "unmarked: {}".format(value))',
        'messages.error(request, f"{name}: unmarked")',
        'self.message_user(request, "unmarked")',
        'RegexValidator(PATTERN, "unmarked")',
    ],
)
def test_a_text_without_a_mark_is_found_wherever_people_read_one(code: str) -> None:
    found = [ast.unparse(text) for text in unmarked(ast.parse(code))]

    assert len(found) == 1
    assert "unmarked" in found[0]
