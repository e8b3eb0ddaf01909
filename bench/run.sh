#!/bin/sh
# Builds a release and runs one benchmark; docs/benchmarks.md has the figures and what they mean.
#
#   bench/run.sh              the names
#   bench/run.sh NAME [ARGS]  one of them; ARGS go to the program
set -eu
cd "$(dirname "$0")/.."
build=out/bench-release

usage() {
  cat <<'END'
usage: bench/run.sh NAME [ARGS]
  cases      the published cases j1k and j5k, end to end, three seeds (needs ../shared/data)
  week       the generated week of capacity alone, 10^3 to 10^6 orders, end to end
  national   the national week of ./run, 10^3 to 10^6 orders, end to end
  scaling    both, on 1 and 2 threads; writes out/bench-scaling.jsonl and docs/images/scaling.svg
  clearing   end to end, books of your choice: bench/run.sh clearing --threads 1,2 week:10000 j1k
  cbc        Tongsuan beside Cbc, equal CPU time and more: bench/run.sh cbc --seeds 1,2 j1k
  verify     tongsuan-verify on the files of a market of 10^6 orders, and its parts
  reclear    a warm round: 10^5 orders, one in a hundred new
  italy      20 days of the Italian day-ahead market (needs ../shared/data)
  replay     a log under EASY and SJBF (needs ../shared/data), the national week under five policies
  ledger     entries of the ledger per second, beside a plain pass over memory
  node       one exchange without HTTP: durable orders, answers, restart, memory: bench/run.sh node DIR [ORDERS CLIENTS BATCH],
             bench/run.sh node DIR restart [TIMES], bench/run.sh node DIR replay [TIMES]
  exchange   all of a running exchange: the same, load over HTTP also while a round is cleared, readers of streams
  state      a running exchange: events judged, applied and hashed, snapshots, bytes of an order
  journal    durable appends beside a plain file, opening, reading back; in out/
  http       the HTTP layer alone on one server thread; --target URL for any server
  shelf      questions about a round of a running exchange: bench/run.sh shelf national-week
  json       bodies of 256 orders, from bytes to checked fields, and back
  access     signed requests and tokens let in per second
  dispatch   each call into the market of an exchange where a million orders wait: bench/run.sh dispatch national-week
  codec      reading and writing files of 10^6 orders
  search     the search alone: bench/run.sh search week:10000 60000000 2
  pricing, quote, dual, market   the other programs of this folder
END
}

[ $# -gt 0 ] || { usage; exit 0; }
name="$1"
shift
case "$name" in -h | --help) usage; exit 0 ;; esac

. tools/packages.sh
# shellcheck disable=SC2154,SC2086  # from tools/packages.sh; words on purpose
install_missing $packages_to_run coinor-libcbc-dev coinor-cbc
mkdir -p out docs/images
cmake --preset release -DTONGSUAN_TESTS=OFF -B "$build" >out/bench-configure.log 2>&1 ||
  { cat out/bench-configure.log >&2; exit 1; }

# program NAME [ARGS]: builds tongsuan_NAME_bench and runs it.
program() {
  target="tongsuan_$1_bench"
  shift
  run "$target" "$@"
}

# run TARGET [ARGS]: builds a program of this folder and runs it.
run() {
  target="$1"
  shift
  cmake --build "$build" -j2 --target "$target" tongsuan-verify >out/bench-build.log 2>&1 ||
    { tail -40 out/bench-build.log >&2; exit 1; }
  echo "commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)," \
    "$(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores" >&2
  "$build/bench/$target" "$@"
}

case "$name" in
  cases) program clearing --seeds 1,2,3 "$@" j1k j5k ;;
  week) program clearing "$@" week:1000 week:10000 week:100000 week:1000000 ;;
  national)
    program clearing "$@" national:1000:1 national:10000:1 national:100000:1 national:1000000:1
    ;;
  scaling)
    program clearing --json --limit 120 --threads 1,2 "$@" week:1000 week:10000 week:100000 week:1000000 \
      national:1000:1 national:10000:1 national:100000:1 national:1000000:1 >out/bench-scaling.jsonl
    python3 bench/plot_scaling.py out/bench-scaling.jsonl docs/images/scaling.svg
    ;;
  cbc)
    [ $# -gt 0 ] || set -- --seeds 1,2,3 week:200 week:500 week:1000 j1k j5k week:10000
    program cbc "$@"
    ;;
  verify)
    mkdir -p out/bench-files
    program verify "$build/apps/tongsuan-verify" out/bench-files "${1:-national:1000000:1}"
    ;;
  reclear)
    [ $# -gt 0 ] || set -- week:100000 national:100000
    program reclear "$@"
    ;;
  replay)
    [ $# -gt 0 ] || set -- ../shared/data/swf/KTH-SP2-1996-2.1-cln.swf.gz national-week
    program replay "$@"
    ;;
  dispatch)
    [ $# -gt 0 ] || set -- national-week
    program dispatch "$@"
    ;;
  shelf)
    [ $# -gt 0 ] || set -- national-week
    program shelf "$@"
    ;;
  journal)
    mkdir -p out/bench-files
    program journal out/bench-files "$@"
    ;;
  http) run bench_http_load "$@" ;;
  exchange) sh bench/exchange_figures.sh "$build" "$@" ;;
  italy) program italy ../shared/data/italy_mgp "$@" ;;
  clearing | search | dual | market | ledger | state | node | json | access | codec | pricing | quote) program "$name" "$@" ;;
  *)
    echo "bench/run.sh: there is no benchmark $name" >&2
    usage >&2
    exit 2
    ;;
esac
