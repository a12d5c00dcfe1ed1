"""From measured runs to a result file: medians, ratios, slopes, and whether each target was reached."""

from __future__ import annotations

import datetime
import json
import math
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

RESULTS = Path(__file__).parent / "results"
LIBRARIES = (
    "duckdb", "polars", "pandas", "numpy", "pyarrow", "lightgbm", "pandera", "evidently", "prefect", "mlflow", "lleaves",
    "llvmlite", "woodelf-explainer", "distributed",
)  # fmt: skip
KEPT = ("seconds", "peak_mb", "check")
SUMMARY = ("seconds", "peaks_mb", "median_seconds", "peak_mb")

#: Runs of each side at one size: what each run's last line said.
Measured = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Target:
    """What is to be reached.

    `of` two sides: the ratio of the first's median to the second's. `of` one side: its own figure (median of seconds, or the
    highest peak). `slope=True` of one side: the slope of log(figure) over log(size). `sizes`: only at these (all that were
    measured); a target whose sizes were not measured is neither reached nor missed. `told` is no target: the
    ratio is only shown.
    """

    kind: Literal["at_least", "at_most", "told"]
    value: float
    of: tuple[str, str] | str
    measure: Literal["seconds", "peak_mb"] = "seconds"
    sizes: tuple[int, ...] | None = None
    slope: bool = False

    def __str__(self) -> str:
        """What a table says of it."""
        figure = {"seconds": "time", "peak_mb": "peak memory"}[self.measure]
        if self.kind == "told":
            return f"{figure} of {self.of[0]} over that of {self.of[1]}"
        bound = self.kind.replace("_", " ")
        where = f" at {_in_words(self.sizes)}" if self.sizes else ""
        if self.slope:
            return f"slope of log {figure} of {self.of} over log size {bound} {self.value:g}{where}"
        if isinstance(self.of, str):
            return f"{figure} of {self.of} {bound} {self.value:g} {'s' if self.measure == 'seconds' else 'MB'}{where}"
        return f"{figure} of {self.of[0]} {bound} {self.value:g} x that of {self.of[1]}{where}"


@dataclass(frozen=True)
class Comparison:
    """All runs of a benchmark, by size and side."""

    name: str
    what: str
    unit: str
    runs: int
    tolerance: float
    load_at_start: float
    found: Mapping[int, Measured]
    targets: tuple[Target, ...]
    before: str = ""

    def joined(self, former: Mapping[str, Any]) -> Comparison:
        """With the sizes of an earlier record of the same benchmark that were not measured again.

        Raises:
            ValueError: the earlier record is of another machine or of other versions.
        """
        if (former["machine"], former["versions"]) != (_machine(), _versions()):
            raise ValueError(f"{self.name} was measured on another machine or with other versions: measure all sizes again")
        known = {int(size): _runs_of(sides) for size, sides in former["sizes"].items()}
        found = dict(sorted({**known, **self.found}.items()))
        load = max(self.load_at_start, float(former["load_at_start"]))
        return replace(self, found=found, load_at_start=load, before=former["command"])

    def record(self, *, date: str | None = None, notes: Sequence[str] = ()) -> dict[str, Any]:
        """What the result file holds."""
        return {
            "name": self.name,
            "what": self.what,
            "command": _still_told(self.before, f"python -m benchmarks.{' '.join([self.name, *_arguments()])}"),
            "date": date or datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "machine": _machine(),
            "versions": _versions(),
            "load_at_start": round(self.load_at_start, 2),
            "runs": self.runs,
            "unit": self.unit,
            "tolerance": self.tolerance,
            "notes": list(notes),
            "sizes": {str(size): {name: _figures(runs) for name, runs in sides.items()} for size, sides in self.found.items()},
            "targets": [self._answer(target) for target in self.targets],
        }

    def _answer(self, target: Target) -> dict[str, Any]:
        sizes = [size for size in self.found if target.sizes is None or size in target.sizes]
        if target.slope:
            values = {"all": _slope({size: self.found[size] for size in sizes}, target)} if len(sizes) > 1 else {}
        else:
            values = {str(size): _value(self.found[size], target) for size in sizes}
        met = [
            one["value"] >= target.value if target.kind == "at_least" else one["value"] <= target.value for one in values.values()
        ]
        reached = all(met) if met and target.kind != "told" else None
        answer = "no target" if target.kind == "told" else {None: "not measured", True: "reached", False: "not reached"}[reached]
        return {
            "text": str(target),
            "kind": target.kind,
            "bound": target.value,
            "found": values,
            "reached": reached,
            "answer": answer,
        }


def _still_told(before: str, command: str) -> str:
    """The commands that made a record, oldest first, without those whose sizes were all measured again later."""
    told: list[str] = []
    again: set[str] = set()
    for one in reversed([*before.split("; "), command] if before else [command]):
        sizes = set(one.partition("--sizes ")[2].partition(" --")[0].split())
        if not sizes or not sizes <= again:
            told.append(one)
        again |= sizes
    return "; ".join(reversed(told))


def _arguments() -> list[str]:
    """Arguments of this command that change what is measured; where inputs are kept does not."""
    given = iter(sys.argv[1:])
    kept: list[str] = []
    for one in given:
        if one in ("--folder", "--date", "--source"):
            next(given, None)
        elif not one.startswith(("--folder=", "--date=", "--source=", "--dry", "--add")):
            kept.append(one)
    return kept


def _figures(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    seconds = [round(float(one["seconds"]), 6) for one in runs]
    others = {key: value for key, value in runs[-1].items() if key not in KEPT}
    peaks = [round(float(one["peak_mb"]), 1) for one in runs]
    median = round(statistics.median(seconds), 6)
    return {"seconds": seconds, "peaks_mb": peaks, "median_seconds": median, "peak_mb": max(peaks), **others}


def _runs_of(sides: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The single runs that a record keeps of one size."""
    found = {}
    for name, one in sides.items():
        others = {key: value for key, value in one.items() if key not in SUMMARY}
        pairs = zip(one["seconds"], one["peaks_mb"], strict=True)
        found[name] = [{"seconds": seconds, "peak_mb": peak, **others} for seconds, peak in pairs]
    return found


def _medians(sides: Measured, name: str, measure: str) -> float:
    if name not in sides:
        raise ValueError(f"a target names the side {name!r}; there are {', '.join(sides)}")
    values = [float(one[measure]) for one in sides[name]]
    return statistics.median(values) if measure == "seconds" else max(values)


def _value(sides: Measured, target: Target) -> dict[str, float]:
    if isinstance(target.of, str):
        return {"value": round(_medians(sides, target.of, target.measure), 4)}
    above, below = target.of
    value = _medians(sides, above, target.measure) / _medians(sides, below, target.measure)
    pairs = zip(sides[above], sides[below], strict=True)
    single = [float(one[target.measure]) / float(other[target.measure]) for one, other in pairs]
    return {"value": round(value, 4), "low": round(min(single), 4), "high": round(max(single), 4)}


def _in_words(sizes: Sequence[int]) -> str:
    *first, last = (f"{size:,}" for size in sizes)
    return f"{', '.join(first)} and {last}" if first else last


def _slope(found: Mapping[int, Measured], target: Target) -> dict[str, float]:
    """Least squares of log(figure) on log(size)."""
    if not isinstance(target.of, str):
        raise TypeError("a slope is of one side")
    x = [math.log(size) for size in found]
    y = [math.log(_medians(sides, target.of, target.measure)) for sides in found.values()]
    return {"value": round(statistics.linear_regression(x, y).slope, 4)}


def _machine() -> str:
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {_memory_gb():.0f} GB, {platform.system()} {platform.machine()}, {python}"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def read(name: str, folder: Path = RESULTS) -> dict[str, Any]:
    """The record of a benchmark. Raises FileNotFoundError."""
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def write(record: Mapping[str, Any], folder: Path = RESULTS) -> Path:
    """Writes benchmarks/results/<name>.json."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{record['name']}.json"
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path
