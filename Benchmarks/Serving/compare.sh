#!/usr/bin/env bash
# Two builds of churnd in turns in one run, so that what else the machine does meets both: /health,
# /predict, and /predict with audit, metrics and traces. Prints the medians' ratios, after to before.
# AFTER_FLAGS are flags of the second build alone, such as "--behaviour watch".
# usage: Benchmarks/Serving/compare.sh before after [seconds] [rounds] [reactors]
set -euo pipefail
before=$(realpath "$1") after=$(realpath "$2")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${3:-5}
rounds=${4:-5}
reactors=${5:-1}
make_requests 5000
declare -A ports pids redises
start() { # name, program, flags...
    local name=$1
    churnd=$2
    shift 2
    start_churnd --http.reactors "$reactors" "$@"
    ports[$name]=$port pids[$name]=$server
}
# Each build has a Redis of its own: a key that the other wrote costs the script a command more.
for build in before after; do
    start_redis
    redises[$build]=$redis
    flags=()
    [ "$build" = before ] || read -ra flags <<< "${AFTER_FLAGS:-}"
    start "$build" "${!build}" --operations.listen off --trace.context off "${flags[@]}"
    start "$build-audit" "${!build}" --operations.listen "127.0.0.1:$(free_port)" \
        --trace.context on --audit.directory "$work/audit-$build" --audit.sync none "${flags[@]}"
done

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c64, $seconds s each, reactors: $reactors${AFTER_FLAGS:+, after with $AFTER_FLAGS}"
measured_columns what
for _ in $(seq "$rounds"); do
    for build in before after; do
        redis=${redises[$build]}
        measure "$build/health" "$seconds" "http://127.0.0.1:${ports[$build]}/health" - \
            "${pids[$build]}"
        measure_predictions "$build/predict" "${ports[$build]}" "${pids[$build]}" "$seconds"
        measure_predictions "$build/audit" "${ports[$build-audit]}" "${pids[$build-audit]}" \
            "$seconds"
    done
done | tee "$work/table"
python3 - "$work/table" <<'PYTHON'
import collections, statistics, sys
values = collections.defaultdict(list)
for line in open(sys.argv[1]):
    name, *numbers = line.split()
    values[name].append([float(number) for number in numbers])
for what in ("health", "predict", "audit"):
    before, after = (
        [statistics.median(column) for column in zip(*values[f"{build}/{what}"])]
        for build in ("before", "after"))
    ratios = [a / b if b else float("nan") for b, a in zip(before, after)]
    print(f"{what}: requests/s x {ratios[0]:.2f}, CPU x {ratios[1]:.2f}, Redis x {ratios[2]:.2f}, "
          f"p50 x {ratios[3]:.2f}, p99 x {ratios[4]:.2f}")
PYTHON
for name in before after; do
    awk -v name="$name" '/VmRSS|VmHWM/ {print name, $1, $2, $3}' "/proc/${pids[$name]}/status"
done
