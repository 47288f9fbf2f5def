# shellcheck shell=bash
# `./dev docker-test`: builds the image and books a flight through docker-compose.yml.
# Sourced by dev. Where no Docker runs it starts one of its own; where no registry is reached it makes the
# images it needs from Debian's packages. Whatever it started or made is gone in the end, however it ends.

readonly docker_test_project=flightdeck-docker-test
readonly docker_test_suite=bookworm
readonly docker_test_patience_s=120
readonly pull_patience_s=300

docker_test_dir='' # all of its own files, and those of its own Docker
docker_test_compose=()
dockerd='' # the number of its own Docker
docker_test_images=() # made here; removed in the end
docker_test_booking='' # the proof: a booking that went all the way
docker_test_began=$SECONDS

# --- Docker itself ------------------------------------------------------------------------------------------

start_docker() {
  ((EUID == 0)) || die "no Docker answers, and starting one needs root"
  command -v dockerd >/dev/null || install_packages docker.io
  step "docker-test: starting a Docker of its own"
  # Docker changes the packet filter and leaves it so. Asking for both tables makes sure that both are in the
  # copy.
  iptables -t filter -n -L >/dev/null && iptables -t nat -n -L >/dev/null
  iptables-save >"$docker_test_dir/iptables"
  cp /proc/sys/net/ipv4/ip_forward "$docker_test_dir/ip_forward"
  setsid dockerd --data-root "$docker_test_dir/data" --exec-root "$docker_test_dir/exec" \
    --pidfile "$docker_test_dir/pid" --host "unix://$docker_test_dir/socket" \
    >"$docker_test_dir/dockerd.log" 2>&1 </dev/null &
  dockerd=$!
  local deadline=$((SECONDS + docker_test_patience_s))
  export DOCKER_HOST=unix://$docker_test_dir/socket
  until docker info >/dev/null 2>&1; do
    if ! kill -0 "$dockerd" 2>/dev/null || ((SECONDS >= deadline)); then
      tail -n 20 "$docker_test_dir/dockerd.log" >&2
      die "dockerd does not start"
    fi
    sleep 0.2
  done
}

# What a signal has left running, such as half a build.
stop_children() {
  local child
  for child in $(<"/proc/$$/task/$$/children"); do
    if [[ $child != "$dockerd" ]]; then kill "$child" 2>/dev/null && wait "$child"; fi
  done
}

stop_docker() {
  local deadline=$((SECONDS + docker_test_patience_s))
  [[ -n $dockerd ]] || return 0
  step "docker-test: stopping its Docker"
  kill "$dockerd"
  while kill -0 "$dockerd" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.1; done
  findmnt --raw --noheadings --output TARGET | grep "^$docker_test_dir/" | sort -r | xargs -r umount
  ip link delete docker0 2>/dev/null || true
  iptables-restore <"$docker_test_dir/iptables"
  cat "$docker_test_dir/ip_forward" >/proc/sys/net/ipv4/ip_forward
}

docker_test_clean_up() {
  local code=$?
  trap - EXIT
  trap '' INT TERM # once begun, it is carried through
  set +e
  if ((code != 0)) && ((${#docker_test_compose[@]})); then
    "${docker_test_compose[@]}" ps >&2
    "${docker_test_compose[@]}" logs --no-color --tail 30 >&2
  fi
  step "docker-test: removing everything"
  stop_children
  if ((${#docker_test_compose[@]})); then
    "${docker_test_compose[@]}" down --volumes --timeout 15 >/dev/null 2>&1
  fi
  if ((${#docker_test_images[@]})); then docker image rm "${docker_test_images[@]}" >/dev/null 2>&1; fi
  stop_docker
  rm -rf --one-file-system "$docker_test_dir"
  if ((code == 0)) && [[ -n $docker_test_booking ]]; then
    printf 'docker-test: CONFIRMED booking %s, %d s\n' "$docker_test_booking" $((SECONDS - docker_test_began))
  else
    ((code != 0)) || code=1
    printf 'docker-test: FAILED after %d s\n' $((SECONDS - docker_test_began)) >&2
  fi
  exit "$code"
}

# --- images -------------------------------------------------------------------------------------------------

has_image() {
  docker image inspect "$1" >/dev/null 2>&1 ||
    { step "docker-test: pulling $1" && timeout "$pull_patience_s" docker pull -q "$1" >&2; }
}

# make_base NAME: a minimal Debian from the mirror that this system uses, with its word on dates and proxies.
make_base() {
  install_packages mmdebstrap
  local mirror
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || update_package_lists
  mirror=$(debian_mirror)
  step "docker-test: making a Debian $docker_test_suite, as none can be pulled"
  apt-config dump --format '%F "%v";%n' | sed -n -E '/^Acquire::(Check-|[a-z]+::Proxy)/p' \
    >"$docker_test_dir/apt.conf"
  TMPDIR=$docker_test_dir mmdebstrap --quiet --variant=minbase --aptopt="$docker_test_dir/apt.conf" \
    "$docker_test_suite" "$docker_test_dir/base.tar" "deb $mirror $docker_test_suite main" >&2
  docker_test_images+=("$1")
  docker import "$docker_test_dir/base.tar" "$1" >/dev/null
  rm "$docker_test_dir/base.tar"
}

# build_image NAME BASE FOLDER: on the network of this system, where the mirror it uses is in reach.
build_image() {
  local began=$SECONDS variable arguments=(--build-arg BASE="$2")
  arguments+=(--build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || echo unknown)")
  for variable in http_proxy https_proxy no_proxy; do
    [[ -z ${!variable-} ]] || arguments+=(--build-arg "$variable")
  done
  step "docker-test: building $1"
  docker_test_images+=("$1")
  docker build --network host "${arguments[@]}" --tag "$1" "$3" >"$docker_test_dir/build.log" 2>&1 || {
    tail -n 40 "$docker_test_dir/build.log" >&2
    die "docker build of $1 failed"
  }
  step "docker-test: $1 built in $((SECONDS - began)) s"
}

# service_image VARIABLE OFFICIAL NAME BASE: the official image, else Debian's package of the same.
service_image() {
  local variable=$1 official=$2 name=$3 base=$4
  if [[ -n ${!variable-} ]]; then return 0; fi
  if [[ $base == debian:* ]] && has_image "$official"; then
    export "$variable=$official"
    return 0
  fi
  build_image "$docker_test_project/$name" "$base" "deploy/docker-test/$name"
  export "$variable=$docker_test_project/$name"
}

# --- the proof ----------------------------------------------------------------------------------------------

# The value of a text field in the JSON of standard input; the first one of that name.
json_text() { grep -oP "\"$1\": *\"\\K[^\"]+" | head -n 1; }

call() { curl -sS --fail-with-body --max-time 40 -H 'Content-Type: application/json' "$@"; }

free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

await_health() {
  local service container deadline=$((SECONDS + docker_test_patience_s))
  for service in postgres redis mock-payment api worker; do
    container=$("${docker_test_compose[@]}" ps -q "$service")
    [[ -n $container ]] || die "no container of $service"
    until [[ $(docker inspect --format '{{.State.Health.Status}}' "$container") == healthy ]]; do
      ((SECONDS < deadline)) || die "$service is not healthy after $docker_test_patience_s s"
      sleep 0.5
    done
  done
}

# The image holds what serves and nothing that builds, and does not serve as root.
prove_image() {
  local found user service
  # shellcheck disable=SC2016 # the container's shell expands it
  found=$(docker run --rm --user 0 --entrypoint sh "$FLIGHTDECK_IMAGE" -c '
    for tool in gcc g++ cc c++ cpp clang ld as make cmake ninja; do command -v $tool; done
    find / -xdev -name "cc1*"
    echo looked')
  [[ $found == looked ]] || die "the image holds a compiler: $found"
  for service in mock-payment api worker; do
    user=$("${docker_test_compose[@]}" exec -T "$service" id -u | tr -d '\r')
    [[ $user =~ ^[1-9][0-9]*$ ]] || die "$service runs as user '$user'"
  done
  step "docker-test: no compiler in the image, and its user is $user"
}

# prove_booking URL: sells two of three seats, and sets `booking` to its id. (Not printed: in a $(...) errors
# would not end this.)
prove_booking() {
  local url=$1 flight answer status day
  day=$(date -u -d '+30 days' +%F)
  flight=$(call "$url/admin/flights" \
    -d "{\"flight_number\": \"DT1\", \"source\": \"JFK\", \"destination\": \"LHR\",
    \"departure_ts\": \"${day}T10:00:00Z\", \"arrival_ts\": \"${day}T17:00:00Z\",
    \"total_seats\": 3, \"price\": \"199.00\"}")
  flight=$(json_text flight_id <<<"$flight")
  answer=$(call "$url/search?source=JFK&destination=LHR&date=$day")
  [[ $answer == *"$flight"* ]] || die "search does not find the new flight: $answer"
  answer=$(call "$url/booking" -H 'Prefer: wait=20' -H 'Idempotency-Key: docker-test' \
    -d "{\"user_id\": \"5f0c1a52-8a55-4e1c-9d53-0c5d2b1f7a10\", \"flight_id\": \"$flight\", \"seats\": 2}")
  status=$(json_text status <<<"$answer")
  [[ $status == CONFIRMED ]] || die "the booking is not CONFIRMED: $answer"
  booking=$(json_text booking_id <<<"$answer")
  answer=$(call "$url/admin/flights/$flight")
  [[ $answer =~ \"available_seats\":\ *1[,}] ]] || die "not one seat is left: $answer"
}

docker_test() {
  (($# == 0)) || die "docker-test takes no arguments"
  local url booking container code service base=${BASE:-debian:$docker_test_suite-slim}
  docker_test_dir=$(mktemp -d)
  trap docker_test_clean_up EXIT
  command -v docker >/dev/null || install_packages docker.io
  docker info >/dev/null 2>&1 || start_docker
  if docker compose version >/dev/null 2>&1; then
    docker_test_compose=(docker compose --project-name "$docker_test_project")
  else
    command -v docker-compose >/dev/null || install_packages docker-compose
    docker_test_compose=(docker-compose --project-name "$docker_test_project")
  fi

  if ! has_image "$base"; then
    base=$docker_test_project/base
    make_base "$base"
  fi
  export FLIGHTDECK_IMAGE=$docker_test_project/flightdeck
  build_image "$FLIGHTDECK_IMAGE" "$base" .
  service_image POSTGRES_IMAGE postgres:15 postgres "$base"
  service_image REDIS_IMAGE redis:7 redis "$base"

  step "docker-test: starting the composition"
  API_PORT=$(free_port)
  export API_PORT MOCK_SUCCESS_RATE=1
  url=http://127.0.0.1:$API_PORT
  "${docker_test_compose[@]}" up --detach --no-build >&2
  await_health
  prove_image
  prove_booking "$url"
  step "docker-test: booked; starting api and worker again"
  # They end in order when asked to, and what was sold stays sold.
  "${docker_test_compose[@]}" stop --timeout 15 api worker >&2
  for service in api worker; do
    container=$("${docker_test_compose[@]}" ps -a -q "$service")
    code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
    ((code == 0)) || die "$service ended with $code when stopped"
  done
  "${docker_test_compose[@]}" start api worker >&2
  await_health
  [[ $(call "$url/booking/$booking" | json_text status) == CONFIRMED ]] ||
    die "the booking is lost after a restart"
  docker_test_booking=$booking
}
