"""From measured runs to a result file: medians, ratios, slopes, and whether each target was reached.

`python -m benchmarks.records NAME` ends with 0 where the record of a benchmark was made on this machine with these versions, so
that other sizes may join it.
"""

from __future__ import annotations

import datetime
import json
import math
import statistics
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from benchmarks.machine import machine, versions

RESULTS = Path(__file__).parent / "results"
#: A night's own share of its seconds, kept run by run: until the snapshot is in place, so without what comes after.
TO_SNAPSHOT, MEDIAN_TO_SNAPSHOT = "snapshot_seconds", "median_snapshot_seconds"
KEPT = ("seconds", "peak_mb", "check", "about", TO_SNAPSHOT)
SUMMARY = ("seconds", "peaks_mb", "median_seconds", "peak_mb", TO_SNAPSHOT)
#: What the further figures of a side are: of a record made now, of one without a word about it, of both together.
MEDIANS, LAST = "medians", "last run"
MIXED = "medians; of sizes measured earlier the last run"

#: Runs of each side at one size: what each run's last line said.
Measured = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Target:
    """What is to be reached.

    `of` two sides: the ratio of the first's median to the second's (of its seconds, where it has no such measure). `of` one side:
    its own figure (median of seconds, or the highest peak). `slope=True` of one side: the slope of log(figure) over log(size).
    `sizes`: only at these (all that were measured); a target whose sizes were not measured is neither reached nor missed. `told`
    is no target: the ratio is only shown.
    """

    kind: Literal["at_least", "at_most", "told"]
    value: float
    of: tuple[str, str] | str
    measure: Literal["seconds", "peak_mb", "snapshot_seconds"] = "seconds"
    sizes: tuple[int, ...] | None = None
    slope: bool = False

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that it is of."""
        return (self.of,) if isinstance(self.of, str) else self.of

    def __str__(self) -> str:
        """What a table says of it."""
        figure = {"seconds": "time", "peak_mb": "peak memory", TO_SNAPSHOT: "time to the snapshot"}[self.measure]
        if self.kind == "told":
            return f"{figure} of {self.of[0]} over that of {self.of[1]}"
        bound = self.kind.replace("_", " ")
        where = f" at {_in_words(self.sizes)}" if self.sizes else ""
        if self.slope:
            return f"slope of log {figure} of {self.of} over log size {bound} {self.value:g}{where}"
        if isinstance(self.of, str):
            return f"{figure} of {self.of} {bound} {self.value:g} {'MB' if self.measure == 'peak_mb' else 's'}{where}"
        return f"{figure} of {self.of[0]} {bound} {self.value:g} x that of {self.of[1]}{where}"


@dataclass(frozen=True)
class Comparison:
    """All runs of a benchmark, by size and side. `code`: what was measured; `made`: when and of which code, of earlier sizes."""

    name: str
    what: str
    unit: str
    runs: int
    tolerance: float
    load_at_start: float
    found: Mapping[int, Measured]
    targets: tuple[Target, ...]
    own: tuple[int, ...] = ()
    before: str = ""
    more: str = MEDIANS
    made: Mapping[str, str] = field(default_factory=dict)
    code: str = ""

    def joined(self, former: Mapping[str, Any]) -> Comparison:
        """With the sizes of an earlier record of the same benchmark that were not measured again.

        Raises:
            ValueError: as `require_joinable`.
        """
        require_joinable(former, self.targets, self.found)
        known = {int(size): _runs_of(sides) for size, sides in former["sizes"].items()}
        found = dict(sorted({**known, **self.found}.items()))
        stay = known.keys() - self.found.keys()
        load = max(self.load_at_start, float(former["load_at_start"])) if stay else self.load_at_start
        more = MEDIANS if former.get("more") == MEDIANS or not stay else MIXED
        made = {str(size): former.get("made", {}).get(str(size), former["date"]) for size in stay}
        own = tuple(self.found)
        return replace(self, found=found, load_at_start=load, own=own, before=former["command"], more=more, made=made)

    def record(self, *, date: str | None = None, notes: Sequence[str] = ()) -> dict[str, Any]:
        """What the result file holds."""
        day = date or datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        now = f"{day} ({self.code})" if self.code else day
        found = {
            "name": self.name,
            "what": self.what,
            "command": _still_told(self.before, _command(self.name, self.own or tuple(self.found))),
            "date": day,
            "made": {str(size): self.made.get(str(size), now) for size in self.found},
            "machine": machine(),
            "versions": versions(),
            "load_at_start": round(self.load_at_start, 2),
            "runs": self.runs,
            "unit": self.unit,
            "tolerance": self.tolerance,
            "sizes": {str(size): {name: _figures(runs) for name, runs in sides.items()} for size, sides in self.found.items()},
            "more": self.more,
        }
        return judged(found, self.targets, notes)


def judged(former: Mapping[str, Any], targets: Sequence[Target], notes: Sequence[str]) -> dict[str, Any]:
    """A record with the figures that it has, held against these targets and with these notes."""
    found = {int(size): _runs_of(sides) for size, sides in former["sizes"].items()}
    return {**former, "notes": list(notes), "targets": [_answer(found, target) for target in targets]}


def require_joinable(former: Mapping[str, Any], targets: Sequence[Target] = (), again: Collection[int] = ()) -> None:
    """Raises ValueError where a record is of another machine or of other versions, or lacks a side that a target is of.

    `again`: sizes that are measured anew.
    """
    if (former["machine"], former["versions"]) != (machine(), versions()):
        raise ValueError(f"{former['name']} was measured on another machine or with other versions: measure all sizes again")
    for size, sides in former["sizes"].items():
        wanted = {side for target in targets if target.sizes is None or int(size) in target.sizes for side in target.sides}
        if int(size) not in again and not wanted <= sides.keys():
            lacking = min(wanted - sides.keys())
            raise ValueError(f"{former['name']} was measured without {lacking!r} at {size}: measure that again")


def _answer(found: Mapping[int, Measured], target: Target) -> dict[str, Any]:
    sizes = [size for size in found if target.sizes is None or size in target.sizes]
    if target.slope:
        values = {"all": _slope({size: found[size] for size in sizes}, target)} if len(sizes) > 1 else {}
    else:
        values = {str(size): _value(found[size], target) for size in sizes}
    met = [one["value"] >= target.value if target.kind == "at_least" else one["value"] <= target.value for one in values.values()]
    reached = all(met) if met and target.kind != "told" else None
    return {
        "text": str(target),
        "kind": target.kind,
        "bound": target.value,
        "found": values,
        "reached": reached,
        "answer": _said(target, reached=reached, missing=[size for size in target.sizes or () if size not in found]),
    }


def _said(target: Target, *, reached: bool | None, missing: Sequence[int]) -> str:
    """The answer, and which of the sizes that the target names were not measured."""
    if target.kind == "told":
        return "no target"
    if reached is None:
        return "not measured"
    answer = "reached" if reached else "not reached"
    return f"{answer}; {_in_words(missing)} not measured" if missing else answer


def _still_told(before: str, command: str) -> str:
    """The commands that made a record, oldest first, without those whose sizes were all measured again later.

    Run one after the other they make it again: all but the first add to what is there.
    """
    told: list[str] = []
    again: set[str] = set()
    for one in reversed([*before.split("; "), command] if before else [command]):
        sizes = set(one.partition("--sizes ")[2].partition(" --")[0].split())
        if not sizes or not sizes <= again:
            told.append(one.replace(" --add", ""))
        again |= sizes
    first, *later = reversed(told)
    return "; ".join([first, *(f"{one} --add" for one in later)])


def _command(name: str, sizes: Sequence[int]) -> str:
    """What measures these sizes again."""
    return " ".join([f"python -m benchmarks.{name} --sizes", *map(str, sizes), *_arguments()])


def _arguments() -> list[str]:
    """Arguments of this command that change what is measured, without the sizes; where inputs are kept does not."""
    kept: list[str] = []
    option = ""
    for one in sys.argv[1:]:
        option = one.partition("=")[0] if one.startswith("--") else option
        if option not in ("--folder", "--date", "--source", "--dry", "--add", "--sizes"):
            kept.append(one)
    return kept


def _figures(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    seconds = [round(float(one["seconds"]), 6) for one in runs]
    others = {key: _middle([one[key] for one in runs]) for key in runs[-1] if key not in KEPT}
    peaks = [round(float(one["peak_mb"]), 1) for one in runs]
    median = round(statistics.median(seconds), 6)
    if TO_SNAPSHOT in runs[-1]:
        parts = [round(float(one[TO_SNAPSHOT]), 3) for one in runs]
        others = {TO_SNAPSHOT: parts, MEDIAN_TO_SNAPSHOT: round(statistics.median(parts), 3), **others}
    return {"seconds": seconds, "peaks_mb": peaks, "median_seconds": median, "peak_mb": max(peaks), **others}


def _middle(values: Sequence[Any]) -> Any:
    """The median of numbers, key by key in a dict; of anything else the last."""
    if all(isinstance(one, dict) for one in values):
        return {key: _middle([one[key] for one in values]) for key in values[-1]}
    if all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values):
        return values[-1] if len(set(values)) == 1 else round(statistics.median(values), 6)
    return values[-1]


def _runs_of(sides: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The single runs that a record keeps of one size."""
    found = {}
    for name, one in sides.items():
        others = {key: value for key, value in one.items() if key not in (*SUMMARY, MEDIAN_TO_SNAPSHOT)}
        columns = {"seconds": one["seconds"], "peak_mb": one["peaks_mb"]}
        columns |= {TO_SNAPSHOT: one[TO_SNAPSHOT]} if TO_SNAPSHOT in one else {}
        found[name] = [{**dict(zip(columns, run, strict=True)), **others} for run in zip(*columns.values(), strict=True)]
    return found


def _medians(sides: Measured, name: str, measure: str) -> float:
    if name not in sides:
        raise ValueError(f"a target names the side {name!r}; there are {', '.join(sides)}")
    values = [_figure(one, measure) for one in sides[name]]
    return max(values) if measure == "peak_mb" else statistics.median(values)


def _figure(run: Mapping[str, Any], measure: str) -> float:
    return float(run["seconds"] if measure == TO_SNAPSHOT and measure not in run else run[measure])


def _value(sides: Measured, target: Target) -> dict[str, float]:
    if isinstance(target.of, str):
        return {"value": round(_medians(sides, target.of, target.measure), 4)}
    above, below = target.of
    value = _medians(sides, above, target.measure) / _medians(sides, below, target.measure)
    pairs = zip(sides[above], sides[below], strict=True)
    single = [_figure(one, target.measure) / _figure(other, target.measure) for one, other in pairs]
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


def main() -> None:
    """Ends with 1 where no sizes can join the record."""
    try:
        require_joinable(read(sys.argv[1]))
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
