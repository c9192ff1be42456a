#!/usr/bin/env bash
# Counts the allocations of a prediction in steady state: one event loop, Redis, 64 connections that
# stay open, tokens of 5,000 subjects. Needs gcc and wrk.
#
# usage: Benchmarks/Serving/allocations.sh [seconds]
# CHURND: the server, .build/release/churnd by default. TRACES: how many of the allocations to write
# the place of to standard error.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Benchmarks/lib.sh
seconds=${1:-3}
gcc -O2 -shared -fPIC -o "$work/count.so" Benchmarks/Serving/count-allocations.c -ldl

number() { python3 -c 'import struct, sys; print(struct.unpack("qq", open(sys.argv[1], "rb").read(16))[0])' "$work/count"; }
trace() { python3 -c 'import struct, sys; f = open(sys.argv[1], "r+b"); f.seek(8); f.write(struct.pack("q", int(sys.argv[2])))' "$work/count" "$1"; }

measure() { # name, flags of churnd
    local name=$1 before after count rest
    shift
    head -c 16 /dev/zero > "$work/count"
    : > "$work/churnd.log"
    export ALLOCATION_COUNT=$work/count
    LD_PRELOAD=$work/count.so start_churnd --http.reactors 1 --operations.listen "127.0.0.1:$(free_port)" "$@"
    wrk -t1 -c64 -d2s -s Benchmarks/Serving/requests.lua "http://127.0.0.1:$port/predict" > /dev/null
    trace "${TRACES:-0}"
    before=$(number)
    wrk -t1 -c64 -d"${seconds}s" --latency -s Benchmarks/Serving/requests.lua \
        "http://127.0.0.1:$port/predict" > "$work/wrk"
    after=$(number)
    read -r _ count rest < <(wrk_figures "$work/wrk")
    python3 -c 'import sys; n, c = map(int, sys.argv[2:]); print(f"{sys.argv[1]}: {n / c:.3f} allocations per prediction ({n} in {c})")' \
        "$name" $((after - before)) "$count"
    [ -z "${TRACES:-}" ] || cat "$work/churnd.log" >&2
    end_process "$server" TERM
}

start_redis
make_requests 5000
measure "without audit"
mkdir "$work/audit"
measure "with audit (sync none)" --audit.directory "$work/audit" --audit.sync none
