#!/usr/bin/env bash
# Writes a backup of the database and reads it back. Usage: backup.sh FOLDER [DAYS]
# Deletes backups in FOLDER that are older than DAYS. Everything goes on meanwhile: the
# backup is the state of the moment at which it began.
#
# SECRET_BOX_KEYS is not in it, and without that key no stored credential can be read:
# keep it elsewhere (docs/operations.md).
set -euo pipefail
umask 077
. "$(dirname "${BASH_SOURCE[0]}")/connection.sh"
need pg_dump pg_restore

folder=${1:-}
days=${2:-}
[[ -n "$folder" ]] || fail "Name a folder: $0 /var/backups/postbacks 14"
[[ -z "$days" || "$days" =~ ^[0-9]+$ ]] || fail "«$days» is no number of days."
mkdir -p "$folder"
file=$folder/postbacks-$(date -u +%Y%m%dT%H%M%SZ).dump
trap 'rm -f "$file.part"' EXIT

pg_dump --format=custom --no-owner --no-privileges --file="$file.part"
# A backup that cannot be read is none.
pg_restore --list "$file.part" >/dev/null
pg_restore --file=/dev/null "$file.part"
mv "$file.part" "$file"
(cd "$folder" && sha256sum "$(basename "$file")" >"$(basename "$file").sha256")
if [[ -n "$days" ]]; then
  find "$folder" -maxdepth 1 -type f -name 'postbacks-*.dump*' -mtime +"$days" -delete
fi
say "$file, $(du -h "$file" | cut -f1)"
