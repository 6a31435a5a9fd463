"""Headers that several actions send: authorization and our signature."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping


def basic_authorization(username: str, password: str) -> dict[str, str]:
    """Return the Authorization header of HTTP Basic."""
    token = b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def bearer_authorization(token: str) -> dict[str, str]:
    """Return the Authorization header of a bearer token."""
    return {"Authorization": f"Bearer {token}"}


def signature(secret: str, timestamp: int, signed: bytes) -> dict[str, str]:
    """Return the X-Postback-Signature header: Unix time, HMAC of time and message."""
    message = f"{timestamp}.".encode() + signed
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"X-Postback-Signature": f"t={timestamp},v1={digest}"}


def merged(headers: Mapping[str, str], later: Mapping[str, str]) -> dict[str, str]:
    """Return both; of a name that is in both, in any case, the later value."""
    names = {name.lower() for name in later}
    kept = {name: text for name, text in headers.items() if name.lower() not in names}
    return {**kept, **later}
