# shellcheck shell=bash
# `./dev up` and `./dev down`: the program as in production, each role a process, with a
# PostgreSQL and a Redis of its own. Sourced by dev. Everything lies under $up_dir; nothing outside it is
# touched.

readonly up_dir=${UP_DIR:-var/up}
declare -A up_ports=([postgres]=${UP_POSTGRES_PORT:-54329} [redis]=${UP_REDIS_PORT:-63799}
  [payment-mock]=${UP_PAYMENT_MOCK_PORT:-8081} [api]=${UP_API_PORT:-8080} [worker]=${UP_WORKER_PORT:-8082})
readonly up_parts=(postgres redis payment-mock api worker) # in the order they start
readonly up_start_patience_s=60
readonly up_stop_patience_s=15 # flightdeck itself takes at most 10

# --- processes ----------------------------------------------------------------------------------------------

# identity PID: what no other process will ever have, even after a reboot; nothing when there is no such
# process.
identity() {
  local line fields
  { line=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  read -r -a fields <<<"${line##*)}" # the name before the last ) may hold blanks
  [[ ${fields[0]} == Z ]] || echo "$1 ${fields[19]} $(</proc/sys/kernel/random/boot_id)"
}

# pid_of PART: its process, if it still runs.
pid_of() {
  local file=$up_dir/$1.pid pid _
  [[ -s $file ]] || return 0
  read -r pid _ <"$file"
  [[ $(identity "$pid") != "$(<"$file")" ]] || echo "$pid"
}

remember() { identity "$2" >"$up_dir/$1.pid"; }

# start PART COMMAND...: in a session of its own, so that the Ctrl-C of this terminal is not for it.
start() {
  local part=$1
  shift
  step "up: starting $part"
  setsid "$@" >>"$up_dir/$part.log" 2>&1 </dev/null 9>&- &
  remember "$part" $!
}

# stop PART [SIGNAL]
stop() {
  local part=$1 signal=${2:-TERM} pid deadline
  pid=$(pid_of "$part")
  if [[ -n $pid ]]; then
    step "down: stopping $part"
    kill -s "$signal" "$pid"
    deadline=$((SECONDS + up_stop_patience_s))
    while [[ -n $(pid_of "$part") ]]; do
      if ((SECONDS >= deadline)); then
        step "down: $part does not end; killing it"
        kill -s KILL "$pid"
        deadline=$((SECONDS + up_stop_patience_s))
      fi
      sleep 0.1
    done
  fi
  rm -f "$up_dir/$part.pid"
}

# up_failed PART WHY: with the end of its log.
up_failed() {
  tail -n 15 "$up_dir/$1.log" >&2 || true
  die "$1 $2 (log: $up_dir/$1.log; ./dev down stops the rest)"
}

# await PART COMMAND...: until the command succeeds.
await() {
  local part=$1 deadline=$((SECONDS + up_start_patience_s))
  shift
  until "$@" >/dev/null 2>&1; do
    [[ -n $(pid_of "$part") ]] || up_failed "$part" "ended"
    ((SECONDS < deadline)) || up_failed "$part" "is not ready after $up_start_patience_s s"
    sleep 0.1
  done
}

# Processes that run keep their ports, whatever the environment says this time.
settle_ports() {
  local part port running=''
  for part in "${up_parts[@]}"; do
    running+=$(pid_of "$part")
  done
  if [[ -n $running && -s $up_dir/ports ]]; then
    while read -r part port; do up_ports[$part]=$port; done <"$up_dir/ports"
  fi
  for part in "${up_parts[@]}"; do
    port=${up_ports[$part]}
    if [[ -z $(pid_of "$part") ]] && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      part=${part^^}
      die "port $port is taken; choose another: UP_${part//-/_}_PORT=PORT ./dev up"
    fi
  done
  for part in "${up_parts[@]}"; do echo "$part ${up_ports[$part]}"; done >"$up_dir/ports"
}

# --- the servers --------------------------------------------------------------------------------------------

# PostgreSQL refuses to run as root.
as_postgres() {
  if ((EUID == 0)); then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

# The programs of the version that made the data, else the newest.
postgres_programs() {
  local found
  if [[ -s $up_dir/postgres/data/PG_VERSION ]]; then
    echo "/usr/lib/postgresql/$(<"$up_dir/postgres/data/PG_VERSION")/bin"
    return
  fi
  found=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  [[ -n $found ]] || die "no PostgreSQL server found under /usr/lib/postgresql"
  dirname "$found"
}

# A cluster with passwords for everybody. It appears under its name when it is whole.
make_cluster() {
  local programs=$1 home=$up_dir/postgres
  step "up: making a PostgreSQL cluster in $home"
  rm -rf "$home"
  mkdir -m 700 "$home"
  cp "$up_dir/password" "$home/password"
  if ((EUID == 0)); then
    chown -R postgres: "$home"
    as_postgres test -x "$home" ||
      die "the user postgres cannot reach $home; choose a folder that it can: UP_DIR=FOLDER ./dev up"
  fi
  as_postgres "$programs/initdb" --pgdata="$home/partial" --username=postgres --pwfile="$home/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >>"$up_dir/postgres.log" 2>&1 || {
    tail -n 15 "$up_dir/postgres.log" >&2
    die "initdb failed"
  }
  rm "$home/password"
  mv "$home/partial" "$home/data"
}

# psql_as_admin DATABASE [FLAGS]: runs the SQL of its standard input.
psql_as_admin() {
  PGPASSWORD=$(<"$up_dir/password") psql -h 127.0.0.1 -p "${up_ports[postgres]}" -U postgres -d "$1" \
    -X -q -v ON_ERROR_STOP=1 "${@:2}"
}

# The program's own account owns its database and is no superuser.
make_database() {
  local found
  found=$(psql_as_admin postgres -At <<<"SELECT 1 FROM pg_database WHERE datname = 'flightdeck'")
  [[ -z $found ]] || return 0
  psql_as_admin postgres <<TEXT
DO \$\$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'flightdeck') THEN CREATE ROLE flightdeck LOGIN; END IF;
END \$\$;
ALTER ROLE flightdeck PASSWORD '$(<"$up_dir/password")';
CREATE DATABASE flightdeck OWNER flightdeck;
TEXT
}

# A crash leaves postmaster.pid behind, and PostgreSQL would not start if another process has that number by
# now. Safe only when nobody is left who works in the data: its processes all do so in this folder.
forget_dead_postmaster() {
  local data=$1 folder deadline=$((SECONDS + up_stop_patience_s))
  [[ -e $data/postmaster.pid ]] || return 0
  while true; do
    local busy=''
    for folder in /proc/[0-9]*/cwd; do
      [[ $(readlink "$folder" 2>/dev/null) != "$data" ]] || busy=yes
    done
    [[ -n $busy ]] || break
    ((SECONDS < deadline)) || die "a PostgreSQL that ./dev up does not know works in $data; stop it first"
    sleep 0.1
  done
  rm -f "$data/postmaster.pid"
}

start_postgres() {
  local programs data
  programs=$(postgres_programs)
  [[ -s $up_dir/postgres/data/PG_VERSION ]] || make_cluster "$programs"
  data=$(realpath "$up_dir/postgres/data")
  forget_dead_postmaster "$data"
  # The server is started without pg_ctl, so that its number is known at once. `runuser` would stay between.
  local account=()
  if ((EUID == 0)); then account=(setpriv --reuid=postgres --regid=postgres --init-groups); fi
  start postgres "${account[@]}" "$programs/postgres" -D "$data" -p "${up_ports[postgres]}" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories=
  await postgres "$programs/pg_isready" -h 127.0.0.1 -p "${up_ports[postgres]}"
  make_database
}

start_redis() {
  mkdir -p "$up_dir/redis"
  start redis redis-server --bind 127.0.0.1 --port "${up_ports[redis]}" --dir "$up_dir/redis" --appendonly yes
  await redis redis-cli -p "${up_ports[redis]}" ping
}

# --- up and down --------------------------------------------------------------------------------------------

# The settings that api and worker share. Holds the password, as does $up_dir/password: both are for their
# owner only.
write_settings() {
  cat >"$up_dir/flightdeck.toml" <<TEXT
database-url = "postgresql://flightdeck:$(<"$up_dir/password")@127.0.0.1:${up_ports[postgres]}/flightdeck"
redis-url = "redis://127.0.0.1:${up_ports[redis]}"
payment-url = "http://127.0.0.1:${up_ports[payment-mock]}"
TEXT
}

# start_flightdeck ROLE [FLAGS]
start_flightdeck() {
  local role=$1 address=127.0.0.1:${up_ports[$1]}
  start "$role" build/release/flightdeck serve --role "$role" --listen "$address" "${@:2}"
  await "$role" curl -fs "http://$address/health/ready"
}

start_payment_mock() { start_flightdeck payment-mock; }
start_api() {
  start_flightdeck api --config "$up_dir/flightdeck.toml" --demo-data data/us-flights-2001q1.csv
}
start_worker() { start_flightdeck worker --config "$up_dir/flightdeck.toml"; }

# A process whose program has been built anew since is one to start again.
stop_outdated() {
  local part pid
  for part in worker api payment-mock; do
    pid=$(pid_of "$part")
    if [[ -n $pid && $(readlink "/proc/$pid/exe") == *' (deleted)' ]]; then stop "$part"; fi
  done
}

# One ./dev up or ./dev down at a time. The processes that are started do not hold the lock: `start` closes
# descriptor 9.
lock_up() {
  mkdir -p "$up_dir"
  exec 9>"$up_dir/.lock"
  flock 9
}

show_up() {
  local api=http://127.0.0.1:${up_ports[api]} tomorrow
  tomorrow=$(date -d tomorrow +%F)
  cat <<TEXT

Flightdeck is up: api, worker and payment service, each a process, on PostgreSQL and Redis.

  $api                  search, booking, admin; /health, /metrics
  http://127.0.0.1:${up_ports[worker]}                  worker: /health, /metrics
  http://127.0.0.1:${up_ports[payment-mock]}                  mock payment service

  curl -s '$api/search?source=LAS&destination=PHX&date=$tomorrow'
  PGPASSWORD=\$(cat $up_dir/password) psql -h 127.0.0.1 -p ${up_ports[postgres]} -U flightdeck
  redis-cli -p ${up_ports[redis]}
  tail -f $up_dir/*.log

  ./dev down             stops all of it and keeps the data ($up_dir)
  ./dev down --purge     and removes the data
TEXT
}

up() {
  (($# == 0)) || die "up takes no arguments"
  setup build servers
  build release
  lock_up
  stop_outdated
  settle_ports
  if [[ ! -s $up_dir/password ]]; then
    (umask 077 && od -An -N 24 -tx1 /dev/urandom | tr -d ' \n' >"$up_dir/password")
  fi
  (umask 077 && write_settings)
  local part
  for part in "${up_parts[@]}"; do
    if [[ -n $(pid_of "$part") ]]; then
      step "up: $part runs already"
      continue
    fi
    if [[ $part == api ]]; then
      step "up: flightdeck migrate"
      build/release/flightdeck migrate --config "$up_dir/flightdeck.toml" >&2
    fi
    "start_${part//-/_}"
  done
  show_up
}

down() {
  [[ $# == 0 || $* == --purge ]] || die "usage: ./dev down [--purge]"
  local part
  if [[ -d $up_dir ]]; then
    lock_up
    for part in worker api payment-mock redis; do stop "$part"; done
    stop postgres INT # ends its connections too; TERM would wait for them
  fi
  if [[ $* == --purge ]]; then
    step "down: removing $up_dir"
    rm -rf "$up_dir"
  fi
}
