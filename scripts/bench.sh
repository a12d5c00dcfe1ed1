#!/bin/sh
# What is measured, one after the other: `sh scripts/bench.sh PYTHON`. Real rows: LOANWATCH_REAL_DATA, else the usual place.
set -eu
python=$1
real=${LOANWATCH_REAL_DATA:-../shared/data/home_credit}

if [ -e "$real/application_train.parquet" ]; then
    echo "== quality of the model on real rows"
    "$python" -m benchmarks.model_quality --source "$real"
    echo "== a retraining with its defaults"
    "$python" -m benchmarks.retraining --source "$real" --again
    echo "== speed of features and of ingest"
    "$python" -m benchmarks.feature_speed --source "$real"
    "$python" -m benchmarks.ingest_speed --source "$real"
else
    echo "== quality of the model: left out, no real rows in $real (LOANWATCH_REAL_DATA names their folder)"
fi

# A night of 10,000 applicants: needs no real rows.
if [ -e benchmarks/night.py ]; then
    echo "== duration and memory of a night"
    "$python" -m benchmarks.night
fi

echo "== drift: the cases of docs/drift.md, and its speed"
"$python" -m benchmarks.drift_cases
"$python" -m benchmarks.drift_speed
