#!/usr/bin/env bash
# Failovers under load: three Redis and three Sentinels on 127.0.0.1, one churnd, eight callers. Each
# round the primary is replaced: at the Sentinels' command, killed, or hung. Exits with 1 if a request
# has no answer, if an admission is neither in Redis nor lost with a primary, or if it takes more than
# 2 s after a promotion until all callers are served. usage: Benchmarks/Operations/failovers.sh [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

rounds=${1:-20}
ports=()
for _ in $(seq 7); do ports+=("$(free_port)"); done
echo "# $(date -u +%F), $(nproc) cores, $(redis-server --version | cut -d' ' -f1-3)"
# It starts churnd too, once the Sentinels know each other, and ends what it has started.
JWT_SECRET=$secret python3 Benchmarks/Operations/failovers.py "$churnd" "$work" "$rounds" "${ports[@]}" &
started+=("$!")
wait "$!"
