#!/usr/bin/env bash
# Makes a virtual environment of Python with the packages of a requirements file, and prints its path.
# usage: Scripts/python-environment.sh REQUIREMENTS
# It is kept outside the repository, under a name made of the file's digest, so that it is made once. Exits with 75 and
# a line `skipped: …` on the standard error if the packages cannot be installed, as without a network.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -f "$1" ]; then
    echo "usage: Scripts/python-environment.sh REQUIREMENTS" >&2
    exit 64
fi
requirements=$1
python=/usr/bin/python3
skip() {
    echo "skipped: $1" >&2
    exit 75
}

[ -x "$python" ] || skip "no $python"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/churnd
digest=$( (cat "$requirements" && "$python" --version) | sha256sum | cut -d ' ' -f 1)
environment=$cache/venv-$digest

# Two callers may make it at the same time: the second waits for the first.
mkdir -p "$cache"
exec 9>"$environment.lock"
flock 9

# The last file that is written; without it, what is there is the rest of an interrupted installation. A virtual
# environment contains its own path and cannot be renamed.
if [ ! -f "$environment/complete" ]; then
    rm -rf "$environment"
    trap 'rm -rf "$environment"' EXIT
    "$python" -m venv "$environment" >&2 || skip "python3 -m venv failed, expected the package python3-venv"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --no-input --timeout 30 --retries 2 \
        --only-binary :all: --requirement "$requirements" >&2 ||
        skip "the packages of $requirements cannot be installed"
    touch "$environment/complete"
    trap - EXIT
fi
echo "$environment"
