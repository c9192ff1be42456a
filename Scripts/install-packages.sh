#!/usr/bin/env bash
# Installs the Debian packages named as arguments, as far as they are missing.
set -euo pipefail

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This system has no apt-get; what these Debian packages hold has to be there: $*" >&2
    exit 0
fi

missing=()
for package in "$@"; do
    # shellcheck disable=SC2016 # the format is for dpkg-query, not for the shell
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

echo "Installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Neither root nor sudo; as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --no-install-recommends "${missing[@]}")

# Without lists, or with old ones, a package is not found until they are fetched.
if ! apt-cache show "${missing[@]}" >/dev/null 2>&1 || ! "${install[@]}"; then
    "${as_root[@]}" apt-get update
    "${install[@]}"
fi
