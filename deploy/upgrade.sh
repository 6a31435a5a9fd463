#!/usr/bin/env bash
# Brings this release into service while everything runs. Usage: upgrade.sh PORT…
# e.g. upgrade.sh 8001 8002: the instances of postbacks-web@ on this host.
#
# Run it in the new release, with the environment loaded, once /opt/postbacks/current
# leads here. It stops at the first step that fails; what was not restarted yet goes on
# with the release before.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/connection.sh"
cd "$here/.."
seconds=120

(($# >= 2)) || fail "Name at least two ports: one web server answers while the other restarts."

is_ready() { "$python" - "$1" <<'PYTHON'
import sys, urllib.request
try:
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/readyz?of=web", timeout=2)
except OSError:
    sys.exit(1)
PYTHON
}

say "1. The settings of this release"
"$python" manage.py check --deploy --fail-level WARNING
say "2. Static files"
"$python" manage.py collectstatic --noinput --verbosity 0
say "3. Migrations; the release before goes on meanwhile"
"$python" manage.py migrate --noinput --verbosity 0
"$python" manage.py sync_roles
say "4. Web servers, one after the other"
for port in "$@"; do
  systemctl restart "postbacks-web@$port"
  ends=$((SECONDS + seconds))
  until is_ready "$port"; do
    ((SECONDS < ends)) || fail "postbacks-web@$port is not ready after $seconds seconds; the others still run the release before. Look at: journalctl -u postbacks-web@$port"
    sleep 0.2
  done
  say "   port $port is ready"
done
say "5. Workers: they finish what they send"
systemctl restart 'postbacks-worker@*'
say "Done."
