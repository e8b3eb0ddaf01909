#!/bin/sh
# Load on a real exchange over loopback.
#   bench/exchange_load.sh [BUILD] [SECONDS] [PART...]     (out/release, 10, all parts)
#   orders    durable orders a second and how long an answer takes, with batches and one by one
#   round     the same while a round of 10^5 orders is cleared and verified; ROUND_ORDERS, ROUND_NICE
#   streams   1,000 readers of the event stream while orders flow; READERS, RATE
# Rates of participant and address are raised, so that nothing is refused; where answers are not
# 2xx, it says so.
set -eu
cd "$(dirname "$0")/.."
build="${1:-out/release}" seconds="${2:-10}"
[ $# -le 2 ] && set -- "$build" "$seconds" orders round streams
shift 2
for target in bench_http_load bench_stream_load tongsuand tongsuan; do
  [ -n "${NO_BUILD:-}" ] || cmake --build "$build" -j2 --target "$target" >/dev/null
done
folder="$(mktemp -d "${TMPDIR:-/tmp}/exchange-load.XXXXXX")"
pid=""
stop() {
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
  pid=""
}
trap 'stop; rm -rf "$folder"' EXIT

operator() { # METHOD PATH BODY KEY
  curl -sS -f -X "$1" "$url$2" -H 'Authorization: Bearer dev-operator' -H 'Content-Type: application/json' \
    -H "Idempotency-Key: $4" -d "$3" >/dev/null
}
# start ORDERS [OPTION...]: an exchange whose places are as large as the market of so many orders.
start() {
  rm -rf "$folder/data" "$folder/port"
  "$build/apps/tongsuan" generate national --orders "$1" --seed 1 --force -o "$folder/places.market" >/dev/null 2>&1
  shift
  "$build/apps/tongsuand" --data "$folder/data" --init --places "$folder/places.market" --dev --round 600000 >/dev/null 2>&1
  mkfifo "$folder/port"
  "$build/apps/tongsuand" --data "$folder/data" --dev --listen 127.0.0.1:0 --participant-rate 250000 \
    --address-rate 250000 "$@" >"$folder/port" 2>"$folder/log" &
  pid=$!
  read -r line <"$folder/port"
  url="http://127.0.0.1:${line##* }"
  operator PUT /v1/rules "$(curl -sS "$url/v1/rules" | python3 -c '
import json, sys
given = json.load(sys.stdin)
rules = {name: given[name] for name in ("roundSeconds", "lockSeconds", "collarPercent", "penaltyPpm", "takeOrPayPpm")}
print(json.dumps({**rules, "ordersOfOne": 4000000, "liveOrders": 4000000}))')" load-rules
  operator POST /v1/participants '{"name":"load","role":"participant"}' load-participant
  participant="$(curl -sS "$url/v1/participants?pageSize=200" -H 'Authorization: Bearer dev-operator' |
    python3 -c 'import json, sys; print([p["id"] for p in json.load(sys.stdin)["items"] if p["name"] == "load"][0])')"
  operator POST /v1/deposits "{\"to\":{\"participant\":\"$participant\",\"purpose\":\"cash\"},\"amount\":{\"amount\":\"100000000000\",\"currency\":\"CNY\"},\"reference\":\"1\"}" load-money
}

# orders N NAME: a body of N orders that nobody will start; {n} becomes the number of the request.
orders() {
  python3 - "$1" "$2" <<'PYTHON'
import json, sys
orders = [{"idempotencyKey": sys.argv[2] + "-{n}-%d" % i,
           "order": {"kind": "block", "name": "job",
                     "ways": [{"class": ["H800", "A800", "Ascend910B"][i % 3], "devices": 1 + i % 8, "durationSeconds": 36000}],
                     "limit": {"amount": "0.%02d" % (1 + i * 7 % 99), "currency": "CNY"}}}
          for i in range(int(sys.argv[1]))]
print(json.dumps({"orders": orders}, separators=(",", ":")))
PYTHON
}
cpu() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
# batches SIZE NAME: 64 clients, each sends its next batch when the last one is answered.
batches() {
  orders "$1" "$1-$2" >"$folder/body"
  before="$(cpu)"
  echo "64 clients, batches of $1 orders, $2:"
  "$build/bench/bench_http_load" --target "$url/v1/orders:batch" --method POST --body-file "$folder/body" \
    --header 'Authorization: Bearer dev-load' --header 'Content-Type: application/json' \
    --connections 64 --seconds "$seconds" --json >"$folder/result"
  after="$(cpu)"
  say "$1" "$((after - before))"
}
# say ORDERS HUNDREDTHS: what the last load was answered.
say() {
  python3 - "$1" "$2" "$seconds" "$folder/result" <<'PYTHON'
import json, sys
size, hundredths, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
with open(sys.argv[4], encoding="utf-8") as file:
    r = json.load(file)
per_second = r["per_s"] * size
cpu_s = hundredths / 100
share = r["client_cpu_s"] / (r["client_cpu_s"] + cpu_s)
print("  %.0f orders/s durable; p50 %.2f, p99 %.2f, p999 %.2f, max %.1f ms; %d refused, %d broken" %
      (per_second, r["p50_ms"], r["p99_ms"], r["p999_ms"], r["max_ms"], r["not_2xx"], r["broken"]))
# The server was measured over the warm-up of a second, too.
print("  server %.1f µs CPU an order; client %.0f %% of the CPU time" %
      (cpu_s * 1e6 / max(1, per_second * (seconds + 1)), 100 * share))
PYTHON
}
single() { # CONNECTIONS
  python3 -c 'import json
print(json.dumps({"kind": "block", "name": "job", "ways": [{"class": "H800", "devices": 1, "durationSeconds": 36000}], "limit": {"amount": "0.30", "currency": "CNY"}}))' >"$folder/body"
  before="$(cpu)"
  echo "$1 clients, one order a request:"
  "$build/bench/bench_http_load" --target "$url/v1/orders" --method POST --body-file "$folder/body" \
    --header 'Authorization: Bearer dev-load' --header 'Content-Type: application/json' \
    --header "Idempotency-Key: one-$1-{n}" --connections "$1" --seconds "$seconds" --json >"$folder/result"
  after="$(cpu)"
  say 1 "$((after - before))"
}
figures() {
  curl -sS "$url/metrics" | grep -E '^tongsuan_(commands_total|batches_total|orders_live|refused|requests_refused)' | sed 's/^/  /'
  grep VmRSS "/proc/$pid/status" | sed 's/^/  /'
}

part_orders() {
  start 200
  batches 16 idle
  batches 64 idle
  single 1
  single 64
  figures
  stop
}

# An order comes in while the round is solved: does its answer wait?
part_round() {
  count="${ROUND_ORDERS:-100000}"
  start "$count" --round-nice "${ROUND_NICE:-5}"
  # A third more than the book takes, because some start at once.
  "$build/apps/tongsuan" generate national --orders $((count * 4 / 3)) --seed 2 -o "$folder/book.market" >/dev/null 2>&1
  python3 bench/orders_of_market.py "$folder/book.market" "$url" dev-load $((count * 4 / 3))
  batches "${ROUND_BATCH:-16}" before-the-round
  operator POST /v1/rounds:close-gate '{"round":"R-1"}' load-gate
  sleep 1
  batches "${ROUND_BATCH:-16}" while-it-is-cleared
  round | sed 's/^/  after that: /'
  waited=0
  while ! round | grep -qE 'cleared|empty|unsolved' && [ "$waited" -lt 600 ]; do
    sleep 1
    waited=$((waited + 1))
  done
  echo "the round, $waited s later:"
  round | sed 's/^/  /'
  figures
  stop
}
round() {
  curl -sS "$url/v1/rounds/R-1" | python3 -c '
import json, sys
r = json.load(sys.stdin)
print(", ".join("%s %s" % (name, r[name]) for name in ("state", "orders", "awards", "gapPpm", "gate", "closedAt", "closed", "detail") if name in r))'
}

part_streams() {
  start 200
  python3 -c 'import json
print(json.dumps({"kind": "block", "name": "job", "ways": [{"class": "H800", "devices": 1, "durationSeconds": 36000}], "limit": {"amount": "0.30", "currency": "CNY"}}))' >"$folder/order"
  grep VmRSS "/proc/$pid/status" | sed 's/^/  before: /'
  for rate in ${RATE:-20 100}; do
    before="$(cpu)"
    "$build/bench/bench_stream_load" --target "$url" --token dev-load --body-file "$folder/order" \
      --readers "${READERS:-1000}" --rate "$rate" --seconds "$seconds"
    echo "  server: $(($(cpu) - before)) hundredths of a CPU second"
    grep VmRSS "/proc/$pid/status" | sed 's/^/  after: /'
  done
  stop
}

for part in "$@"; do
  echo "== $part"
  "part_$part"
done
