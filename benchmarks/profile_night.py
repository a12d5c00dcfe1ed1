"""Where a night spends its time: `make profile`, or `python -m benchmarks.profile_night --applicants 100000 --application-only`.

Runs the steps of one night as plain functions on a fresh home, under Python's profiler, and writes docs/night-profile.md: seconds
per step, processor seconds, rows per second and peak memory, and the functions that took longest. Under the profiler Python code
takes longer than without; the figures say where to look, the benchmarks say how fast it is.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.homes import NIGHT, night_home, settings_of
from schemas.references import NightSummary
from schemas.settings import Settings
from tasks import night
from tasks.backup import back_up_night

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "night-profile.md"
TOP = 12


@dataclass
class Step:
    """One step of a night: seconds on the clock and of the processors, the most memory held while it ran, its functions."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    functions: list[tuple[str, int, float, float]]


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _functions(profiler: cProfile.Profile) -> list[tuple[str, int, float, float]]:
    """The functions with the most time of their own: where, calls, own seconds, seconds with what they call."""
    found = []
    profiler.create_stats()
    for (file, line, name), (_, calls, own, total, _) in profiler.stats.items():  # type: ignore[attr-defined]
        path = Path(file)
        where = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) and ".venv" not in file else path.name
        found.append((f"{where}:{line} {name}" if line else name, calls, round(own, 3), round(total, 3)))
    return sorted(found, key=lambda item: -item[2])[:TOP]


class Recorder:
    """Collects the steps."""

    def __init__(self, *, with_functions: bool = True) -> None:
        """Nothing yet. `with_functions`: under Python's profiler."""
        self.steps: list[Step] = []
        self._with_functions = with_functions

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measures what runs inside."""
        profiler = cProfile.Profile()
        _forget_peak()
        cpu, started = _cpu(), time.perf_counter()
        if self._with_functions:
            profiler.enable()
        try:
            yield
        finally:
            profiler.disable()
            seconds, cpu = time.perf_counter() - started, _cpu() - cpu
            self.steps.append(Step(name, round(seconds, 3), round(cpu, 3), round(_peak_mb(), 1), _functions(profiler)))
            print(f"{name}: {seconds:.2f} s, {cpu:.2f} s of processor", file=sys.stderr, flush=True)


def run_steps(settings: Settings, recorder: Recorder) -> NightSummary:
    """The steps of `tasks.night_steps.run_night_steps` without Prefect."""
    with night.hold_warehouse(settings), night.recorded_run(settings, "nightly", NIGHT) as summary:
        with recorder.step("readiness"):
            night.require_ready(settings, NIGHT)
        with recorder.step("ingest"):
            summary.deliveries = night.news_since_last_night(settings, night.take_in(settings, NIGHT))
        with recorder.step("score"):
            summary.scores = [night.score_delivery(settings, batch) for batch in night.find_pending(settings, NIGHT)]
        with recorder.step("checks"):
            summary.warnings = night.check_warehouse(settings)
        with recorder.step("publish"):
            summary.snapshot = str(night.publish(settings, summary.run_id, NIGHT))
        with recorder.step("backup"):
            summary.backup = back_up_night(settings).name
    return summary


def measure(folder: Path, applicants: int, *, with_histories: bool) -> list[Step]:
    """One night of so many applicants."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        home = night_home(folder, applicants, target=Path(scratch) / "home", with_histories=with_histories)
        recorder = Recorder()
        summary = run_steps(settings_of(home), recorder)
    if sum(score.n_scored for score in summary.scores) != applicants:
        raise SystemExit(f"not all of {applicants} applicants were decided")
    return recorder.steps


def page(applicants: int, *, with_histories: bool, steps: list[Step]) -> str:
    """The profile as a page."""
    total = sum(step.seconds for step in steps)
    tables = "with full histories" if with_histories else "application table only"
    lines = [
        "# A night, step by step",
        "",
        f"Written by `make profile`: {applicants:,} applicants, {tables}, {os.cpu_count()} cores. Measured under Python's",
        "profiler, so Python code looks slower than it is.",
        "",
        "| step | seconds | share | processor seconds | applicants/s | peak memory MB |",
        "|---|---|---|---|---|---|",
    ]
    for step in steps:
        rate = applicants / step.seconds if step.seconds else 0
        share, peak = step.seconds / total, step.peak_mb
        lines.append(f"| {step.name} | {step.seconds:.2f} | {share:.0%} | {step.cpu_seconds:.2f} | {rate:,.0f} | {peak:,.0f} |")
    for step in steps:
        lines += ["", f"## {step.name}", "", "| function | calls | own seconds | with what it calls |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {calls:,} | {own:.2f} | {whole:.2f} |" for name, calls, own, whole in step.functions]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Profiles one night and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--applicants", type=int, default=100_000)
    parser.add_argument("--application-only", action="store_true")
    parser.add_argument("--folder", type=Path, help="where inputs are kept between runs (a scratch folder)")
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="loanwatch-profile-"))
    folder.mkdir(parents=True, exist_ok=True)
    steps = measure(folder, given.applicants, with_histories=not given.application_only)
    given.page.write_text(page(given.applicants, with_histories=not given.application_only, steps=steps), encoding="utf-8")
    print(json.dumps([asdict(step) | {"functions": None} for step in steps], indent=1))


if __name__ == "__main__":
    main()
