#!/bin/sh
# Runs every fuzzer for a while, or those that are named; new inputs stay in out/fuzz-corpus.
#   usage: tools/fuzz.sh SECONDS [ENTRY...]
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?usage: tools/fuzz.sh SECONDS [ENTRY...]}
shift
[ $# -gt 0 ] || set -- market_text certificate_text verify scenario_text trace_csv swf run_record replay_world \
  ledger_events journal http json_text credentials jwks job_file settings_file engine_events state_snapshot exchange_records \
  slurm_answers kubernetes_answers hub_answers
cmake -S . -B out/fuzz -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_CXX_COMPILER=clang++ -DTONGSUAN_FUZZERS=ON >/dev/null
cmake --build out/fuzz -j2 --target fuzzers fuzz_seeds
for entry; do
  mkdir -p "out/fuzz-corpus/$entry"
  "out/fuzz/tests/fuzz/fuzz_$entry" -max_total_time="$seconds" -max_len=16384 -rss_limit_mb=3000 \
    "out/fuzz-corpus/$entry" "out/fuzz/tests/fuzz/seeds/$entry"
done
