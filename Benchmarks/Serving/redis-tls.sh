#!/usr/bin/env bash
# Predictions with one Redis that is asked without TLS and with it, in turns: throughput and CPU
# microseconds a prediction of churnd and of Redis. One event loop. With BEFORE, an earlier churnd is
# measured too, without TLS. usage: Benchmarks/Serving/redis-tls.sh [seconds] [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-3}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/redis.key" \
    -out "$work/redis.pem" -subj /CN=localhost -addext 'subjectAltName=IP:127.0.0.1' -days 2 2> "$work/openssl"
redis_port=$(free_port)
tls_port=$(free_port)
redis-server --port "$redis_port" --tls-port "$tls_port" --tls-cert-file "$work/redis.pem" \
    --tls-key-file "$work/redis.key" --tls-auth-clients no --bind 127.0.0.1 --save '' --appendonly no \
    --dir "$work" --logfile "$work/redis.log" &
redis=$!
started+=("$redis")
wait_for "$redis_port"
make_requests 5000
flags=(--http.reactors 1 --operations.listen off)
start_churnd "${flags[@]}"
plain=$server plain_port=$port
start_churnd "${flags[@]}" --redis.url "rediss://127.0.0.1:$tls_port" --redis.tls.ca "$work/redis.pem"
tls=$server tls_http_port=$port
before=
if [ -n "${BEFORE:-}" ]; then
    churnd=$BEFORE
    start_churnd "${flags[@]}"
    before=$server before_port=$port
fi
# A connection to Redis is opened by itself, after the start.
pause 1

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c64, $seconds s each, $(openssl version | cut -d' ' -f1,2)"
measured_columns redis
for _ in $(seq "$rounds"); do
    [ -z "$before" ] || measure_predictions before "$before_port" "$before" "$seconds"
    measure_predictions redis "$plain_port" "$plain" "$seconds"
    measure_predictions rediss "$tls_http_port" "$tls" "$seconds"
done
