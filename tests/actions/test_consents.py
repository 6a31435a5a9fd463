"""Consent is read from many words, and never guessed."""

import pytest

from apps.actions.base import PermanentError
from apps.actions.consents import consent
from tests.actions.making import make_job


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("granted", True),
        (" YES ", True),
        ("1", True),
        ("denied", False),
        ("No", False),
        ("0", False),
        ("", None),
    ],
)
def test_words_for_consent(word: str, expected: bool | None) -> None:
    job = make_job({"ads": "{sub1}"}, values={"sub1": word})

    assert consent(job, "ads") is expected


def test_another_word_is_no_consent() -> None:
    job = make_job({"ad_user_data": "{sub1}"}, values={"sub1": "perhaps"})

    with pytest.raises(PermanentError, match="“Ad user data” is neither"):
        consent(job, "ad_user_data")
