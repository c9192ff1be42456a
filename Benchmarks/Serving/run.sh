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

nginx_port=$(free_port)
cat > "$work/nginx.conf" <<CONF
worker_processes auto;
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 1024; }
http {
    access_log $work/nginx-access.log;
    keepalive_requests 1000000000;
    client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
    uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    server {
        listen 127.0.0.1:$nginx_port reuseport;
        location / { default_type application/json; return 200 '{"status":"pass"}'; }
    }
}
CONF
nginx -c "$work/nginx.conf" -g 'daemon off;' 2> "$work/nginx-start.log" &
nginx=$!
started+=("$nginx")
wait_for "$nginx_port"
mapfile -t nginx_workers < <(pgrep -P "$nginx")

# As it is by default, on ports of its own.
start_churnd --operations.listen "127.0.0.1:$(free_port)"
make_requests 5000

measure() { # name, url, script or -, pids...
    local name=$1 url=$2 script=$3
    shift 3
    local before after redis_before redis_after rate count p99 bad
    before=$(ticks "$@")
    redis_before=$(ticks "$redis")
    if [ "$script" = - ]; then
        wrk -t1 -c64 -d"${seconds}s" --latency "$url" > "$work/wrk"
    else
        wrk -t1 -c64 -d"${seconds}s" --latency -s "$script" "$url" > "$work/wrk"
    fi
    after=$(ticks "$@")
    redis_after=$(ticks "$redis")
    read -r rate count _ p99 bad < <(wrk_figures "$work/wrk")
    awk -v name="$name" -v rate="$rate" -v count="$count" -v p99="$p99" -v bad="$bad" \
        -v ticks=$((after - before)) -v redis=$((redis_after - redis_before)) \
        -v hertz="$hertz" 'BEGIN {
            printf "%-10s %10.0f %8.2f %8.2f %8d %8d\n", name, rate,
                ticks / hertz * 1e6 / count, redis / hertz * 1e6 / count, p99, bad
        }'
}

echo "# $(date -u +%F), $(nproc) cores, $(nginx -v 2>&1), $(redis-server --version | cut -d' ' -f1-3)"
printf '%-10s %10s %8s %8s %8s %8s\n' server requests/s cpu-us redis-us p99-us not-2xx
for _ in $(seq "$rounds"); do
    measure nginx "http://127.0.0.1:$nginx_port/health" - "${nginx_workers[@]}"
    measure /health "http://127.0.0.1:$port/health" - "$server"
    measure /predict "http://127.0.0.1:$port/predict" Benchmarks/Serving/requests.lua "$server"
done | tee "$work/table"
awk '{ rate[$1] += $2; cpu[$1] += $3; redis[$1] += $4; n[$1]++ }
    END {
        for (name in rate) if (name != "nginx")
            printf "%s: %.2f of nginx, %.1f us of CPU a request, %.1f us of Redis'"'"'\n", name,
                rate[name] / rate["nginx"], cpu[name] / n[name], redis[name] / n[name]
    }' "$work/table"
awk '/VmRSS|VmHWM/ {print "churnd", $1, $2, $3}' "/proc/$server/status"
