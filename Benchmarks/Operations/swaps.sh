#!/usr/bin/env bash
# Activates telco-churn/1 and /2 in turns under load, over a Unix socket. No request may be lost, and
# every answer's probability must be the one that the model it names gives that customer, by churnctl
# score. Exits with 1 otherwise. usage: Benchmarks/Operations/swaps.sh [swaps]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

swaps=${1:-1000}
connections=64
start_redis
make_requests 5000 "$work/customers"
export WRK_EXPECTED=$work/expected
mkdir "$work/models"
for version in 1 2; do
    cp -r "Models/telco-churn/$version" "$work/models/"
    "$churnctl" score --model "Models/telco-churn/$version" --input "$work/customers" \
        | python3 -c 'import json, sys
for line in sys.stdin:
    row = json.loads(line)
    print(row["model_version"], row["customer_id"], row["churn_probability"])'
done > "$work/expected"
echo 1 > "$work/models/active"
start_churnd --model.path "$work/models" --operations.listen "unix:$work/operations.sock"

load() { # seconds, file
    exec wrk -t1 -c"$connections" -d"${1}s" --latency -s Benchmarks/Operations/swaps.lua \
        "http://127.0.0.1:$port/predict" > "$2"
}
figure() { awk -v name="$1" '$1 == name { print $2 }' "$work/wrk"; }

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c$connections"
sort -k2,3 "$work/expected" | uniq -f1 -u | wc -l | awk '{
    printf "%d of 5000 customers have another probability with the other version\n", $1 / 2 }'
(load 5 "$work/wrk-before")
read -r rate _ _ p99 _ < <(wrk_figures "$work/wrk-before")
printf 'without swaps: %.0f requests/s, p99 %d us\n' "$rate" "$p99"
load 900 "$work/wrk" &
wrk=$!
started+=("$wrk")
python3 Benchmarks/Operations/swap.py "$work/operations.sock" "$server" "$swaps" 1 2 \
    | tee "$work/swaps" | awk '/^rss/ { printf "resident after %d swaps: %d KB\n", $2, $3 }
        /^swap-ms/ { printf "a swap takes %s ms, the longest took %s\n", $2, $3 }'
# wrk takes this as the end of its time.
end_process "$wrk" INT
read -r rate _ _ p99 bad < <(wrk_figures "$work/wrk")
printf 'during %d swaps: %.0f requests/s, p99 %d us\n' "$swaps" "$rate" "$p99"
sed -n '/^sent/,$p' "$work/wrk"
open=$(($(figure sent) - $(figure answered)))
echo "open at the end $open, of $connections connections"
awk '/^rss 100 / { early = $3 } /^rss/ { last = $3 }
    END { if (early) printf "resident at the end: %.3f of that after 100 swaps\n", last / early
    }' "$work/swaps"
[ "$(figure wrong)" -eq 0 ] && [ "$(figure refused)" -eq 0 ] && [ "$(figure lost)" -eq 0 ] \
    && [ "$bad" -eq 0 ] && [ "$open" -le "$connections" ]
