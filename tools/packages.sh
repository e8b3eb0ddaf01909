# shellcheck shell=sh disable=SC2034  # the variables are for the scripts that source this
# Sourced by ./run and ./test: installs the Debian packages that are missing.
# Each package and its reason is listed in docs/build.md.

packages_to_run="g++ cmake ninja-build zlib1g-dev libsqlite3-dev libssl-dev libboost1.81-dev \
  libsimdjson-dev libyaml-cpp-dev ccache mold"
packages_to_test="$packages_to_run libgtest-dev python3 python3-yaml clang lld clang-format shellcheck \
  libclang-rt-14-dev libclang-rt-14-dev-wasm32 wasi-libc libc++-14-dev-wasm32 libc++abi-14-dev-wasm32 \
  coinor-libcbc-dev"
# A browser for the end-to-end test of the console.
packages_to_browse="chromium fonts-noto-cjk"
# Real clusters for ./test --system.
packages_to_system="munge slurmctld slurmd slurmrestd slurmdbd slurm-client slurm-wlm-jwt-plugin mariadb-server"

# install_missing PACKAGE...
install_missing() {
  missing=""
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
      missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  if [ "$(id -u)" -eq 0 ]; then
    as_root=""
  elif command -v sudo >/dev/null; then
    as_root="sudo"
  else
    echo "missing Debian packages:$missing" >&2
    echo "try: su -c 'apt-get install -y$missing'" >&2
    return 3
  fi
  echo "installing:$missing" >&2
  # shellcheck disable=SC2086  # words on purpose
  { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      $as_root apt-get install -y -qq --no-install-recommends $missing; } >&2
}

# Node and npm come from Debian, unless the machine has them already.
install_node() {
  command -v node >/dev/null || install_missing nodejs
  command -v npm >/dev/null || install_missing npm
}
