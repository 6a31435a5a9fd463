"""Google's token endpoint, and a service account with a key made for this process."""

import base64
import hashlib
import json
import time
from functools import lru_cache
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

CLIENT_EMAIL = "writer@project.iam.example"
STRANGER_EMAIL = "stranger@project.iam.example"
KEY_ID = "canary-key-id"
# google-auth signs for this address, whatever the token_uri of the key is.
AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_SECONDS = 3_600


@lru_cache(maxsize=1)
def private_key() -> rsa.RSAPrivateKey:
    """Return a key that no longer exists when this process ends."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def service_account(token_uri: str, client_email: str = CLIENT_EMAIL) -> str:
    """Return the file that Google's console gives for a service account."""
    pem = private_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = {
        "type": "service_account",
        "project_id": "project",
        "private_key_id": KEY_ID,
        "private_key": pem.decode(),
        "client_email": client_email,
        "client_id": "108000000000000000000",
        "auth_uri": "https://accounts.google.example/o/oauth2/auth",
        "token_uri": token_uri,
    }
    return json.dumps(key, indent=2)


def token_for(scope: str) -> str:
    """Return the access token of ``scope``; it stays good."""
    return f"ya29.canary-{hashlib.sha256(scope.encode()).hexdigest()[:40]}"


class GoogleToken(FakeProvider):
    """Gives tokens for assertions that the service account signed."""

    name: ClassVar = "google_token"
    accepts: ClassVar = {"client_email": CLIENT_EMAIL}

    def answer(self, asked: Asked) -> Answer:
        if asked.method != "POST" or asked.path != "/token":
            return _refused("invalid_request", "Not found.", 404)
        if asked.content_type != "application/x-www-form-urlencoded":
            return _refused("invalid_request", "Unsupported content type.")
        form = asked.form()
        if form.get("grant_type") != GRANT_TYPE:
            return _refused("unsupported_grant_type", "Invalid grant_type.")
        try:
            claims = _verified(form.get("assertion", ""))
        except (InvalidSignature, ValueError):
            return _refused("invalid_grant", "Invalid JWT Signature.")
        mistake = self._mistake(claims)
        if mistake:
            return _refused("invalid_grant", mistake)
        answer = {
            "access_token": token_for(claims["scope"]),
            "expires_in": 3_599,
            "token_type": "Bearer",
        }
        return json_answer(answer)

    def _mistake(self, claims: dict[str, Any]) -> str:
        if claims.get("iss") != self.config["client_email"]:
            return "Invalid grant: account not found"
        if claims.get("aud") != AUDIENCE:
            return "Invalid JWT: Failed audience check."
        if not claims.get("scope"):
            return "Invalid JWT: no scope."
        issued, expires = claims.get("iat", 0), claims.get("exp", 0)
        is_short = 0 < expires - issued <= LONGEST_SECONDS
        if not is_short or not issued - 60 <= time.time() <= expires:
            return "Invalid JWT: Token must be a short-lived token (60 minutes)."
        return ""


def _verified(assertion: str) -> dict[str, Any]:
    """Return the claims; raises when they were not signed with our key by RS256."""
    header, claims, signature = assertion.split(".")
    if _decoded(header) != {"typ": "JWT", "alg": "RS256", "kid": KEY_ID}:
        raise ValueError("The header of the assertion is another.")
    private_key().public_key().verify(
        _bytes(signature),
        f"{header}.{claims}".encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    return _decoded(claims)


def _decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_bytes(part))
    return found


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _refused(error: str, description: str, status: int = 400) -> Answer:
    document = {"error": error, "error_description": description}
    return json_answer(document, status)
