#!/usr/bin/env bash
# Predictions over kept connections with TLS beside those without, and full handshakes a second, and
# the server's CPU microseconds for each, beside nginx with the same certificate, in one run. One
# event loop and one worker. usage: Benchmarks/Serving/tls.sh [seconds] [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-3}
start_redis
make_requests 5000

echo "# $(date -u +%F), $(nproc) cores, $(nginx -v 2>&1), $(openssl version | cut -d' ' -f1,2)"

certify() { # name, kind of key
    openssl req -x509 -newkey "$2" "${@:3}" -nodes -keyout "$work/$1.key" -out "$work/$1.pem" \
        -subj /CN=localhost -days 30 2> "$work/openssl"
}
certify rsa rsa:2048
certify ec ec -pkeyopt ec_paramgen_curve:prime256v1

# Prints the handshakes a second of four clients and the CPU microseconds of the processes for each.
measure_handshakes() { # name, port, pids...
    local name=$1 port=$2 before after count begin end
    shift 2
    before=$(ticks "$@")
    begin=$(date +%s%N)
    local client clients=()
    for client in 1 2 3 4; do
        openssl s_time -connect "127.0.0.1:$port" -new -tls1_3 -time "$seconds" \
            > "$work/s_time-$client" 2>&1 &
        clients+=("$!")
    done
    wait "${clients[@]}"
    end=$(date +%s%N)
    after=$(ticks "$@")
    count=$(awk '/connections in [0-9]+ real/ { sum += $1 } END { print sum }' "$work"/s_time-*)
    awk -v name="$name" -v count="$count" -v seconds=$(((end - begin) / 1000000))e-3 -v ticks=$((after - before)) \
        -v hertz="$hertz" 'BEGIN {
            printf "%-20s %8.0f %8.1f\n", name, count / seconds, ticks / hertz * 1e6 / count }'
}

start_churnd --http.reactors 1 --operations.listen "127.0.0.1:$(free_port)"
plain=$server plain_port=$port
measured_columns server
for kind in rsa ec; do
    start_churnd --http.reactors 1 --operations.listen "127.0.0.1:$(free_port)" \
        --tls.certificate "$work/$kind.pem" --tls.key "$work/$kind.key"
    eval "${kind}_server=$server ${kind}_port=$port"
    start_nginx 1 '' "ssl_certificate $work/$kind.pem; ssl_certificate_key $work/$kind.key; ssl_protocols TLSv1.2 TLSv1.3;" \
        "listen 127.0.0.1:$(free_port) ssl;"
    nginx_tls_port=$(sed -n 's/.*listen 127.0.0.1:\([0-9]*\) ssl;.*/\1/p' "$work/nginx-$nginx_port.conf")
    eval "${kind}_nginx_port=$nginx_tls_port ${kind}_nginx=${nginx_workers[0]}"
done
# shellcheck disable=SC2154 # set by eval
for _ in $(seq "$rounds"); do
    measure plain "$seconds" "http://127.0.0.1:$plain_port/predict" Benchmarks/Serving/requests.lua "$plain"
    measure tls "$seconds" "https://127.0.0.1:$ec_port/predict" Benchmarks/Serving/requests.lua "$ec_server"
done | tee "$work/table"
awk '{ rate[$1] += $2; cpu[$1] += $3; n[$1]++ }
    END { printf "tls: %.2f of the throughput of plain, %.1f and %.1f us of CPU a request\n",
        rate["tls"] / rate["plain"], cpu["tls"] / n["tls"], cpu["plain"] / n["plain"] }' "$work/table"

printf '%-20s %8s %8s\n' 'full handshakes' 'a second' cpu-us
# shellcheck disable=SC2154 # set by eval
for _ in $(seq "$rounds"); do
    measure_handshakes nginx-rsa "$rsa_nginx_port" "$rsa_nginx"
    measure_handshakes churnd-rsa "$rsa_port" "$rsa_server"
    measure_handshakes nginx-ec "$ec_nginx_port" "$ec_nginx"
    measure_handshakes churnd-ec "$ec_port" "$ec_server"
done | tee "$work/handshakes"
awk '{ rate[$1] += $2; cpu[$1] += $3 }
    END { for (kind in rate) if (kind ~ /^churnd-/) {
        nginx = kind; sub(/churnd/, "nginx", nginx)
        printf "%s: %.2f of the handshakes of nginx, %.2f of its CPU for each\n", kind,
            rate[kind] / rate[nginx], cpu[kind] / cpu[nginx] } }' "$work/handshakes"
