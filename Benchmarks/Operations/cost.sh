#!/usr/bin/env bash
# What audit, metrics and traces cost: /predict of a churnd with all of them and of one with none, in
# turns in one run. usage: Benchmarks/Operations/cost.sh [seconds] [rounds] [reactors]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-5}
# As many as cores, unless it is said: fewer leave a core to Redis and the load.
reactors=${3:-cores}
start_redis
make_requests 5000

operations_port=$(free_port)
start_churnd --http.reactors "$reactors" --operations.listen "127.0.0.1:$operations_port" --trace.context on \
    --audit.directory "$work/audit" --audit.sync none
on=$server on_port=$port
start_churnd --http.reactors "$reactors" --operations.listen off --trace.context off
off=$server off_port=$port

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c64, $seconds s each, reactors: $reactors"
measured_columns churnd
for _ in $(seq "$rounds"); do
    measure_predictions none "$off_port" "$off" "$seconds"
    measure_predictions all "$on_port" "$on" "$seconds"
done | tee "$work/table"
awk '{ rate[$1] += $2; cpu[$1] += $3; n[$1]++ }
    END {
        printf "all of it keeps %.3f of the throughput; %.1f us of CPU a request, without it %.1f\n",
            rate["all"] / rate["none"], cpu["all"] / n["all"], cpu["none"] / n["none"]
    }' "$work/table"
awk '/VmRSS|VmHWM/ {print "with all of it:", $1, $2, $3}' "/proc/$on/status"
echo "audit log: $(du -sm "$work/audit" | cut -f1) MB, $(cat "$work"/audit/records-* | wc -l) records"
