#!/usr/bin/env bash
# What a scrape each second does to /predict: its p99 with and without, in turns in one run, and how
# long a scrape takes. usage: Benchmarks/Operations/scrape.sh [seconds] [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-10}
rounds=${2:-5}
start_redis
make_requests 5000
operations_port=$(free_port)
start_churnd --operations.listen "127.0.0.1:$operations_port"

# It has begun when this returns: a start of Python takes as long as a p99 has room for.
start_scraper() {
    python3 Benchmarks/Operations/scrape.py "$operations_port" "$seconds" > "$work/scrapes.now" &
    scraper=$!
    started+=("$scraper")
    until [ -s "$work/scrapes.now" ]; do
        kill -0 "$scraper"
        pause 0.1
    done
}

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c64, $seconds s each"
measured_columns scrapes
# The first seconds of a process are not those that count.
measure_predictions warm-up "$port" "$server" "$seconds" > /dev/null
for _ in $(seq "$rounds"); do
    measure_predictions none "$port" "$server" "$seconds"
    start_scraper
    measure_predictions each-s "$port" "$server" "$seconds"
    wait "$scraper"
    unset 'started[-1]'
    cat "$work/scrapes.now" >> "$work/scrapes"
done | tee "$work/table"
# The middle one of the rounds: a p99 has outliers upwards alone.
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
with=$(awk '$1 == "each-s" { print $6 }' "$work/table" | median)
without=$(awk '$1 == "none" { print $6 }' "$work/table" | median)
awk -v with="$with" -v without="$without" 'BEGIN {
    printf "p99, median of the rounds: %d us with a scrape each second, %d without: %.3f\n",
        with, without, with / without }'
sort -n "$work/scrapes" | awk '{ took[NR] = $1; bytes = $2 }
    END {
        printf "%d scrapes of %d bytes under load: median %.1f ms, longest %.1f ms\n", NR, bytes,
            took[int((NR + 1) / 2)], took[NR]
    }'
