#!/usr/bin/env bash
# What the audit log costs by audit.sync: /predict of a churnd without one, and of one for each way
# to sync, in turns in one run. usage: Benchmarks/Operations/audit-sync.sh [seconds] [rounds] [dir]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-3}
# On the disk that is to be measured.
logs=$(mktemp -d -p "${3:-.build}")
finish_logs() {
    finish
    rm -rf "$logs"
}
trap finish_logs EXIT
start_redis
make_requests 5000

declare -A ports servers
start_churnd --operations.listen off
ports[off]=$port servers[off]=$server
for sync in none interval always; do
    start_churnd --operations.listen off --audit.directory "$logs/$sync" --audit.sync "$sync"
    ports[$sync]=$port servers[$sync]=$server
done

echo "# $(date -u +%F), $(nproc) cores, $(stat -f -c %T "$logs"), wrk -t1 -c64, $seconds s each"
measured_columns audit.sync
for _ in $(seq "$rounds"); do
    for name in off none interval always; do
        measure_predictions "$name" "${ports[$name]}" "${servers[$name]}" "$seconds"
    done
done | tee "$work/table"
awk '{ rate[$1] += $2; n[$1]++ }
    END {
        for (name in rate) if (name != "off")
            printf "audit.sync %s keeps %.3f of the throughput without an audit log\n", name,
                rate[name] / rate["off"]
    }' "$work/table" | sort
for sync in none interval always; do
    cat "$logs/$sync"/records-* > "$work/records"
    echo "$sync: $(wc -l < "$work/records") records, $(wc -c < "$work/records") bytes"
done
