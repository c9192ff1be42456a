#!/usr/bin/env bash
# Batches of 1,000 customers: rows a second and CPU of a row, beside single predictions over one kept
# connection; memory of batches whose clients read nothing. One event loop, the store in memory, no
# audit log. usage: Benchmarks/Serving/batch.sh [batches] [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# shellcheck source=Benchmarks/lib.sh
. Benchmarks/lib.sh

# Named, and not asked.
redis_port=1
start_churnd --http.reactors 1 --operations.listen off --log.requests off --store memory \
    --store.subjects 1000 --routes "predict batch"
echo "# $(date -u +%F), $(nproc) cores"
printf '%s' "$secret" | python3 Benchmarks/Serving/batch.py "$port" "$server" "${1:-100}" "${2:-3}"
