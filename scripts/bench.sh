# shellcheck shell=bash
# `./dev bench`: Flightdeck and its peers, measured side by side, and the checks of the Python that does it.
# Sourced by dev.

# What the peers of --peers run on.
readonly peer_packages=(python3-fastapi python3-uvicorn python3-uvloop python3-httptools python3-asyncpg
  python3-redis python3-aiohttp)

# Debian's Python, since Debian's packages are for it. Nothing is compiled beside the sources.
debian_python() { /usr/bin/python3 -B "$@"; }

setup_peers() {
  local packages=("${peer_packages[@]}")
  # Node may come from elsewhere, and would then be in the way of Debian's.
  command -v node >/dev/null || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
  step "setup: peers"
  install_packages "${packages[@]}"
}

bench() {
  if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then
    setup bench
    debian_python bench/bench.py --help
    return
  fi
  setup build bench
  if [[ " $* " == *" --peers"[\ =]* ]]; then setup_peers; fi
  build release
  debian_python bench/bench.py "$@"
}

python_sources() { find bench chaos -name '*.py' | sort; }

check_python() {
  step "check: black, pyflakes"
  python_sources | xargs -r black --quiet --check --line-length 110 ||
    die "black would format the Python sources otherwise (./dev fmt)"
  python_sources | xargs -r pyflakes3
}
