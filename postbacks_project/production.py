"""What an installation that is not development must not be started with."""

from collections.abc import Iterator, Sequence

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_SECRET_KEY = "development-only-" + "0123456789abcdef" * 4
DEVELOPMENT_SECRET_BOX_KEY = "ZGV2ZWxvcG1lbnQtb25seS1zZWNyZXQtYm94LWtleSE="  # noqa: S105
SECRET_KEY_LENGTH = 50
DIFFERENT_CHARACTERS = 10
KNOWN = ("development-only-", "django-insecure-", "change-me", "changeme")
"""How keys begin that everybody can read in some file."""


def refuse_unsafe(
    secret_key: str,
    secret_box_keys: Sequence[str],
    hosts: Sequence[str],
    *,
    has_database: bool,
) -> None:
    """Raise ``ImproperlyConfigured`` that names everything that must be changed."""
    found = [
        *_of_secret_key(secret_key),
        *_of_box_keys(secret_box_keys),
        *_of_hosts(hosts),
        *_of_database(has_database=has_database),
    ]
    if found:
        raise ImproperlyConfigured(
            "These settings are not fit for production: "
            + " ".join(found)
            + " Every variable is explained in .env.example; for development set "
            "DEBUG=true."
        )


def _of_secret_key(key: str) -> Iterator[str]:
    remedy = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(64))".'
    if not key:
        yield f"SECRET_KEY is missing. {remedy}"
    elif key.startswith(KNOWN):
        yield f"SECRET_KEY is one that everybody knows. {remedy}"
    elif len(key) < SECRET_KEY_LENGTH or len(set(key)) < DIFFERENT_CHARACTERS:
        yield f"SECRET_KEY is shorter than {SECRET_KEY_LENGTH} random ones. {remedy}"


def _of_box_keys(keys: Sequence[str]) -> Iterator[str]:
    remedy = (
        'Make one: python -c "from cryptography.fernet import Fernet; '
        'print(Fernet.generate_key().decode())".'
    )
    if not keys:
        yield f"SECRET_BOX_KEYS is missing. {remedy}"
    for number, key in enumerate(keys, 1):
        if key == DEVELOPMENT_SECRET_BOX_KEY:
            yield f"Key {number} of SECRET_BOX_KEYS is known to everybody. {remedy}"
        elif not _is_fernet_key(key):
            yield f"Key {number} of SECRET_BOX_KEYS is no Fernet key. {remedy}"


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _of_hosts(hosts: Sequence[str]) -> Iterator[str]:
    if not hosts:
        yield "ALLOWED_HOSTS is missing. Name the hosts under which people come."
    elif "*" in hosts:
        yield "ALLOWED_HOSTS allows every host (*). Name those under which people come."


def _of_database(*, has_database: bool) -> Iterator[str]:
    if not has_database:
        yield (
            "DATABASE_URL is missing. Set it to postgres://user:password@host/database "
            "(the PostgreSQL of our own is for development, unless "
            "EMBEDDED_POSTGRES_DIR says where it keeps its data)."
        )
