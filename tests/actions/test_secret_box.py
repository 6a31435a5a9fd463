"""Secrets at rest."""

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from apps.core.secret_box import SecretBoxError, mask, rotate, seal, unseal

OLD = Fernet.generate_key().decode()
NEW = Fernet.generate_key().decode()
SECRETS = {"token": "canary-é", "password": "x"}


@pytest.fixture(autouse=True)
def _keys(settings: Settings) -> None:
    settings.SECRET_BOX_KEYS = [OLD]


def test_what_is_sealed_can_be_opened_again_and_does_not_show() -> None:
    sealed = seal(SECRETS)

    assert unseal(sealed) == SECRETS
    assert "canary" not in sealed
    assert sealed != seal(SECRETS)


def test_no_secrets_are_an_empty_text() -> None:
    assert seal({}) == ""
    assert unseal("") == {}
    assert rotate("") == ""


def test_rotating_moves_secrets_to_the_newest_key(settings: Settings) -> None:
    sealed = seal(SECRETS)

    settings.SECRET_BOX_KEYS = [NEW, OLD]
    rotated = rotate(sealed)
    settings.SECRET_BOX_KEYS = [NEW]

    assert unseal(rotated) == SECRETS
    with pytest.raises(SecretBoxError, match="no longer in SECRET_BOX_KEYS"):
        unseal(sealed)


@pytest.mark.parametrize("damaged", ["x", "gAAAAABé", "gAAAAAB" + "a" * 100])
def test_a_damaged_text_is_explained(damaged: str) -> None:
    with pytest.raises(SecretBoxError, match="or the text is damaged"):
        unseal(damaged)


@pytest.mark.parametrize("keys", [[], ["short"], ["é" * 44]])
def test_an_unusable_key_is_explained_without_showing_it(
    settings: Settings, keys: list[str]
) -> None:
    settings.SECRET_BOX_KEYS = keys

    with pytest.raises(SecretBoxError) as caught:
        seal(SECRETS)

    assert str(caught.value) == (
        "A key in SECRET_BOX_KEYS is not usable: list one or more keys of 32 bytes in "
        "URL-safe base64, newest first."
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [("", "••••"), ("elevenchars", "••••"), ("twelve-chars", "••••hars")],
)
def test_only_the_end_of_a_long_secret_is_shown(value: str, shown: str) -> None:
    assert mask(value) == shown
