"""What every speed benchmark shares: sides run in fresh processes, by turns, and are compared as ratios of medians.

A benchmark names its sides and targets and lets `run` do the rest:

    def sides_of(size: int, folder: Path) -> list[Side]:
        portfolio = full_size(folder, size, seed=1)
        return [call("ours", "benchmarks.x:ours", portfolio=str(portfolio)), call("pandas", "benchmarks.x:pandas", ...)]

    if __name__ == "__main__":
        run("x", "what is compared", sides_of, [Target("at_least", 4, of=("pandas", "ours"))], description=__doc__)

A side is a command whose last line on standard output is one JSON object: `seconds` (of the timed part alone), `check` (numbers,
texts, or lists and dicts of them, on which the sides must agree within the tolerance; where they do not all do the same, those
with the same text under `about`), and if it likes `peak_mb` and further figures, which are kept. `call` makes a side of a
function of a module that returns such a dict; it runs in a process of its own, so that peaks of memory are each side's own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import code
from benchmarks.records import Comparison, Target, judged, read, require_joinable, write

__all__ = ["Comparison", "DisagreementError", "Side", "Stopwatch", "Target", "call", "compare", "run", "write"]

DEFAULT_SIZES = (10_000, 100_000, 300_000)
DEFAULT_RUNS = 5
DEFAULT_TOLERANCE = 1e-9
ROOT = Path(__file__).parent.parent


class DisagreementError(Exception):
    """Two sides, or two runs of one, did not compute the same."""


@dataclass(frozen=True)
class Side:
    """One way to do the job: its name in tables, the command that does it once, and what it finds in its environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def call(side: str, function: str, /, **arguments: Any) -> Side:
    """The side that calls `module:function` with these arguments (JSON values) in a fresh Python."""
    return Side(side, [sys.executable, "-m", "benchmarks.frame", function, json.dumps(arguments)])


class Stopwatch:
    """Seconds of the timed part: `with stopwatch.running(): ...`, added up where it runs several times."""

    def __init__(self) -> None:
        """Starts at zero."""
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.peak_mb = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts while the block lasts, and notes the peak of memory at its end."""
        started, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - started
        self.cpu_seconds += time.process_time() - cpu
        self.peak_mb = peak_mb()

    def figures(self) -> dict[str, float]:
        """`seconds`, `cpu_seconds` of this process (all its threads) and `peak_mb` up to the end of the timed part."""
        return {"seconds": self.seconds, "cpu_seconds": round(self.cpu_seconds, 2), "peak_mb": round(self.peak_mb, 1)}


def compare(
    name: str,
    what: str,
    sides_of: Callable[[int, Path], Sequence[Side]],
    targets: Sequence[Target],
    *,
    sizes: Sequence[int] = DEFAULT_SIZES,
    runs: int = DEFAULT_RUNS,
    folder: Path | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
    unit: str = "applicants",
) -> Comparison:
    """Runs the sides of each size by turns, `runs` times each, in the order given and back (so that no side is always first).

    `folder` holds inputs, kept between runs; without it a scratch folder. Raises DisagreementError, and CalledProcessError
    where a side ends with another status than 0.
    """
    load, measured_code = os.getloadavg()[0], code()  # of the start: a commit made meanwhile is none of it
    found: dict[int, dict[str, list[dict[str, Any]]]] = {}
    with tempfile.TemporaryDirectory(prefix="loanwatch-bench-") as scratch:
        for size in sizes:
            sides = list(sides_of(size, folder or Path(scratch)))
            measured: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
            for turn in range(runs):
                for side in sides if turn % 2 == 0 else reversed(sides):
                    one = _run_once(side)
                    measured[side.name].append(one)
                    _say(f"{name} {size:,} {unit}, run {turn + 1} of {runs}: {_brief(side, one)}")
            require_agreement(measured, tolerance)
            found[size] = measured
    return Comparison(name, what, unit, runs, tolerance, load, found, tuple(targets), code=measured_code)


def _brief(side: Side, one: Mapping[str, Any]) -> str:
    cpu = f" ({one['cpu_seconds']:.2f} s of CPU)" if "cpu_seconds" in one else ""
    return f"{side.name} {one['seconds']:.3f} s{cpu}, {one['peak_mb']:.0f} MB"


def _run_once(side: Side) -> dict[str, Any]:
    environment = {**os.environ, **side.environment}
    process = subprocess.Popen(list(side.command), stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True)
    with process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, list(side.command))
    figures = json.loads(output.strip().splitlines()[-1])
    return {"peak_mb": usage.ru_maxrss / 1024, "check": None, **figures}


def require_agreement(measured: Mapping[str, Sequence[Mapping[str, Any]]], tolerance: float) -> None:
    """Raises DisagreementError where a check is not the first one's that is about the same.

    A side without a check does not take part.
    """
    firsts: dict[str, tuple[str, Any]] = {}
    checks = [(name, one) for name, runs in measured.items() for one in runs if one["check"] is not None]
    for name, one in checks:
        first, check = firsts.setdefault(one.get("about", ""), (name, one["check"]))
        where = _difference(check, one["check"], tolerance)
        if where:
            raise DisagreementError(f"{first} and {name} did not compute the same: {where}")


def _difference(one: Any, other: Any, tolerance: float, at: str = "check") -> str | None:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next(filter(None, (_difference(one[key], other[key], tolerance, f"{at}.{key}") for key in one)), None)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next(filter(None, (_difference(left, right, tolerance, f"{at}[{place}]") for place, (left, right) in pairs)), None)
    if _is_number(one) and _is_number(other):
        same = math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance) or (math.isnan(one) and math.isnan(other))
    else:
        same = one == other
    return None if same else f"{at}: {one!r} and {other!r}"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parser(description: str | None, sizes: Sequence[int] = DEFAULT_SIZES) -> argparse.ArgumentParser:
    """The arguments that every benchmark takes."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--sizes", type=int, nargs="+", default=list(sizes), help="how many rows, several in turn")
    made.add_argument("--runs", type=int, default=DEFAULT_RUNS, help="of each side and size")
    made.add_argument("--folder", type=Path, help="where inputs are kept between runs (a scratch folder)")
    made.add_argument("--date", help="the date that the result bears (today)")
    made.add_argument("--add", action="store_true", help="keeps the other sizes of the record that is there")
    made.add_argument("--dry", action="store_true", help="measures and prints, but records nothing")
    made.add_argument(
        "--judge", action="store_true", help="measures nothing: targets and notes of now for the record that is there"
    )
    return made


def run(
    name: str,
    what: str,
    sides_of: Callable[[int, Path], Sequence[Side]],
    targets: Sequence[Target],
    *,
    description: str | None,
    sizes: Sequence[int] = DEFAULT_SIZES,
    tolerance: float = DEFAULT_TOLERANCE,
    unit: str = "applicants",
    notes: Sequence[str] = (),
) -> None:
    """The whole of a benchmark's command: arguments, comparison, record. Ends with 1 where the sides disagree."""
    given = parser(description, sizes).parse_args()
    if given.judge:
        write(judged(read(name), targets, notes))
        return
    former = read(name) if given.add else None
    if former:
        require_joinable(former, targets, given.sizes)
    try:
        found = compare(
            name, what, sides_of, targets, sizes=given.sizes, runs=given.runs, folder=given.folder, tolerance=tolerance, unit=unit
        )
    except DisagreementError as error:
        _say(f"{name}: {error}")
        raise SystemExit(1) from None
    if former:
        found = found.joined(former)
    record = found.record(date=given.date, notes=notes)
    if not given.dry:
        write(record)
    for target in record["targets"]:
        _say(f"{name}: {target['text']}: {target['answer']}")


def main() -> None:
    """One call of `call`: prints the function's figures with the peak of this process."""
    module, _, function = sys.argv[1].partition(":")
    figures = getattr(importlib.import_module(module), function)(**json.loads(sys.argv[2]))
    print(json.dumps({"peak_mb": peak_mb(), **figures}), flush=True)


def peak_mb() -> float:
    """The most memory that this process has held, MB (2^20 bytes): of its own image, not of the one it was forked from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
