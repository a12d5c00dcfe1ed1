#!/bin/sh
# What is measured, one after the other: `sh scripts/bench.sh PYTHON`. SIZES="10000 1000000", RUNS=5, BENCHMARKS="features ..."
# and BENCH_FOLDER (where portfolios are kept between runs) narrow it. Real rows: LOANWATCH_REAL_DATA, else the usual place.
set -eu
python=$1
real=${LOANWATCH_REAL_DATA:-../shared/data/home_credit}
folder=${BENCH_FOLDER:-${TMPDIR:-/tmp}/loanwatch-portfolios}
sizes=${SIZES:-}
runs=${RUNS:-5}
speed=${BENCHMARKS:-features prediction scoring reasons drift validation ingest night prefect_share growth startup partitions}

# Speed, against what users would pick instead. Without SIZES each takes its own.
failed=""
for name in $speed; do
    if [ ! -e "benchmarks/$name.py" ]; then
        echo "== $name: left out, there is no benchmarks/$name.py"
        continue
    fi
    echo "== $name"
    case $name in
    growth)
        # A night of 10,000,000 is measured by hand (benchmarks/growth.py) and kept where it is of this machine and these versions.
        if "$python" -m benchmarks.records growth; then add=--add; else add=; fi
        # shellcheck disable=SC2086
        "$python" -m benchmarks.growth ${sizes:+--sizes $sizes} --runs "$runs" --folder "$folder" ${add:+"$add"} || failed="$failed $name"
        ;;
    # shellcheck disable=SC2086
    *) "$python" -m "benchmarks.$name" ${sizes:+--sizes $sizes} --runs "$runs" --folder "$folder" || failed="$failed $name" ;;
    esac
done
"$python" -m benchmarks.performance
"$python" -m benchmarks.scale || failed="$failed scale"

# Quality and correctness.
if [ -z "${BENCHMARKS:-}" ]; then
    if [ -e "$real/application_train.parquet" ]; then
        echo "== quality of the model on real rows"
        "$python" -m benchmarks.model_quality --source "$real"
        echo "== a retraining with its defaults"
        "$python" -m benchmarks.retraining --source "$real" --again
    else
        echo "== quality of the model: left out, no real rows in $real (LOANWATCH_REAL_DATA names their folder)"
    fi
    echo "== drift: the cases of docs/drift.md"
    "$python" -m benchmarks.drift_cases
fi

if [ -n "$failed" ]; then
    echo "failed:$failed" >&2
    exit 1
fi
