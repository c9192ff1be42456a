#!/usr/bin/env bash
# Scores a million rows of CSV and tells rows a second of CPU time and the largest resident memory,
# which a tenth of the rows must show too. usage: Benchmarks/Scoring/run.sh TABLE.csv [rounds]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

table=${1:?usage: Benchmarks/Scoring/run.sh TABLE.csv [rounds]}
rounds=${2:-3}
churnctl=${CHURNCTL:-.build/release/churnctl}
model=${MODEL:-Models/telco-churn/1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The table's rows over and over, under its header.
repeat() { # rows
    awk -v wanted="$1" 'NR == 1 { print; next } { row[count++] = $0 }
        END { for (i = 0; i < wanted; i++) print row[i % count] }' "$table"
}

for rows in 100000 1000000; do
    repeat "$rows" > "$work/rows.csv"
    for _ in $(seq "$rounds"); do
        /usr/bin/time -f '%U %S %M' -o "$work/time" \
            "$churnctl" score --model "$model" --input "$work/rows.csv" \
            --output "$work/scored.csv" 2> "$work/errors"
        [[ $(wc -l < "$work/scored.csv") == $((rows + 1)) ]]
        awk -v rows="$rows" '{ printf "%d rows, %.2f s of CPU, %d rows/s a core, %d KiB resident\n",
            rows, $1 + $2, rows / ($1 + $2), $3 }' "$work/time"
    done
done
