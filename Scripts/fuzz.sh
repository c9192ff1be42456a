#!/usr/bin/env bash
# Feeds a parser with what libFuzzer comes upon. usage: Scripts/fuzz.sh TARGET SECONDS [OUTPUT]
# TARGET is a directory of Fuzz. What was found before is kept in OUTPUT (.build/fuzz/TARGET), and what
# crashes is written there as crash-… for `OUTPUT/TARGET OUTPUT/crash-…`. Exits with 0 if nothing did.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -lt 2 ] || [ ! -f "Fuzz/$1/modules" ]; then
    echo "usage: Scripts/fuzz.sh TARGET SECONDS [OUTPUT], TARGET one of: $(cd Fuzz && echo *)" >&2
    exit 64
fi
target=$1
seconds=$2
output=${3:-.build/fuzz/$target}
mkdir -p "$output/modules" "$output/corpus"

# The rules of Package.swift. A second -sanitize would take the place of the first.
flags=(-O -g -parse-as-library "-sanitize=fuzzer,address" -swift-version 6 -package-name churnd
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -enable-experimental-feature Lifetimes
    -I "$output/modules" -I Sources/COpenSSL -I Sources/CXGBoost -I Sources/CLinux/include)

clang -c -O2 -g -fsanitize=address -I Sources/CLinux/include Sources/CLinux/CLinux.c \
    -o "$output/modules/CLinux.o"
cat >"$output/modules/module.modulemap" <<EOF
module CLinux { header "$PWD/Sources/CLinux/include/CLinux.h" export * }
EOF
objects=("$output/modules/CLinux.o")
read -r -a modules <"Fuzz/$target/modules"
for module in "${modules[@]}"; do
    echo "compiling $module" >&2
    mapfile -t sources < <(find -L "Sources/$module" -name '*.swift' | sort)
    swiftc "${flags[@]}" -wmo -c -emit-module -emit-module-path "$output/modules/$module.swiftmodule" \
        -module-name "$module" "${sources[@]}" -o "$output/modules/$module.o"
    objects+=("$output/modules/$module.o")
done
swiftc "${flags[@]}" -wmo -module-name "Fuzz$target" "Fuzz/$target/$target.swift" "${objects[@]}" \
    -o "$output/$target"

options=(-max_total_time="$seconds" -rss_limit_mb=1024 -timeout=10 -max_len=16384
    -artifact_prefix="$output/" -print_final_stats=1)
[ -f "Fuzz/$target/words" ] && options+=(-dict="Fuzz/$target/words")
# The Swift runtime keeps what it allocates for itself.
ASAN_OPTIONS=detect_leaks=0 "$output/$target" "${options[@]}" "$output/corpus" "Fuzz/$target/Seeds"
