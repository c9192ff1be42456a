#!/usr/bin/env bash
# kill -9 under load: every 200 that wrk has read must have its record in the audit log, which is
# kept over all rounds. Exits with 1 if one has none. usage: Benchmarks/Operations/kill.sh [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

rounds=${1:-20}
start_redis
make_requests 5000
export WRK_RECEIVED=$work/received

# Starts churnd on the log as it was left, and sees that it says what of it was torn.
start_round() {
    local said
    : > "$work/churnd.log"
    start_churnd --operations.listen off --log.requests off \
        --audit.directory "$work/audit" --audit.sync none --audit.segment_bytes 16777216
    said=$(said bytes)
    if [ "${said:-0}" -ne "$torn" ]; then
        echo "$torn bytes were torn, the next start cut off ${said:-none}" >&2
        failures=$((failures + 1))
    fi
}
# A number in the log of the start: next_sequence, or the bytes that were cut off.
said() { sed -n "s/.*\"$1\":\"\\([0-9]*\\)\".*/\\1/p" "$work/churnd.log" | head -1; }

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c64, kill -9 after 1 to 2 s"
printf '%5s %8s %8s %8s %8s\n' round answers records missing torn
failures=0
answers=0
torn=0
for round in $(seq "$rounds"); do
    start_round
    first=$(said next_sequence)
    # wrk continues without the server until its time is over, and then reports its count.
    wrk -t1 -c64 -d3s -s Benchmarks/Operations/received.lua \
        "http://127.0.0.1:$port/predict" > "$work/wrk" &
    wrk=$!
    started+=("$wrk")
    pause "$(awk -v random="$RANDOM" 'BEGIN { print 1 + random / 32768 }')"
    end_process "$server" KILL
    wait "$wrk"
    unset 'started[-1]'
    read -r _ count _ _ bad < <(wrk_figures "$work/wrk")
    read -r received records missing torn < <(
        python3 Benchmarks/Operations/check-records.py "$work/received" "$work/audit" "$first")
    printf '%5d %8d %8d %8d %8d\n' "$round" "$received" "$records" "$missing" "$torn"
    answers=$((answers + received))
    failures=$((failures + missing))
    if [ "$received" -ne $((count - bad)) ] || [ "$received" -eq 0 ]; then
        echo "round $round: wrk counts $((count - bad)) good answers" >&2
        failures=$((failures + 1))
    fi
done
start_round
end_process "$server" TERM
echo "$answers answers in $rounds rounds; all of the log, after one more start:"
AUDIT_KEY=$audit_key "$churnctl" audit verify "$work/audit" || failures=$((failures + 1))
[ "$failures" -eq 0 ]
