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

# Loads POST /predict and prints a line of a table: the name, requests a second, CPU
# microseconds a request, p50 and p99 in microseconds, answers that are not 2xx.
measure_predictions() { # name, port, pid, seconds
    local before after rate count p50 p99 bad
    before=$(ticks "$3")
    wrk -t1 -c64 -d"${4}s" --latency -s Benchmarks/Serving/requests.lua \
        "http://127.0.0.1:$2/predict" > "$work/wrk"
    after=$(ticks "$3")
    read -r rate count p50 p99 bad < <(wrk_figures "$work/wrk")
    awk -v name="$1" -v rate="$rate" -v count="$count" -v p50="$p50" -v p99="$p99" -v bad="$bad" \
        -v ticks=$((after - before)) -v hertz="$hertz" 'BEGIN {
            printf "%-10s %10.0f %8.2f %8d %8d %8d\n", name, rate, ticks / hertz * 1e6 / count,
                p50, p99, bad }'
}

measured_columns() { # what the lines are named by
    printf '%-10s %10s %8s %8s %8s %8s\n' "$1" requests/s cpu-us p50-us p99-us not-2xx
}
