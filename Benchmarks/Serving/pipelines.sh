#!/usr/bin/env bash
# How long one client of /predict waits beside 64 connections that send requests ahead as fast as
# they are taken, and beside none. usage: Benchmarks/Serving/pipelines.sh [seconds] [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-5}
rounds=${2:-3}
start_redis
# One event loop, so that client and pipelines share it.
start_churnd --operations.listen off --http.reactors 1 --log.requests off
make_requests 1000

measure() { # name
    local p50 p99 bad
    wrk -t1 -c1 -d"${seconds}s" --latency -s Benchmarks/Serving/requests.lua \
        "http://127.0.0.1:$port/predict" > "$work/wrk"
    read -r _ _ p50 p99 bad < <(wrk_figures "$work/wrk")
    printf '%-10s %10d %10d %8d %12s\n' "$1" "$p50" "$p99" "$bad" "${2:--}"
}

echo "# $(date -u +%F), $(nproc) cores, $(redis-server --version | cut -d' ' -f1-3)"
printf '%-10s %10s %10s %8s %12s\n' beside p50-us p99-us not-2xx answers-B/s
for _ in $(seq "$rounds"); do
    measure none
    python3 Benchmarks/Serving/pipelines.py "$port" 64 "$((seconds + 2))" > "$work/pipelines" &
    pipelines=$!
    started+=("$pipelines")
    pause 1
    line=$(measure 64)
    wait "$pipelines"
    echo "${line% *} $(cat "$work/pipelines")"
done
