#!/bin/sh
# All figures of a running exchange in one go, for a quiet machine: some ten minutes.
#   bench/exchange_figures.sh [BUILD] [SECONDS]     (out/release, 10)
# FOLDER, on the disk that is to be measured, is made and removed; 600 MB.
set -eu
cd "$(dirname "$0")/.."
build="${1:-out/release}" seconds="${2:-10}"
cmake --build "$build" -j2 --target tongsuan_node_bench bench_http_load bench_stream_load tongsuand tongsuan \
  tongsuan-verify >/dev/null
folder="${FOLDER:-out/exchange-figures}"
rm -rf "$folder"
trap 'rm -rf "$folder"' EXIT
echo "commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown), $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg)"

echo "== one exchange without HTTP: 10^6 orders, 64 clients, batches of 16; then its restart"
"$build/bench/tongsuan_node_bench" "$folder" 1000000 64 16
echo "== restart from the snapshot (target: 2 s)"
"$build/bench/tongsuan_node_bench" "$folder" restart 4
echo "== the whole journal gone through again (target: 10^6 commands/s)"
"$build/bench/tongsuan_node_bench" "$folder" replay 4
echo "== restart without a snapshot: all of it replayed, and the dispatcher back"
mkdir -p "$folder/aside"
mv "$folder"/snapshot-* "$folder/aside/"
"$build/bench/tongsuan_node_bench" "$folder" restart 2
rm -rf "$folder"

export NO_BUILD=1
sh bench/exchange_load.sh "$build" "$seconds" orders streams
for nice in 0 5 10; do
  echo "== --round-nice $nice"
  ROUND_NICE=$nice sh bench/exchange_load.sh "$build" "$seconds" round
done
echo "== the command line's start"
python3 bench/start_time.py "$build/apps/tongsuan" "$build/apps/tongsuan-verify"
