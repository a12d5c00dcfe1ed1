"""A night from delivery to snapshot, as the operator starts it: `python -m benchmarks.night [--applicants 10000] [--runs 3]`.

Set-up (not timed): a simulated portfolio with mature outcomes and a champion with the default parameters. Timed, as a whole
process with its temporary Prefect server: `loanwatch nightly` over one delivery of new applicants with full histories.
Writes benchmarks/results/night.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parent / "results" / "night.json"
LOANWATCH = [str(Path(sys.executable).parent / "loanwatch")]


def _loanwatch(home: Path, *arguments: str) -> None:
    subprocess.run(
        [*LOANWATCH, "--home", str(home), *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _set_up(home: Path, applicants: int) -> None:
    _loanwatch(home, "simulate", "--days", "30", "--per-day", "800", "--seed", "1", "--new-days", "0", "--until", "2026-03-20")
    _loanwatch(home, "simulate", "--days", "1", "--per-day", "0", "--seed", "1", "--new-days", "0", "--until", "2026-06-29")
    _loanwatch(home, "retrain")
    _loanwatch(
        home, "simulate", "--days", "1", "--per-day", str(applicants), "--seed", "2", "--new-days", "1", "--until", "2026-06-30"
    )


def _timed_night(home: Path) -> dict[str, float]:
    """Seconds and peak memory of the command, its own process (`/proc` counts the Prefect server apart, as a child)."""
    started = time.perf_counter()
    process = subprocess.Popen([*LOANWATCH, "--home", str(home), "nightly"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.read()  # type: ignore[union-attr]
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise SystemExit(f"the night ended with {status}")
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_gb": usage.ru_maxrss / 1e6,
    }


def _counts(home: Path) -> dict[str, Any]:
    query = (
        "select (select count(*) from marts.decisions) as n_decisions, "
        "(select sum(n_accepted) from marts.files f join marts.batches b using (batch_id) where b.origin = 'nightly') as n_rows"
    )
    text = subprocess.run(
        [*LOANWATCH, "--home", str(home), "sql", query, "--format", "json"], check=True, capture_output=True, text=True
    )
    return dict(json.loads(text.stdout)[0])


def measure(applicants: int, runs: int) -> dict[str, Any]:
    """The night several times, each on a fresh copy of the home."""
    with tempfile.TemporaryDirectory() as folder:
        original = Path(folder) / "original"
        _set_up(original, applicants)
        nights, counts = [], {}
        for run in range(runs):
            home = Path(folder) / f"home{run}"
            shutil.copytree(original, home)
            nights.append(_timed_night(home))
            counts = _counts(home)
            shutil.rmtree(home)
    return {
        "command": f"python -m benchmarks.night --applicants {applicants} --runs {runs}",
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "applicants": applicants,
        **counts,
        "nights": nights,
        "median_seconds": statistics.median(night["seconds"] for night in nights),
        "peak_gb": max(night["peak_gb"] for night in nights),
    }


def main() -> None:
    """Measures, checks that every applicant was decided, and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applicants", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    result = measure(arguments.applicants, arguments.runs)
    if result["n_decisions"] != arguments.applicants:
        raise SystemExit(f"{result['n_decisions']} decisions for {arguments.applicants} applicants")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
