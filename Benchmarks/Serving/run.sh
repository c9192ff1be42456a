#!/usr/bin/env bash
# Compares churnd with nginx's `return 200` in one run: requests a second, and the server's CPU
# microseconds a request. usage: Benchmarks/Serving/run.sh [seconds] [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-3}
start_redis

start_nginx auto

# As it is by default, on ports of its own.
start_churnd --operations.listen "127.0.0.1:$(free_port)"
make_requests 5000

echo "# $(date -u +%F), $(nproc) cores, $(nginx -v 2>&1), $(redis-server --version | cut -d' ' -f1-3)"
measured_columns server
for _ in $(seq "$rounds"); do
    measure nginx "$seconds" "http://127.0.0.1:$nginx_port/health" - "${nginx_workers[@]}"
    measure /health "$seconds" "http://127.0.0.1:$port/health" - "$server"
    measure /predict "$seconds" "http://127.0.0.1:$port/predict" Benchmarks/Serving/requests.lua "$server"
done | tee "$work/table"
awk '{ rate[$1] += $2; cpu[$1] += $3; redis[$1] += $4; n[$1]++ }
    END {
        for (name in rate) if (name != "nginx")
            printf "%s: %.2f of nginx, %.1f us of CPU a request, %.1f us of Redis'"'"'\n", name,
                rate[name] / rate["nginx"], cpu[name] / n[name], redis[name] / n[name]
    }' "$work/table"
awk '/VmRSS|VmHWM/ {print "churnd", $1, $2, $3}' "/proc/$server/status"
