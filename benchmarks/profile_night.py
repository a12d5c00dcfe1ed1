"""Where a night spends its time: `make profile`, or `python -m benchmarks.profile_night --applicants 100000 --application-only`.

Runs the steps of one night as plain functions on a fresh home, under Python's profiler, and writes docs/night-profile.md: seconds
per step, processor seconds, rows per second and peak memory, and the functions that took longest, added up over the threads of
the step. Under the profiler Python code takes longer than without; the figures say where to look, the benchmarks how fast it is.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime
import json
import os
import pstats
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.homes import NIGHT, night_home, settings_of
from benchmarks.machine import code, machine, versions
from schemas.references import NightSummary
from schemas.settings import Settings
from tasks import night
from tasks.backup import back_up_night

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "night-profile.md"
TOP = 12
#: Steps that handle no rows one by one: applicants a second would say nothing of them.
WITHOUT_RATE = frozenset({"readiness", "checks"})


@dataclass
class Step:
    """One step of a night: seconds on the clock and of the processors, the most memory held while it ran.

    `functions`: those with the most time of their own, and `threads`, how many threads they were counted in.
    """

    name: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    functions: list[tuple[str, int, float, float]]
    threads: int


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _functions(profilers: list[cProfile.Profile]) -> list[tuple[str, int, float, float]]:
    """The functions with the most time of their own: where, calls, own seconds, seconds with what they call; of all threads."""
    used = [profiler for profiler in profilers if profiler.getstats()]
    if not used:
        return []
    found = []
    for (file, line, name), (_, calls, own, total, _) in pstats.Stats(*used).stats.items():  # type: ignore[attr-defined]
        path = Path(file)
        where = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) and ".venv" not in file else path.name
        found.append((f"{where}:{line} {name}" if line else name, calls, round(own, 3), round(total, 3)))
    return sorted(found, key=lambda item: -item[2])[:TOP]


@contextmanager
def _profiled(*, wanted: bool) -> Iterator[list[cProfile.Profile]]:
    """Profilers of this thread and of every thread that begins and ends inside, for one sees its own thread alone."""
    if not wanted:
        yield []
        return
    own = cProfile.Profile()
    profilers = [own]
    plain = threading.Thread.run

    def run(thread: threading.Thread) -> None:
        profiler = cProfile.Profile()
        try:
            profiler.enable()
        except ValueError:  # from Python 3.12 on one profiler sees all threads, and there is no second one
            plain(thread)
            return
        try:
            plain(thread)
        finally:
            profiler.disable()
            profilers.append(profiler)

    threading.Thread.run = run  # type: ignore[method-assign,assignment]
    own.enable()
    try:
        yield profilers
    finally:
        own.disable()
        threading.Thread.run = plain  # type: ignore[method-assign]


class Recorder:
    """Collects the steps."""

    def __init__(self, *, with_functions: bool = True) -> None:
        """Nothing yet. `with_functions`: under Python's profiler."""
        self.steps: list[Step] = []
        self._with_functions = with_functions

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measures what runs inside."""
        _forget_peak()
        cpu, started = _cpu(), time.perf_counter()
        with _profiled(wanted=self._with_functions) as profilers:
            yield
        seconds, cpu = time.perf_counter() - started, _cpu() - cpu
        peak = round(_peak_mb(), 1)
        self.steps.append(Step(name, round(seconds, 3), round(cpu, 3), peak, _functions(profilers), len(profilers)))
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


def page(applicants: int, *, with_histories: bool, steps: list[Step], load: float) -> str:
    """The profile as a page."""
    total = sum(step.seconds for step in steps)
    tables = "with full histories" if with_histories else "application table only"
    lines = [
        "# A night, step by step",
        "",
        f"Written by `make profile`: {applicants:,} applicants, {tables}. Measured under Python's profiler, so Python code looks",
        "slower than it is. Functions are added up over the threads of a step, so their seconds may be more than the step's. A",
        "thread that waits for another shows as `acquire` of a lock or `get` of a queue. Threads of DuckDB, Polars and LightGBM",
        "are none of Python's: their time is that of the call which waits for them.",
        "",
        f"- {datetime.datetime.now(tz=datetime.UTC).date().isoformat()}, {machine()}, load {load:.2f} at the start",
        *([f"- code of {commit}"] if (commit := code()) else []),
        f"- {', '.join(f'{name} {version}' for name, version in versions().items())}",
        "",
        "| step | seconds | share | processor seconds | applicants/s | peak memory MB | threads of Python |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(step, applicants, total) for step in steps]
    for step in steps:
        lines += ["", f"## {step.name}", ""]
        lines += ["| function | calls | own seconds, all threads | with what it calls, all threads |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {calls:,} | {own:.2f} | {whole:.2f} |" for name, calls, own, whole in step.functions]
    return "\n".join(lines) + "\n"


def _row(step: Step, applicants: int, total: float) -> str:
    rate = f"{applicants / step.seconds:,.0f}" if step.seconds and step.name not in WITHOUT_RATE else ""
    share = f"{step.seconds / total:.0%}"
    figures = f"{step.seconds:.2f} | {share} | {step.cpu_seconds:.2f} | {rate} | {step.peak_mb:,.0f} | {step.threads}"
    return f"| {step.name} | {figures} |"


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
    load = os.getloadavg()[0]
    steps = measure(folder, given.applicants, with_histories=not given.application_only)
    written = page(given.applicants, with_histories=not given.application_only, steps=steps, load=load)
    given.page.write_text(written, encoding="utf-8")
    print(json.dumps([asdict(step) | {"functions": None} for step in steps], indent=1))


if __name__ == "__main__":
    main()
