"""The database refuses nonsense about second steps."""

import pytest

from apps.accounts.models import RecoveryCode, TwoStep, hash_token
from tests.constraints.refusing import refused_by
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_nobody_has_two_second_steps() -> None:
    user = make_user()
    TwoStep.objects.create(user=user, sealed_secret="x")

    with refused_by("accounts_twostep_pkey"):
        TwoStep.objects.create(user=user, sealed_secret="y")


def test_a_second_step_has_a_secret() -> None:
    with refused_by("two_step_has_a_secret"):
        TwoStep.objects.create(user=make_user(), sealed_secret="")


def test_no_recovery_code_is_there_twice() -> None:
    two_step = TwoStep.objects.create(user=make_user(), sealed_secret="x")
    RecoveryCode.objects.create(two_step=two_step, code_hash=hash_token("a"))

    with refused_by("recovery_code_unique"):
        RecoveryCode.objects.create(two_step=two_step, code_hash=hash_token("a"))
