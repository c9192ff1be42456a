#!/usr/bin/env bash
# What a refused request costs beside a prediction, in turns in one run: CPU of churnd and of Redis a
# request, for 200s, for 429s of one used-up token and of many, for 401s of one revoked token, for 401s
# of tokens with a bad signature, and for 429s of the same from an address that is over its budget of
# failures, at a churnd of its own.
# usage: Benchmarks/Operations/refused.sh [seconds] [rounds] [churnd's flags...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-6}
rounds=${2:-3}
shift $(($# < 2 ? $# : 2))
start_redis
start_churnd --operations.listen off --quota.limit 1000 --abuse.failures_per_minute 1 \
    --abuse.failures_burst 1 "$@"
over_budget=("$server" "$port")
start_churnd --operations.listen off --quota.limit 1000 "$@"
within_budget=("$server" "$port")
ask_redis() { redis-cli -p "$redis_port" "$@" > /dev/null; }

# Gives each subject, from the first number to before the second, all the admissions it may have.
use_up() {
    python3 - "$1" "$2" << 'PY' | redis-cli -p "$redis_port" --pipe > /dev/null
import sys, time
now = str(int(time.time() * 1000))
for number in range(int(sys.argv[1]), int(sys.argv[2])):
    words = ["RPUSH", f"quota:subject-{number}"] + [now] * 1000
    sys.stdout.write(f"*{len(words)}\r\n" + "".join(f"${len(w)}\r\n{w}\r\n" for w in words))
PY
}

jti_of() { # file of requests
    python3 - "$1" << 'PY'
import base64, json, re, sys
claims = re.search(rb"Bearer [^.]+\.([^.]+)\.", open(sys.argv[1], "rb").read()).group(1)
print(json.loads(base64.urlsafe_b64decode(claims + b"=" * (-len(claims) % 4)))["jti"])
PY
}

# A file of requests for each kind.
kinds=(admitted one-full many-full revoked bad-token over-budget)
for kind in "${kinds[@]}"; do
    case $kind in
        admitted) make_requests 5000 ;;
        one-full | revoked) make_requests 1 ;;
        many-full) make_requests 100 ;;
        bad-token | over-budget) secret=another-$secret make_requests 5000 ;;
    esac
    mv "$work/requests" "$work/$kind"
done

measure() { # kind
    local before after redis_before redis_after rate count p50 p99 bad server port
    if [ "$1" = over-budget ]; then
        set -- "$1" "${over_budget[@]}"
    else
        set -- "$1" "${within_budget[@]}"
    fi
    server=$2 port=$3
    before=$(ticks "$server")
    redis_before=$(ticks "$redis")
    WRK_REQUESTS=$work/$1 wrk -t1 -c64 -d"${seconds}s" --latency \
        -s Benchmarks/Serving/requests.lua "http://127.0.0.1:$port/predict" > "$work/wrk"
    after=$(ticks "$server")
    redis_after=$(ticks "$redis")
    read -r rate count p50 p99 bad < <(wrk_figures "$work/wrk")
    awk -v name="$1" -v rate="$rate" -v count="$count" -v p50="$p50" -v p99="$p99" -v bad="$bad" \
        -v churnd=$((after - before)) -v redis=$((redis_after - redis_before)) -v hertz="$hertz" '
        BEGIN {
            unit = 1e6 / hertz / count
            printf "%-12s %10.0f %9.2f %9.2f %9.2f %8d %8d %8.3f\n", name, rate, churnd * unit,
                redis * unit, (churnd + redis) * unit, p50, p99, bad / count
        }'
}

echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c64, $seconds s each, flags: $*"
printf '%-12s %10s %9s %9s %9s %8s %8s %8s\n' requests requests/s churnd-us redis-us sum-us p50-us \
    p99-us refused
measure admitted > /dev/null
for _ in $(seq "$rounds"); do
    ask_redis FLUSHALL
    measure admitted
    ask_redis FLUSHALL
    use_up 0 1
    measure one-full
    use_up 1 100
    measure many-full
    ask_redis FLUSHALL
    ask_redis SET "blacklist:$(jti_of "$work/revoked")" 1
    measure revoked
    measure bad-token
    measure over-budget
done | tee "$work/table"
awk '{ sum[$1] += $5; churnd[$1] += $3; n[$1]++ }
    END {
        for (name in sum) if (name != "admitted")
            printf "%s: %.2f of a prediction, churnd alone %.2f\n", name,
                sum[name] / sum["admitted"], churnd[name] / churnd["admitted"]
    }' "$work/table"
