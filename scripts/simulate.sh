# shellcheck shell=bash
# `./dev simulate`: simulated histories, and the mutations that they must find. Sourced by dev.

readonly mutations=tests/simulation/mutations
readonly mutation_seeds=1000 # by then each must be found

# Everything that simulate is built of.
copy_sources() {
  local to=$1 part
  mkdir -p "$to"
  for part in CMakeLists.txt CMakePresets.json cmake src tests migrations; do
    rm -rf "${to:?}/$part"
    cp -R "$part" "$to/$part" # as new files: objects of the last mutation are older
  done
  ln -sfn "$PWD/.deps" "$to/.deps"
}

# One copy of the sources is changed and changed back, so that each time only what differs is built.
simulate_mutations() {
  local tree=build/mutations patch name found seed histories missed=0
  setup build
  step "mutations: copy and build"
  copy_sources "$tree"
  (cd "$tree" && cmake --preset simulate >configure.log 2>&1) || die "configure failed: $tree/configure.log"
  ninja -C "$tree/build/simulate" -j "$(nproc)" simulate >&2
  "$tree/build/simulate/simulate" --seeds "$mutation_seeds" >&2 || die "violations without any mutation"
  printf '| mutation | found | at seed | histories |\n|---|---|---|---|\n'
  for patch in "$mutations"/*.patch; do
    name=$(basename "$patch" .patch)
    patch -d "$tree" -p1 -s --fuzz=0 <"$patch"
    ninja -C "$tree/build/simulate" -j "$(nproc)" simulate >"$tree/$name.build.log" ||
      die "$name does not build"
    found=no seed=- histories=$mutation_seeds
    if ! timeout 600 "$tree/build/simulate/simulate" --seeds "$mutation_seeds" >"$tree/$name.log" 2>&1; then
      seed=$(sed -n 's/^seed \([0-9]*\): .*/\1/p' "$tree/$name.log" | sort -n | head -n 1)
      histories=$(sed -n 's/^\([0-9]*\) histories in .*/\1/p' "$tree/$name.log")
      # One that hangs or ends the program is found as well.
      found=yes
    else
      missed=$((missed + 1))
    fi
    # shellcheck disable=SC2016 # these backticks are for Markdown
    printf '| `%s` | %s | %s | %s |\n' "$name" "$found" "${seed:--}" "${histories:--}"
    patch -d "$tree" -p1 -R -s --fuzz=0 <"$patch"
  done
  ((missed == 0)) || die "$missed mutations were not found within $mutation_seeds histories"
}

simulate() {
  if [[ ${1:-} == --mutations ]]; then
    simulate_mutations
    return
  fi
  build simulate simulate
  build/simulate/simulate "$@"
}
