#!/usr/bin/env bash
# /predict and /health beside nginx's `return 200` and beside two services that do nearly the same as
# /predict, of nginx with Lua and of Go with fasthttp (see peers/), all in turns in one run.
# usage: Benchmarks/Serving/peers.sh [seconds] [rounds] [loops, workers and Go's threads]
# Debian: nginx libnginx-mod-http-lua lua-cjson golang-go golang-github-valyala-fasthttp-dev
#         golang-github-gomodule-redigo-dev golang-github-golang-jwt-jwt-dev
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-5}
threads=${3:-$(nproc)}
start_redis
export PEER_SECRET=$secret PEER_REDIS_PORT=$redis_port

start_nginx "$threads"
plain_port=$nginx_port plain_workers=("${nginx_workers[@]}")

modules=/usr/lib/nginx/modules
start_nginx "$threads" "load_module $modules/ndk_http_module.so;
load_module $modules/ngx_http_lua_module.so;
env PEER_SECRET; env PEER_REDIS_PORT;" \
    "lua_package_path '$PWD/Benchmarks/Serving/peers/?.lua;/usr/share/lua/5.1/?.lua;;';
    lua_package_cpath '/usr/lib/x86_64-linux-gnu/lua/5.1/?.so;;';" \
    "location /predict { content_by_lua_block { require('predict')() } }"
lua_port=$nginx_port lua_workers=("${nginx_workers[@]}")

go_port=$(free_port)
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/go \
    go build -o "$work/peer" Benchmarks/Serving/peers/main.go
GOMAXPROCS=$threads "$work/peer" "$go_port" &
go=$!
started+=("$go")
wait_for "$go_port"

start_churnd --operations.listen off --http.reactors "$threads"
make_requests 5000
requests=Benchmarks/Serving/requests.lua

echo "# $(date -u +%F), $(nproc) cores, $(nginx -v 2>&1), $(go version), $(redis-server --version |
    cut -d' ' -f1-3), wrk -t1 -c64, $seconds s each, loops, workers and threads: $threads"
measured_columns server
for _ in $(seq "$rounds"); do
    measure nginx "$seconds" "http://127.0.0.1:$plain_port/health" - "${plain_workers[@]}"
    measure /health "$seconds" "http://127.0.0.1:$port/health" - "$server"
    measure /predict "$seconds" "http://127.0.0.1:$port/predict" "$requests" "$server"
    measure nginx+Lua "$seconds" "http://127.0.0.1:$lua_port/predict" "$requests" \
        "${lua_workers[@]}"
    measure Go "$seconds" "http://127.0.0.1:$go_port/predict" "$requests" "$go"
done | tee "$work/table"
awk '{ rate[$1] += $2; cpu[$1] += $3; redis[$1] += $4; n[$1]++ }
    END {
        for (name in rate)
            printf "%s: /predict is %.2f of its requests a second, CPU %.1f us, Redis %.1f us\n",
                name, rate["/predict"] / rate[name], cpu[name] / n[name], redis[name] / n[name]
        printf "/health: %.2f of nginx\n", rate["/health"] / rate["nginx"]
    }' "$work/table"
