#!/bin/sh
# Load on a real exchange over loopback: durable orders a second and how long an answer takes, with
# batches and one by one, and what share of the cores the client took.
#   bench/exchange_load.sh [BUILD] [SECONDS]     (out/release, 10)
set -eu
cd "$(dirname "$0")/.."
build="${1:-out/release}" seconds="${2:-10}"
cmake --build "$build" -j2 --target bench_http_load tongsuand tongsuan >/dev/null
folder="$(mktemp -d)"
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
pid=""
"$build/apps/tongsuan" generate national --orders 200 --seed 1 -o "$folder/places.market" >/dev/null 2>&1
"$build/apps/tongsuand" --data "$folder/data" --init --places "$folder/places.market" --dev --round 600000 >/dev/null 2>&1
mkfifo "$folder/port"
"$build/apps/tongsuand" --data "$folder/data" --dev --listen 127.0.0.1:0 >"$folder/port" 2>"$folder/log" &
pid=$!
read -r line <"$folder/port"
url="http://127.0.0.1:${line##* }"
operator() { # METHOD PATH BODY KEY
  curl -sS -f -X "$1" "$url$2" -H 'Authorization: Bearer dev-operator' -H 'Content-Type: application/json' \
    -H "Idempotency-Key: $4" -d "$3" >/dev/null
}
operator PUT /v1/rules "$(curl -sS "$url/v1/rules" | python3 -c '
import json, sys
given = json.load(sys.stdin)
rules = {name: given[name] for name in ("roundSeconds", "lockSeconds", "collarPercent", "penaltyPpm")}
print(json.dumps({**rules, "ordersOfOne": 4000000, "liveOrders": 4000000}))')" load-rules
operator POST /v1/participants '{"name":"load","role":"participant"}' load-participant
participant="$(curl -sS "$url/v1/participants?pageSize=200" -H 'Authorization: Bearer dev-operator' |
  python3 -c 'import json, sys; print([p["id"] for p in json.load(sys.stdin)["items"] if p["name"] == "load"][0])')"
operator POST /v1/deposits "{\"to\":{\"participant\":\"$participant\",\"purpose\":\"cash\"},\"amount\":{\"amount\":\"100000000000\",\"currency\":\"CNY\"},\"reference\":\"1\"}" load-money

# orders N: a body of N orders; {n} becomes the number of the request.
orders() {
  python3 - "$1" "$2" <<'PYTHON'
import json, sys
orders = [{"idempotencyKey": sys.argv[2] + "-{n}-%d" % i,
           "order": {"kind": "block", "name": "job",
                     "ways": [{"class": ["H800", "A800", "Ascend910B"][i % 3], "devices": 1 + i % 8, "durationSeconds": 36000}],
                     "limit": {"amount": "3.%02d" % (i * 7 % 100), "currency": "CNY"}}}
          for i in range(int(sys.argv[1]))]
print(json.dumps({"orders": orders}, separators=(",", ":")))
PYTHON
}
cpu() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
for size in 16 64; do
  orders "$size" "b$size" >"$folder/body"
  before="$(cpu)"
  echo "64 clients, batches of $size orders:"
  "$build/bench/bench_http_load" --target "$url/v1/orders:batch" --method POST --body-file "$folder/body" \
    --header 'Authorization: Bearer dev-load' --header 'Content-Type: application/json' \
    --connections 64 --seconds "$seconds" | sed 's/^/  /'
  used=$(($(cpu) - before))
  echo "  server: $used hundredths of a CPU second"
done
python3 -c 'import json
print(json.dumps({"kind": "block", "name": "job", "ways": [{"class": "H800", "devices": 1, "durationSeconds": 36000}], "limit": {"amount": "3.00", "currency": "CNY"}}))' >"$folder/body"
for connections in 1 64; do
  echo "$connections clients, one order a request:"
  "$build/bench/bench_http_load" --target "$url/v1/orders" --method POST --body-file "$folder/body" \
    --header 'Authorization: Bearer dev-load' --header 'Content-Type: application/json' \
    --header "Idempotency-Key: one-$connections-{n}" --connections "$connections" --seconds "$seconds" | sed 's/^/  /'
done
curl -sS "$url/metrics" | grep -E '^tongsuan_(commands_total|batches_total|orders_live|sequence|replica_sequence)'
grep VmRSS "/proc/$pid/status"
