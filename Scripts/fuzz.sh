#!/usr/bin/env bash
# Feeds a parser with what libFuzzer comes upon. usage: Scripts/fuzz.sh TARGET SECONDS [OUTPUT]
# TARGET is a directory of Fuzz. What was found before is kept in OUTPUT (.build/fuzz/TARGET), and what
# crashes is written there as crash-… for `OUTPUT/TARGET OUTPUT/crash-…`. Exits with 0 if nothing did.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -lt 2 ] || [ ! -f "Fuzz/$1/$1.swift" ]; then
    echo "usage: Scripts/fuzz.sh TARGET SECONDS [OUTPUT], TARGET one of: $(cd Fuzz && echo *)" >&2
    exit 64
fi
target=$1
seconds=$2
output=${3:-.build/fuzz/$target}
mkdir -p "$output/modules" "$output/corpus"

# What Package.swift says of the modules that the target imports and of those that these need: the
# language features, then each module after those that it needs.
swift package --scratch-path "$output/package" dump-package >"$output/package.json"
plan=$(python3 - "$output/package.json" "Fuzz/$target/$target.swift" <<'EOF'
import json, os, re, sys

with open(sys.argv[1]) as package, open(sys.argv[2]) as source:
    targets = {target["name"]: target for target in json.load(package)["targets"]}
    imports = re.findall(r"^import (\w+)$", source.read(), re.MULTILINE)
features, modules = {}, []


def add(name):
    if name not in targets or name in modules:
        return
    for dependency in targets[name]["dependencies"]:
        if "byName" in dependency:
            add(dependency["byName"][0])
    for setting in targets[name]["settings"]:
        for kind in ("upcoming", "experimental"):
            feature = setting["kind"].get(f"enable{kind.title()}Feature")
            if feature:
                features[feature["_0"]] = kind
    modules.append(name)


for name in imports:
    add(name)
for name, kind in features.items():
    print(kind, name)
for name in modules:
    if targets[name]["type"] == "system":
        print("system", name)
    else:
        print("C" if os.path.isdir(f"Sources/{name}/include") else "Swift", name)
EOF
)

# A second -sanitize would take the place of the first.
flags=(-O -g -parse-as-library "-sanitize=fuzzer,address" -swift-version 6 -package-name churnd
    -I "$output/modules")
objects=()
: >"$output/modules/module.modulemap"
while read -r kind name; do
    case $kind in
    upcoming | experimental) flags+=("-enable-$kind-feature" "$name") ;;
    system) flags+=(-I "Sources/$name") ;;
    C)
        clang -c -O2 -g -fsanitize=address -I "Sources/$name/include" "Sources/$name/$name.c" \
            -o "$output/modules/$name.o"
        objects+=("$output/modules/$name.o")
        flags+=(-I "Sources/$name/include")
        echo "module $name { header \"$PWD/Sources/$name/include/$name.h\" export * }" \
            >>"$output/modules/module.modulemap"
        ;;
    Swift)
        echo "compiling $name" >&2
        mapfile -t sources < <(find -L "Sources/$name" -name '*.swift' | sort)
        swiftc "${flags[@]}" -wmo -c -emit-module \
            -emit-module-path "$output/modules/$name.swiftmodule" -module-name "$name" \
            "${sources[@]}" -o "$output/modules/$name.o"
        objects+=("$output/modules/$name.o")
        ;;
    esac
done <<<"$plan"
swiftc "${flags[@]}" -wmo -module-name "Fuzz$target" "Fuzz/$target/$target.swift" "${objects[@]}" \
    -o "$output/$target"

options=(-max_total_time="$seconds" -rss_limit_mb=1024 -timeout=10 -max_len=16384
    -artifact_prefix="$output/" -print_final_stats=1)
[ -f "Fuzz/$target/words" ] && options+=(-dict="Fuzz/$target/words")
# The Swift runtime keeps what it allocates for itself.
ASAN_OPTIONS=detect_leaks=0 "$output/$target" "${options[@]}" "$output/corpus" "Fuzz/$target/Seeds"
