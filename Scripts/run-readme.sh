#!/usr/bin/env bash
# Runs the commands of README.md in their order and compares what they print with the answers shown
# there, but for times and request ids.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

Scripts/install-packages.sh curl openssl redis-server redis-tools
mkdir -p .build
work=$(mktemp -d)
finish() {
    for file in "$work/pids" .build/redis.pid; do
        [ ! -s "$file" ] || xargs kill < "$file" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT
# shellcheck disable=SC2016
steady='s/"timestamp":"[^"]*"/"timestamp":"*"/; s/"request_id":"[^"]*"/"request_id":"*"/'

# Job control, so that the document can say %1; the pids of jobs are kept in case a command fails.
{
    echo 'set -euo pipefail; set -m'
    echo "trap 'jobs -p > \"$work/pids\"' EXIT"
    awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' README.md
} > "$work/commands"
awk '/^```json$/ { inside = 1; next } /^```$/ { inside = 0 } inside' README.md \
    | sed "$steady" > "$work/wanted"

timeout 900 bash "$work/commands" > "$work/printed"
grep '^{' "$work/printed" | sed "$steady" > "$work/found"
if ! diff "$work/wanted" "$work/found"; then
    echo "README.md shows other answers (<) than its commands print (>)" >&2
    exit 1
fi
echo "README.md: $(wc -l < "$work/wanted") answers are as shown"
