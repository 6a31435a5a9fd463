"""No constraint goes without a test."""

from pathlib import Path

from django.apps import apps


def test_every_named_constraint_of_our_models_is_hit_here() -> None:
    """A new constraint without a test fails here."""
    tests = Path(__file__).parent.glob("test_*.py")
    text = "".join(path.read_text() for path in tests)

    names = {
        constraint.name
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        for constraint in model._meta.constraints
    }
    assert {name for name in names if name not in text} == set()
