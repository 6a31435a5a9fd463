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

# Migrations that workers of the release before cannot stand, as app.name: they are ended
# before it and started after. All others go on meanwhile.
wants_workers_ended=(
  deliveries.0016_attempts_by_day  # They cannot record attempts into days.
)

(($# >= 2)) || fail "Name at least two ports: one web server answers while the other restarts."

is_ready() { "$python" - "$1" <<'PYTHON'
import sys, urllib.request
try:
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/readyz?of=web", timeout=2)
except OSError:
    sys.exit(1)
PYTHON
}

# Prints those that are still to be applied here. Where nothing of their app is applied
# yet, there was no release before, and there are no workers of it.
still_wanted() {
  local plan migration
  plan=$("$python" manage.py showmigrations --plan) || return
  for migration in "${wants_workers_ended[@]}"; do
    grep -qF "[X]  ${migration%%.*}." <<<"$plan" || continue
    if grep -qF "[ ]  $migration" <<<"$plan"; then echo "$migration"; fi
  done
}

say "1. The settings of this release"
"$python" manage.py check --deploy --fail-level WARNING
say "2. Static files"
"$python" manage.py collectstatic --noinput --verbosity 0
say "3. Migrations; the release before goes on meanwhile"
wanted=$(still_wanted) || fail "The migrations cannot be listed. Nothing was changed."
workers=()
if [[ -n "$wanted" ]]; then
  # By name: no pattern finds a unit that is stopped and not enabled.
  listed=$(systemctl list-units --plain --no-legend --state=active,activating 'postbacks-worker@*')
  while read -r unit _; do
    if [[ -n "$unit" ]]; then workers+=("$unit"); fi
  done <<<"$listed"
  say "   without workers, for" $wanted
  say "   those on other hosts have to be ended already (docs/operations.md)"
fi
if ((${#workers[@]})); then
  systemctl stop "${workers[@]}"
  trap 'say "Stopped here: the workers are not running. Run this again once it is mended, then: systemctl start ${workers[*]}" >&2' EXIT
fi
"$python" manage.py migrate --noinput --verbosity 0
"$python" manage.py sync_roles
if ((${#workers[@]})); then
  systemctl start "${workers[@]}"
  trap - EXIT
fi
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
