#!/usr/bin/env bash
# Puts a backup into an empty database, all or nothing. Usage: restore.sh FILE
# Stop web servers and workers first. Start the workers last, and only after reading
# docs/operations.md: what was due at the time of the backup is sent again.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/connection.sh"
need pg_restore psql

file=${1:-}
[[ -n "$file" ]] || fail "Name a backup: $0 /var/backups/postbacks/postbacks-….dump"
[[ -r "$file" ]] || fail "$file cannot be read."
if [[ -e "$file.sha256" ]]; then
  (cd "$(dirname "$file")" && sha256sum --check --quiet "$(basename "$file").sha256") \
    || fail "$file is damaged: it is not what backup.sh wrote. Take another backup."
fi
tables=$(psql --no-psqlrc -Atc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
[[ "$tables" == 0 ]] || fail "The database $PGDATABASE holds $tables tables. Nothing was changed. Make an empty one (createdb), and let DATABASE_URL name it."

pg_restore --dbname="$PGDATABASE" --no-owner --no-privileges --exit-on-error --single-transaction "$file"
psql --no-psqlrc --quiet -c "ANALYZE"
say "$PGDATABASE holds $file. Run manage.py migrate, then start the web servers."
