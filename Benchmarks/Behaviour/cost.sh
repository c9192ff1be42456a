#!/usr/bin/env bash
# What baselines of subjects cost /predict: a churnd with behaviour = watch and one with off, in turns
# in one run. usage: Benchmarks/Behaviour/cost.sh [seconds] [rounds] [reactors]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-5}
reactors=${3:-1}
start_redis
# Of so many subjects.
make_requests 5000

start_churnd --http.reactors "$reactors" --operations.listen off
off=$server off_port=$port
start_churnd --http.reactors "$reactors" --operations.listen off --behaviour watch \
    --behaviour.subjects 10000
watch=$server watch_port=$port

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c64, $seconds s each, reactors: $reactors"
measured_columns behaviour
for _ in $(seq "$rounds"); do
    measure_predictions off "$off_port" "$off" "$seconds"
    measure_predictions watch "$watch_port" "$watch" "$seconds"
done | tee "$work/table"
awk '{ rate[$1] += $2; cpu[$1] += $3; n[$1]++ }
    END {
        printf "watch keeps %.3f of the throughput; %.2f us of CPU a request, off %.2f\n",
            rate["watch"] / rate["off"], cpu["watch"] / n["watch"], cpu["off"] / n["off"]
    }' "$work/table"
# CPU of each process' busiest thread, its event loop, and of all its others, for one request.
for name in off watch; do
    process=${!name}
    awk -v name="$name" '/VmRSS|VmHWM/ {print name, $1, $2, $3}' "/proc/$process/status"
    requests=$(awk -v name="$name" -v seconds="$seconds" \
        '$1 == name { sum += $2 * seconds } END { print sum }' "$work/table")
    for thread in /proc/"$process"/task/*; do
        awk '{print $(NF - 38) + $(NF - 37)}' "$thread/stat"
    done | sort -n -r | awk -v name="$name" -v requests="$requests" -v hertz="$hertz" '
        NR == 1 { loop = $1 } NR > 1 { rest += $1 }
        END { printf "%s: event loop %.2f us, other threads %.2f us\n", name,
            1e6 * loop / hertz / requests, 1e6 * rest / hertz / requests }'
done
