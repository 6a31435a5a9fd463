"""What a user's authenticator app does: it shows codes of a secret."""

import base64
import hashlib
import hmac
import struct
from datetime import datetime

from django.utils import timezone

from apps.accounts.models import TwoStep, User
from apps.accounts.two_step import begin, confirm, enrolment

STEP = 30


def code_of(secret: str, at: float) -> str:
    """Return the code of RFC 6238 for ``secret`` in base32, computed from scratch."""
    counter = struct.pack(">Q", int(at) // STEP)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def shown(two_step: TwoStep, now: datetime | None = None, steps: int = 0) -> str:
    """Return what the telephone shows now, or so many steps later."""
    at = (now or timezone.now()).timestamp() + STEP * steps
    return code_of(enrolment(two_step).secret, at)


def switched_on(user: User, now: datetime | None = None) -> tuple[TwoStep, list[str]]:
    """Return the confirmed second step of ``user``, and the recovery codes.

    The code of the step before is used up, the present one is not.
    """
    now = now or timezone.now()
    two_step = begin(user)
    codes = confirm(two_step, shown(two_step, now, steps=-1), now)
    assert codes is not None
    return TwoStep.objects.get(pk=two_step.pk), codes


def wrong(two_step: TwoStep, now: datetime | None = None) -> str:
    """Return six digits that no step close to now has."""
    near = {shown(two_step, now, steps=steps) for steps in range(-3, 4)}
    return next(code for n in range(9) if (code := f"00000{n}") not in near)
