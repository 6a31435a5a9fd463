"""Five9's fake answers as Five9 does, and the action understands it."""

from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from apps.actions.base import Judgement
from apps.actions.kinds.five9 import Five9
from tests.actions.making import make_job, make_response, make_settings
from tests.fakes.provider import Asked
from tests.fakes.providers.five9 import PASSWORD, SOAP, USER, WEB
from tests.fakes.providers.five9 import Five9 as Five9Fake

FIVE9 = Five9()
CONNECTION = {
    "mode": "w2c",
    "domain": "Acme Corp",
    "username": USER,
    "password": PASSWORD,
    "base_url": "https://api.five9.example",
}
NUMBER = {"lead:phone": "4155552671", "sub1": "x"}


def answered(
    fake: Five9Fake, connection: dict[str, str] | None = None, **settings: Any
) -> Judgement:
    """Return what the fake's answer to one record means."""
    settings.setdefault("list_name", "Hot Leads")
    job = make_job(
        make_settings(FIVE9, **settings), {**CONNECTION, **(connection or {})}, NUMBER
    )
    request = FIVE9.build(job)
    path = request.url.removeprefix(CONNECTION["base_url"])
    headers = CaseInsensitiveDict(request.headers)
    answer = fake.answer(Asked("POST", path, {}, headers, request.body or b""))
    return FIVE9.classify(make_response(answer.status, answer.body.decode()), job)


@pytest.mark.parametrize(
    ("connection", "settings", "code"),
    [
        ({"domain": "Other"}, {}, "five9_718"),
        ({"password": "wrong-password"}, {}, "http_401"),
        ({}, {"list_name": "Nobody's"}, "five9_700"),
        ({}, {"field_map": "colour={sub1}"}, "five9_600"),
        ({}, {"time_to_call": "2026-11-20 14:30:00"}, "added"),
        ({"mode": "soap"}, {}, "added"),
        ({"mode": "soap"}, {"list_name": "Nobody's"}, "five9_ListNotFoundException"),
        (
            {"mode": "soap"},
            {"field_map": "colour={sub1}"},
            "five9_CrmFieldNotFoundException",
        ),
        ({"mode": "soap", "password": "wrong-password"}, {}, "http_401"),
    ],
)
def test_five9_answers_as_documented(
    connection: dict[str, str], settings: dict[str, str], code: str
) -> None:
    fake = Five9Fake()

    assert answered(fake, connection, **settings).code == code
    assert len(fake.effects) == (code == "added")


def test_a_contact_is_put_on_a_list_once_and_known_on_the_next() -> None:
    fake = Five9Fake()

    codes = [
        answered(fake).code,
        answered(fake).code,
        answered(fake, list_name="Hot & Cold").code,
    ]

    assert codes == ["added", "duplicate", "existed"]
    assert len(fake.effects) == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("number1=41a", 714),
        ("number1=", 700),
        ("number1=1&F9TimeToCall=2026-11-20", 710),
        ("number1=1&F9key=colour", 712),
    ],
)
def test_web2campaign_names_mistakes_that_the_action_never_makes(
    fields: str, code: int
) -> None:
    body = f"F9domain=Acme+Corp&F9list=Hot+Leads&{fields}".encode()

    answer = Five9Fake().answer(Asked("POST", WEB, {}, CaseInsensitiveDict(), body))

    judgement = FIVE9.classify(
        make_response(200, answer.body.decode()), make_job({}, {"mode": "w2c"})
    )
    assert judgement.code == f"five9_{code}"


def test_a_request_that_would_wipe_a_list_fails_loudly() -> None:
    settings = make_settings(FIVE9, list_name="Hot Leads")
    job = make_job(settings, {**CONNECTION, "mode": "soap"}, NUMBER)
    request = FIVE9.build(job)
    wiping = (request.body or b"").replace(
        b"<cleanListBeforeUpdate>false", b"<cleanListBeforeUpdate>true"
    )
    headers = CaseInsensitiveDict(request.headers)

    with pytest.raises(AssertionError, match="wiped the list"):
        Five9Fake().answer(Asked("POST", SOAP, {}, headers, wiping))
