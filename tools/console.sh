#!/bin/sh
# The console's own tools, wherever they are wanted.
#
#   tools/console.sh setup           npm ci, unless the lock file was installed already
#   tools/console.sh build DIR       a build into DIR, unless nothing has changed since the last one
#   tools/console.sh types|lint|unit|layers|words|generated|budget|smoke|e2e
#                                    one test; exit status 77 where something is missing, which is said
#
# smoke is the first visit of e2e alone, behind two recorded hours instead of a day. Both need the programs in TONGSUAN_APPS, a build in
# CONSOLE_OUT and the system's chromium. With
# TONGSUAN_WASM (the file of target wasm_verify) a build verifies rounds in the browser.
set -eu
cd "$(dirname "$0")/../console"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm_config_update_notifier=false

skip() {
  echo "skipped: $1"
  exit 77
}

setup() {
  command -v node >/dev/null || skip "node is not installed (apt install nodejs)"
  stamp="node_modules/.installed"
  sum="$(cat package-lock.json package.json .npmrc | sha256sum) $(node --version)"
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && return 0
  command -v npm >/dev/null || skip "npm is not installed (apt install npm)"
  npm ci --silent --no-audit --no-fund || skip "npm ci failed: are the packages of console/package-lock.json within reach?"
  echo "$sum" >"$stamp"
}

# What a build is made of.
sources() {
  { find src public scripts index.html package-lock.json vite.config.ts svelte.config.js tsconfig.json ../tools/wasm -type f |
    LC_ALL=C sort | xargs sha256sum
    if [ -f "${TONGSUAN_WASM:-}" ]; then sha256sum <"$TONGSUAN_WASM"; fi; } | sha256sum
}

build() {
  out="$(mkdir -p "$1" && cd "$1" && pwd)"
  now="$(sources)"
  [ -f "$out/index.html" ] && [ -f "$out.sources" ] && [ "$(cat "$out.sources")" = "$now" ] && return 0
  setup
  CONSOLE_OUT="$out" npm run --silent build
  echo "$now" >"$out.sources"
}

case "${1:-}" in
  setup) setup ;;
  build)
    [ $# -eq 2 ] || { echo "console.sh: build needs a folder" >&2; exit 2; }
    build "$(cd - >/dev/null && mkdir -p "$2" && cd "$2" && pwd)"
    ;;
  types | lint | layers | words) setup && npm run --silent "$1" ;;
  unit) setup && npm run --silent test ;;
  generated) setup && node scripts/generate.mjs --check ;;
  budget) setup && build "$CONSOLE_OUT" && CONSOLE_OUT="$CONSOLE_OUT" node scripts/compress.mjs ;;
  smoke | e2e)
    setup
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || skip "chromium is not installed (apt install chromium)"
    build "$CONSOLE_OUT"
    if [ "$1" = smoke ]; then DAY_HOURS=2 npm run --silent e2e -- smoke.spec.ts; else npm run --silent e2e; fi
    ;;
  *)
    sed -n '2,12s/^# \{0,1\}//p' "../tools/console.sh" >&2
    exit 2
    ;;
esac
