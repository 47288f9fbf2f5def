#!/usr/bin/env bash
# First start: a cluster with POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB. Then the server, in place of
# this script. Arguments go to the server (`postgres -c …`, as with the official image).
set -euo pipefail
: "${POSTGRES_PASSWORD:?must be set}"
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
[[ ${1-} != postgres ]] || shift

programs=$(dirname /usr/lib/postgresql/*/bin/postgres)
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  "$programs/initdb" --username="$user" --pwfile=<(printf %s "$POSTGRES_PASSWORD") --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  if [[ $database != postgres ]]; then
    printf 'CREATE DATABASE "%s";\n' "$database" | "$programs/postgres" --single postgres >/dev/null
  fi
fi
exec "$programs/postgres" -c listen_addresses='*' "$@"
