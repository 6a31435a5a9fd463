# Sourced by the other scripts: hands DATABASE_URL to PostgreSQL's programs by their own
# variables. As an argument it would show its password to everybody who lists processes.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-$here/../.venv/bin/python}

say() { echo "$(basename "$0"): $*"; }
fail() { say "$*" >&2; exit 1; }

[[ -n "${DATABASE_URL:-}" ]] || fail "DATABASE_URL is not set. Load the environment first: set -a; . /etc/postbacks/env; set +a"
[[ -x "$python" ]] || fail "$python is missing. Run this from a release, or name Python: PYTHON=/usr/bin/python3 $0"
need() {
  for program in "$@"; do
    command -v "$program" >/dev/null || fail "$program is missing. Install PostgreSQL's client programs, of the server's version or newer."
  done
}
variables=$("$python" - <<'PYTHON'
import os, shlex, sys
from urllib.parse import parse_qsl, unquote, urlsplit

url = urlsplit(os.environ["DATABASE_URL"])
if url.scheme not in ("postgres", "postgresql", "psql", "pgsql"):
    sys.exit(f"DATABASE_URL begins with {url.scheme}://; postgres:// is needed.")
options = dict(parse_qsl(url.query))
values = {
    "PGHOST": unquote(url.hostname or "") or options.get("host", ""),
    "PGPORT": str(url.port or options.get("port", "")),
    "PGUSER": unquote(url.username or ""),
    "PGPASSWORD": unquote(url.password or ""),
    "PGDATABASE": unquote(url.path.lstrip("/")),
    "PGSSLMODE": options.get("sslmode", ""),
    "PGSSLROOTCERT": options.get("sslrootcert", ""),
}
for name, value in values.items():
    if value:
        print(f"export {name}={shlex.quote(value)}")
PYTHON
) || fail "DATABASE_URL cannot be read."
eval "$variables"
