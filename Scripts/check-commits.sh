#!/usr/bin/env bash
# Checks the subjects of the commits since COMMITS_SINCE, except merges: `area: summary` in at most
# 72 columns, the area a target, a folder or one of those below, in lower case. In a shallow clone
# without that commit it checks the commits that are there. usage: Scripts/check-commits.sh
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

since=${COMMITS_SINCE:-a4cfab6}
git cat-file -e "$since^{commit}" 2>/dev/null && range=("$since..HEAD") || range=(HEAD)

# Targets of either end, since they come and go; `HTTPServer` is the area `http server`.
areas=$({
    git ls-tree --name-only HEAD Sources/ Tests/ Fuzz/
    [ "${range[0]}" = HEAD ] || git ls-tree --name-only "$since" Sources/
    printf '%s\n' docs tests build ci benchmarks fuzz scripts config project style service serving merge
} | sed 's,.*/,,' | tr '[:upper:]' '[:lower:]')

wrong=0
while IFS=$'\t' read -r commit subject; do
    area=${subject%%: *}
    if [ "${#subject}" -gt 72 ]; then
        echo "$commit: a subject has at most 72 columns, not ${#subject}: $subject" >&2
    elif [ "$area" = "$subject" ] || ! grep -qxF "${area// /}" <<<"$areas"; then
        echo "$commit: a subject is \`area: summary\`, the area a target or a folder: $subject" >&2
    else
        continue
    fi
    wrong=1
done < <(git log --no-merges --format='%h%x09%s' "${range[@]}")
exit "$wrong"
