# What the benchmarks of the server have in common; sourced by them from the project's root.
# Everything that is started ends with the script, and what it writes goes with it.
# shellcheck shell=bash
# shellcheck disable=SC2034 # some are for the scripts alone
churnd=${CHURND:-.build/release/churnd}
churnctl=${CHURNCTL:-.build/release/churnctl}
work=$(mktemp -d)
started=()
finish() {
    local pid
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

pause() { python3 -c 'import select, sys; select.select([], [], [], float(sys.argv[1]))' "$1"; }

wait_for() { # port
    for _ in $(seq 200); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
        pause 0.02
    done
    echo "nothing listens on port $1" >&2
    exit 1
}

# CPU ticks, user + system, of the given processes.
ticks() {
    local sum=0 pid fields
    for pid in "$@"; do
        read -r -a fields < <(sed 's/.*) //' "/proc/$pid/stat")
        sum=$((sum + fields[11] + fields[12]))
    done
    echo "$sum"
}
hertz=$(getconf CLK_TCK)

# Ends a process that was started here and waits for it. Its number may be another's afterwards, so
# it is forgotten.
end_process() { # pid, signal
    local pid rest=()
    kill -s "$2" "$1"
    wait "$1" 2>/dev/null || true
    for pid in "${started[@]}"; do [ "$pid" = "$1" ] || rest+=("$pid"); done
    started=("${rest[@]}")
}

start_redis() { # sets redis and redis_port
    redis_port=$(free_port)
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" \
        --logfile "$work/redis.log" &
    redis=$!
    started+=("$redis")
    wait_for "$redis_port"
}

# Starts a churnd with the flags given; sets server and port.
start_churnd() {
    port=$(free_port)
    JWT_SECRET=$secret AUDIT_KEY=$audit_key REDIS_URL=redis://127.0.0.1:$redis_port \
        CHURND_QUOTA_LIMIT=100000 "$churnd" --http.port "$port" "$@" >> "$work/churnd.log" 2>&1 &
    server=$!
    started+=("$server")
    wait_for "$port"
}
secret=$(head -c 32 /dev/urandom | base64 -w0)
audit_key=$(head -c 32 /dev/urandom | base64 -w0)

make_requests() { # count, file for the customers with identifiers or nothing
    printf '%s' "$secret" | python3 Benchmarks/Serving/make-requests.py \
        Config/telco.schema.json "$1" "$work/requests" ${2+"$2"}
    export WRK_REQUESTS=$work/requests
}

# Reads wrk's output: requests a second, requests, p50 and p99 in microseconds, answers that are
# not 2xx.
wrk_figures() { # file
    awk '
        function us(text) {
            if (text ~ /us$/) return text + 0
            if (text ~ /ms$/) return text * 1000
            return text * 1000000
        }
        /Requests\/sec/ { rate = $2 }
        /requests in/ { count = $1 }
        /50%/ { p50 = us($2) }
        /99%/ { p99 = us($2) }
        /Non-2xx/ { bad = $NF }
        END { print rate, count, p50, p99, bad + 0 }' "$1"
}

# Loads a URL with 64 connections and prints a line of a table: the name, requests a second, CPU
# microseconds of the processes and of Redis a request, p50 and p99 in microseconds, answers that
# are not 2xx.
measure() { # name, seconds, url, script of wrk or -, pids...
    local name=$1 seconds=$2 url=$3 script=()
    [ "$4" = - ] || script=(-s "$4")
    shift 4
    local before after redis_before redis_after rate count p50 p99 bad
    before=$(ticks "$@")
    redis_before=$(ticks "$redis")
    wrk -t1 -c64 -d"${seconds}s" --latency "${script[@]}" "$url" > "$work/wrk"
    after=$(ticks "$@")
    redis_after=$(ticks "$redis")
    read -r rate count p50 p99 bad < <(wrk_figures "$work/wrk")
    awk -v name="$name" -v rate="$rate" -v count="$count" -v p50="$p50" -v p99="$p99" -v bad="$bad" \
        -v ticks=$((after - before)) -v redis=$((redis_after - redis_before)) -v hertz="$hertz" 'BEGIN {
            printf "%-14s %10.0f %8.2f %8.2f %8d %8d %8d\n", name, rate,
                ticks / hertz * 1e6 / count, redis / hertz * 1e6 / count, p50, p99, bad }'
}

measure_predictions() { # name, port, pid, seconds
    measure "$1" "$4" "http://127.0.0.1:$2/predict" Benchmarks/Serving/requests.lua "$3"
}

measured_columns() { # what the lines are named by
    printf '%-14s %10s %8s %8s %8s %8s %8s\n' "$1" requests/s cpu-us redis-us p50-us p99-us not-2xx
}

# Starts an nginx that answers every path with 200 and logs as churnd does, on a port of its own;
# sets nginx_port and nginx_workers.
start_nginx() { # workers, then what is added on the top, in http, and in the server, if anything
    nginx_port=$(free_port)
    cat > "$work/nginx-$nginx_port.conf" <<CONF
worker_processes $1;
pid $work/nginx-$nginx_port.pid;
error_log $work/nginx-error.log;
${2:-}
events { worker_connections 1024; }
http {
    access_log $work/nginx-access.log;
    keepalive_requests 1000000000;
    client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
    uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    ${3:-}
    server {
        listen 127.0.0.1:$nginx_port reuseport;
        location / { default_type application/json; return 200 '{"status":"pass"}'; }
        ${4:-}
    }
}
CONF
    nginx -c "$work/nginx-$nginx_port.conf" -g 'daemon off;' 2>> "$work/nginx-start.log" &
    started+=("$!")
    local nginx=$!
    wait_for "$nginx_port"
    mapfile -t nginx_workers < <(pgrep -P "$nginx")
}
