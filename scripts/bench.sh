#!/bin/sh
# Runs every benchmark of benchmarks/, one after the other: `sh scripts/bench.sh PYTHON [arguments for each]`.
set -eu
python=$1
shift
for file in benchmarks/*.py; do
    [ -e "$file" ] || { echo "benchmarks/ holds no benchmark" >&2; exit 1; }
    echo "== $file"
    "$python" "$file" "$@"
done
