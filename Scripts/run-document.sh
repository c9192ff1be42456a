#!/usr/bin/env bash
# Runs the commands of a document, its sh blocks in their order in one shell, and compares what a
# block prints with the json or text block that follows it: of json the lines that are objects, of
# text all. Times, request ids, hashes, and in text numbers of three digits and more, may differ.
# usage: Scripts/run-document.sh DOCUMENT...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

Scripts/install-packages.sh curl minisign openssl python3 redis-server redis-tools wrk
mkdir -p .build
work=$(mktemp -d)
finish() {
    for file in "$work/pids" .build/redis.pid .build/drill/redis.pid; do
        [ ! -s "$file" ] || xargs kill < "$file" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

# shellcheck disable=SC2016
objects() { sed -n '/^{/ { s/"timestamp":"[^"]*"/"timestamp":"*"/
    s/"request_id":"[^"]*"/"request_id":"*"/; p }'; }
texts() { sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/*/g; s/[0-9a-f]{16,}/*/g; s/[0-9]{3,}/*/g'; }

run() { # document
    local block commands answers=0 wrong=0 kind
    rm -rf "$work/blocks"
    mkdir "$work/blocks"
    awk -v directory="$work/blocks" '
        /^```(sh|json|text)$/ { kind = substr($0, 4); if (kind == "sh") count++
            file = sprintf("%s/%03d.%s", directory, count, kind); next }
        /^```/ { file = ""; next }
        file != "" { print > file }' "$1"
    commands=$work/commands
    {
        # Job control, so that a document can say %1; the pids of jobs are kept in case one fails.
        echo 'set -euo pipefail; set -m'
        echo "trap 'jobs -p > \"$work/pids\"' EXIT"
        for block in "$work"/blocks/*.sh; do
            echo "exec > '${block%.sh}.out' 2>&1; . '$block'"
        done
    } > "$commands"
    if ! timeout 900 bash "$commands" 2> "$work/errors"; then
        block=$(find "$work/blocks" -name '*.out' | sort | tail -1)
        echo "$1: block $(basename "$block" .out) of its commands failed:" >&2
        cat "${block%.out}.sh" "$block" "$work/errors" >&2
        exit 1
    fi
    for block in "$work"/blocks/*.json "$work"/blocks/*.text; do
        [ -e "$block" ] || continue
        case $block in *.json) kind=objects ;; *) kind=texts ;; esac
        if ! diff <("$kind" < "$block") <("$kind" < "${block%.*}.out"); then
            wrong=$((wrong + 1))
        fi
        answers=$((answers + 1))
    done
    if [ "$wrong" -gt 0 ]; then
        echo "$1 shows other answers (<) than its commands print (>)" >&2
        exit 1
    fi
    echo "$1: $answers answers are as shown"
}

for document in "$@"; do run "$document"; done
