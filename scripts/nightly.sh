#!/bin/sh
# One night in LOANWATCH_HOME, from whatever state the home is in. Called by `make nightly` with the environment on the PATH.
# Order matters: deliveries, then a champion, then the night. Every step may be repeated, so a broken set-up is just run again.
set -eu
umask 077  # what is made here holds applicants' data

delivering="$LOANWATCH_HOME/.delivering"  # stands while deliveries are being written: found here, the last set-up was cut short

has_deliveries() {
    [ ! -e "$delivering" ] && [ -n "$(find "$LOANWATCH_HOME/landing" -name _READY 2>/dev/null | head -n 1)" ]
}

# The import itself refuses a home with simulated rows (exit 2); it is asked even where the home has deliveries.
holds_other_rows() {
    [ -n "${LOANWATCH_SOURCE:-}" ] && grep -rqx simulated --include=_READY "$LOANWATCH_HOME/landing" 2>/dev/null
}

if ! has_deliveries || holds_other_rows; then
    mkdir -p "$LOANWATCH_HOME"
    : > "$delivering"
    if [ -n "${LOANWATCH_SOURCE:-}" ]; then
        echo "== importing $LOANWATCH_SOURCE into $LOANWATCH_HOME"
        loanwatch import-home-credit "$LOANWATCH_SOURCE"
    else
        echo "== simulating a portfolio of $DAYS days with $PER_DAY applicants each in $LOANWATCH_HOME"
        loanwatch simulate --days "$DAYS" --per-day "$PER_DAY" --seed "$SEED"
    fi
    rm "$delivering"
fi

echo "== the champion"
# the other candidates and the search take minutes; a model owner asks for them with `loanwatch retrain`
loanwatch retrain --if-none --reason "first champion" --set candidates=lightgbm --set search_trials=0

echo "== the night"
loanwatch nightly
echo
echo "== its drift"
loanwatch drift
echo
loanwatch status
