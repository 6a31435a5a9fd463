"""Two-step sign-in: codes of a telephone (TOTP, RFC 6238) and codes for its loss."""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import RecoveryCode, TwoStep, User, hash_token
from apps.core.secret_box import seal, unseal

ISSUER = "Postbacks"
SECRET_BYTES = 20  # What RFC 4226 recommends, and every app takes.
DIGITS = 6
STEP_SECONDS = 30
# A telephone's clock may be a step off on either side (RFC 6238, 5.2).
STEPS_OFF = (-1, 0, 1)
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 random bits: too many to guess, few enough to type.
# Six digits are guessed in time by somebody who knows the password and has many
# addresses, each with its own lock-out. Recovery codes are not, so they keep working.
TRIES = 50
TRIES_AGAIN_AFTER = timedelta(hours=1)


class TwoStepBackend(BaseBackend):
    """Says whether a code is right, so that a wrong one counts as a failed sign-in.

    Knows no users of its own: a session is begun under the backend of the roles.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        code: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user of ``username`` when ``code`` is right; it is then used."""
        if username is None or code is None:
            return None
        found = confirmed().filter(user__username=username, user__is_active=True)
        two_step = found.select_related("user").first()
        if two_step is None or not use_code(two_step, code, timezone.now()):
            return None
        user: User = two_step.user
        return user


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a telephone has to be told: as text and as the link in the picture."""

    secret: str
    uri: str


def confirmed() -> Any:
    """Return the second steps that count."""
    return TwoStep.objects.filter(confirmed_at__isnull=False)


def has_two_step(user: Any) -> bool:
    """Tell whether ``user`` is asked for a code after the password."""
    return bool(confirmed().filter(user_id=user.pk).exists())


def is_two_step_demanded(user: Any) -> bool:
    """Tell whether ``user`` must have a second step: all but affiliates' users."""
    return bool(settings.REQUIRE_TWO_STEP) and user.affiliate_id is None


def begin(user: User) -> TwoStep:
    """Make a fresh secret for ``user``; it counts once ``confirm`` was called.

    A confirmed one stays as it is.
    """
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    with transaction.atomic():
        TwoStep.objects.filter(user=user, confirmed_at=None).delete()
        found, _ = TwoStep.objects.get_or_create(
            user=user, defaults={"sealed_secret": seal({"secret": secret})}
        )
    return found


def enrolment(two_step: TwoStep) -> Enrolment:
    """Return what the telephone has to be told."""
    uri = _totp(two_step).get_provisioning_uri(two_step.user.get_username(), ISSUER)
    return Enrolment(secret=_secret(two_step), uri=uri)


def confirm(two_step: TwoStep, code: str, now: datetime) -> list[str] | None:
    """Switch the second step on when ``code`` is right.

    Returns the recovery codes, which nobody can show again; ``None`` for a wrong code.
    """
    with transaction.atomic():
        if not _use_telephone_code(two_step, _typed(code), now):
            return None
        two_step.refresh_from_db()
        two_step.confirmed_at = now
        two_step.save()
        return new_recovery_codes(two_step)


def use_code(two_step: TwoStep, code: str, now: datetime) -> bool:
    """Tell whether ``code`` is right, and use it up: it will not be right again."""
    typed = _typed(code)
    if len(typed) == DIGITS and typed.isdigit():
        return _use_telephone_code(two_step, typed, now)
    unused = two_step.recovery_codes.filter(code_hash=hash_token(typed), used_at=None)
    return bool(unused.update(used_at=now))


def new_recovery_codes(two_step: TwoStep) -> list[str]:
    """Replace the recovery codes by fresh ones, and return these."""
    plain = [_recovery_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        two_step.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(two_step=two_step, code_hash=hash_token(_typed(code)))
            for code in plain
        )
    return plain


def _use_telephone_code(two_step: TwoStep, typed: str, now: datetime) -> bool:
    """Count the try, then look: of two at once neither escapes the count."""
    if not _count_try(two_step, now):
        return False
    for step in _matching_steps(two_step, typed, now):
        # The database decides which of two at once is the first.
        unused = TwoStep.objects.filter(pk=two_step.pk, last_step__lt=step)
        if unused.update(last_step=step, tries=0):
            return True
    return False


def _count_try(two_step: TwoStep, now: datetime) -> bool:
    """Return whether one more try is allowed, and count it."""
    rows = TwoStep.objects.filter(pk=two_step.pk)
    rows.filter(tried_at__lt=now - TRIES_AGAIN_AFTER).update(tries=0)
    allowed = rows.filter(tries__lt=TRIES)
    return bool(allowed.update(tries=F("tries") + 1, tried_at=now))


def _matching_steps(two_step: TwoStep, typed: str, now: datetime) -> Iterator[int]:
    totp = _totp(two_step)
    current = int(now.timestamp()) // STEP_SECONDS
    for step in (current + off for off in STEPS_OFF):
        expected = totp.generate(step * STEP_SECONDS)
        if constant_time.bytes_eq(expected, typed.encode()):
            yield step


def _totp(two_step: TwoStep) -> TOTP:
    key = base64.b32decode(_secret(two_step))
    # SHA-1, because most apps know nothing else; a code's short life forgives it.
    return TOTP(key, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303


def _secret(two_step: TwoStep) -> str:
    return unseal(two_step.sealed_secret)["secret"]


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _typed(code: str) -> str:
    """Return ``code`` as it is compared: people add spaces, hyphens and capitals."""
    return "".join(character for character in code.lower() if character.isalnum())
