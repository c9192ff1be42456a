#!/usr/bin/env bash
# Runs the tests that need Python packages: each directory of Tests/Clients has requirements.txt and run.py, and the
# modules beside them are for all. What cannot be installed is skipped, with a line that says so.
# usage: Scripts/test-clients.sh [NAME …]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bin=$(swift build --show-bin-path)
export PATH=$bin:$PATH PYTHONPATH=$PWD/Tests/Clients
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(cd Tests/Clients && for file in */requirements.txt; do dirname "$file"; done)
for name in "${names[@]}"; do
    status=0
    environment=$(Scripts/python-environment.sh "Tests/Clients/$name/requirements.txt") || status=$?
    case $status in
    0) "$environment/bin/python" "Tests/Clients/$name/run.py" ;;
    75) echo "skipped: the tests of Tests/Clients/$name" ;;
    *) exit "$status" ;;
    esac
done
