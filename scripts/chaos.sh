# shellcheck shell=bash
# `./dev chaos`: real processes under load, with faults injected again and again.
# Sourced by dev, after bench.sh.

chaos() {
  if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then
    setup chaos
    debian_python chaos/chaos.py --help
    return
  fi
  setup build chaos
  build release
  debian_python chaos/chaos.py "$@"
}
