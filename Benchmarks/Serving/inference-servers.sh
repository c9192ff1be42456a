#!/usr/bin/env bash
# The Open Inference Protocol as churnd, MLServer and KServe's server for Python answer it: the shipped
# model and the same rows, with one process each, in turns in one run. The two in Python check no
# token and no quota, keep no log of requests, and use XGBoost's library.
# usage: Benchmarks/Serving/inference-servers.sh [seconds] [rounds]
# Fetches packages from PyPI, once; a server whose packages cannot be installed is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

seconds=${1:-5}
rounds=${2:-3}
sources=$PWD/Benchmarks/Serving/inference-servers
export BUNDLE=$PWD/Models/telco-churn/3 PYTHONPATH=$sources INFERENCE_TOKENS=$work/tokens INFERENCE_BODY=$work/body

# Named, and not asked.
redis_port=1
start_churnd --http.reactors 1 --operations.listen off --store memory --store.subjects 1000 \
    --model.path "$BUNDLE" --quota.window 1
# The quota is of a subject and a second.
for subject in $(seq 50); do
    JWT_SECRET=$secret "$churnctl" token mint --sub "s$subject" --ttl 3600
done > "$INFERENCE_TOKENS"
names=(churnd)
ports=("$port")
pids=("$server")

if environment=$(Scripts/python-environment.sh "$sources/mlserver.txt"); then
    mlserver_port=$(free_port)
    mkdir "$work/mlserver"
    cat > "$work/mlserver/settings.json" <<JSON
{"host": "127.0.0.1", "http_port": $mlserver_port, "grpc_port": $(free_port), "metrics_port": $(free_port),
 "parallel_workers": 0, "debug": false, "logging_settings": {"version": 1, "disable_existing_loggers": true}}
JSON
    echo '{"name": "telco-churn", "implementation": "mlserver_model.Churn", "version": "v3"}' \
        > "$work/mlserver/model-settings.json"
    OMP_NUM_THREADS=1 "$environment/bin/mlserver" start "$work/mlserver" > "$work/mlserver.log" 2>&1 &
    names+=(MLServer) ports+=("$mlserver_port") pids+=("$!")
    started+=("$!")
fi
if environment=$(Scripts/python-environment.sh "$sources/kserve.txt"); then
    kserve_port=$(free_port)
    OMP_NUM_THREADS=1 "$environment/bin/python" "$sources/kserve_server.py" "$kserve_port" > "$work/kserve.log" 2>&1 &
    names+=(KServe) ports+=("$kserve_port") pids+=("$!")
    started+=("$!")
fi

body() { # rows
    python3 - "$1" <<'PY'
import json
import sys

customer = json.load(open("Models/telco-churn/3/manifest.json"))["schema"]["examples"][0]
count = int(sys.argv[1])
inputs = []
for name, value in customer.items():
    if name == "customerID":
        continue
    datatype = "BYTES" if isinstance(value, str) else "FP64" if name.endswith("Charges") else "INT64"
    column = [number % 72 + 1 for number in range(count)] if name == "tenure" else [value] * count
    inputs.append({"name": name, "shape": [count, 1], "datatype": datatype, "data": column})
outputs = [{"name": "churn_probability"}, {"name": "risk_level"}]
json.dump({"inputs": inputs, "outputs": outputs}, sys.stdout)
PY
}

# The probabilities that a server answers with, rounded as churnd does.
probabilities() { # port
    curl -sS --fail "http://127.0.0.1:$1/v2/models/telco-churn/infer" -d "@$INFERENCE_BODY" \
        -H 'Content-Type: application/json' -H "Authorization: Bearer $(head -1 "$INFERENCE_TOKENS")" |
        python3 -c 'import json, sys
print([round(p, 4) for one in json.load(sys.stdin)["outputs"] if one["name"] == "churn_probability" for p in one["data"]])'
}

measure_inference() { # name, port, pid, rows
    local before after rate count p50 p99 bad
    before=$(ticks "$3")
    wrk -t1 -c"$connections" -d"${seconds}s" --latency -s "$sources/inference.lua" \
        "http://127.0.0.1:$2/v2/models/telco-churn/infer" > "$work/wrk"
    after=$(ticks "$3")
    read -r rate count p50 p99 bad < <(wrk_figures "$work/wrk")
    awk -v name="$1" -v rows="$4" -v rate="$rate" -v count="$count" -v p50="$p50" -v p99="$p99" \
        -v bad="$bad" -v ticks=$((after - before)) -v hertz="$hertz" \
        -v memory="$(awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$3/status")" 'BEGIN {
            printf "%-10s %5d %11.0f %11.0f %10.1f %10.0f %10.0f %8.0f %8d\n", name, rows, rate, rate * rows,
                ticks / hertz * 1e6 / count, p50, p99, memory, bad }'
}

body 5 > "$INFERENCE_BODY"
wanted=$(probabilities "$port")
for index in "${!names[@]}"; do
    for _ in $(seq 600); do
        if curl -sf -o "$work/ready" "http://127.0.0.1:${ports[index]}/v2/models/telco-churn/ready"; then break; fi
        kill -0 "${pids[index]}" || { cat "$work/${names[index],,}.log" >&2; exit 1; }
        pause 0.1
    done
    found=$(probabilities "${ports[index]}")
    [ "$found" = "$wanted" ] || { echo "${names[index]}: $found, expected $wanted" >&2; exit 1; }
done

connections=16
echo "# $(date -u +%F), $(nproc) cores, wrk -t1 -c$connections, $seconds s each, one process each: ${names[*]}"
printf '%-10s %5s %11s %11s %10s %10s %10s %8s %8s\n' server rows requests/s rows/s cpu-us p50-us p99-us rss-MiB not-2xx
for _ in $(seq "$rounds"); do
    for rows in 1 100; do
        body "$rows" > "$INFERENCE_BODY"
        for index in "${!names[@]}"; do
            measure_inference "${names[index]}" "${ports[index]}" "${pids[index]}" "$rows"
        done
    done
done
