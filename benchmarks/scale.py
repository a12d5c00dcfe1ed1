"""The plan of docs/scale.md from what was measured: `python -m benchmarks.scale [--price 0.05]` writes its tables anew.

Reads from benchmarks/results: night.json (nights with full histories), growth.json (nights of growing size, application table
alone), partitions.json (one delivery scored in one process and in partitions). What is not there yet is said to be not measured.
The same results give the same page.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import linear_regression
from typing import Any

from benchmarks.partitions import WORKERS

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent.parent / "docs" / "scale.md"

APPLICATIONS = 100_000_000
WINDOWS_HOURS = (4, 8)
#: An assumption, not an offer: what an hour of a core costs, in any currency.
PRICE_PER_CORE_HOUR = 0.05
#: From here on a unit of work (a row group of applications) is full: smaller nights tell little about larger ones.
FILLED_FROM = 100_000
#: What a night holds of each application decided until its file is closed, at least (docs/decisions/0011).
HELD_BYTES = 40
#: What the plan is made of.
NEEDED = ("night", "growth", "partitions")
NOT_MEASURED = "Not measured yet: `make bench` writes benchmarks/results/{name}.json, `python -m benchmarks.scale` this table."

_CORES = re.compile(r"(\d+) cores")


@dataclass(frozen=True)
class Growth:
    """A night in one process.

    Seconds per million applications at the largest night, cores and peak memory of that night; of the nights of growing size the
    slope of time, bytes of memory for each application more, and the load of the machine when they were measured.
    """

    seconds_per_million: float
    slope: float
    cores: int
    peak_mb: float
    largest: int
    bytes_each: float
    load: float = 0.0


@dataclass(frozen=True)
class Parts:
    """A night and its scoring at one size: in one process, and the steps of partitions with so many workers; all in seconds."""

    size: int
    night: float
    one_process: float
    export: float
    compute: float
    commit: float
    workers: int = WORKERS

    @property
    def serial(self) -> float:
        """Share of the night that is left to the process with the warehouse, which deals out and commits instead of scoring."""
        return (self.night - self.one_process + self.export + self.commit) / self.night

    @property
    def work(self) -> float:
        """Seconds of one worker over those of the night."""
        return self.compute * self.workers / self.night

    @property
    def pays_from(self) -> int | None:
        """Workers from which partitions shorten the night; None: no number of them does."""
        gained = self.one_process - self.export - self.commit
        return math.floor(self.compute * self.workers / gained) + 1 if gained > 0 else None


def read(name: str, folder: Path = RESULTS) -> dict[str, Any] | None:
    """A result file, if it was written."""
    file = folder / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def _points(result: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Sizes and the figures of the first side, in rising order."""
    return sorted(((int(size), next(iter(sides.values()))) for size, sides in result["sizes"].items()), key=lambda one: one[0])


def _filled(result: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    return [point for point in _points(result) if point[0] >= FILLED_FROM]


def slope_of(result: Mapping[str, Any]) -> float:
    """Least squares of log(seconds) on log(size) from FILLED_FROM up; 1 where fewer than two such sizes were measured."""
    logs = [(math.log(size), math.log(float(figures["median_seconds"]))) for size, figures in _filled(result)]
    return linear_regression(*zip(*logs, strict=True)).slope if len(logs) > 1 else 1.0


def bytes_each_of(result: Mapping[str, Any]) -> float:
    """Bytes of memory for each application more, between the two largest nights; HELD_BYTES where that is more."""
    if len(_filled(result)) < 2:
        return HELD_BYTES
    (smaller, less), (larger, more) = _filled(result)[-2:]
    return max(HELD_BYTES, (float(more["peak_mb"]) - float(less["peak_mb"])) * 2**20 / (larger - smaller))


def growth_of(night: Mapping[str, Any], growth: Mapping[str, Any]) -> Growth:
    """Seconds of the largest night with full histories, slopes of the nights of growing size."""
    largest, figures = _points(night)[-1]
    cores = int(found.group(1)) if (found := _CORES.match(night["machine"])) else 1
    per_million = float(figures["median_seconds"]) / largest * 1e6
    peak, load = float(figures["peak_mb"]), float(growth["load_at_start"])
    return Growth(per_million, slope_of(growth), cores, peak, largest, bytes_each_of(growth), load)


def parts_of(night: Mapping[str, Any], partitions: Mapping[str, Any]) -> Parts:
    """The largest size that both were measured at, partitions on Dask where they were. ValueError where there is no such size."""
    common = sorted(set(night["sizes"]) & set(partitions["sizes"]), key=int)
    if not common:
        raise ValueError("night.json and partitions.json have no size in common: measure one for both")
    whole = float(next(iter(night["sizes"][common[-1]].values()))["median_seconds"])
    sides = list(partitions["sizes"][common[-1]].values())
    dealt = [figures for figures in sides if "compute_seconds" in figures][-1]
    export, compute, commit = (float(dealt[f"{step}_seconds"]) for step in ("export", "compute", "commit"))
    return Parts(int(common[-1]), whole, float(sides[0]["median_seconds"]), export, compute, commit)


def night_of(growth: Growth, applications: float) -> float:
    """Seconds of such a night in one process on the machine that was measured, by its slope where that is above 1."""
    more = max(1.0, applications / growth.largest)
    return float(growth.seconds_per_million * applications / 1e6 * more ** max(0.0, growth.slope - 1.0))


def memory_of(growth: Growth, applications: float) -> float:
    """GB that the process with the warehouse holds in such a night at its peak, however the scoring is dealt out."""
    return (growth.peak_mb + max(0.0, applications - growth.largest) * growth.bytes_each / 2**20) / 1024


def homes_for(growth: Growth, seconds: float) -> int:
    """Homes, each on a machine of its own, that share 100 million applications within the time."""
    return next(homes for homes in count(1) if night_of(growth, APPLICATIONS / homes) <= seconds)


def workers_for(growth: Growth, parts: Parts, seconds: float) -> int | None:
    """Workers beside the machine with the warehouse for 100 million in the time; None: the serial part alone takes as long."""
    whole = night_of(growth, APPLICATIONS)
    left = seconds - whole * parts.serial
    return math.ceil(whole * parts.work / left) if left > 0 else None


def _measured_in_one(growth: Growth) -> str:
    hours = night_of(growth, APPLICATIONS) / 3600
    return (
        f"Measured in one process: {growth.seconds_per_million:,.0f} s a million on {growth.cores} cores, with full histories, "
        f"at {growth.largest:,} applications (peak {growth.peak_mb:,.0f} MB). From {FILLED_FROM:,} applications up the slope of "
        f"time is {growth.slope:.2f}, and each application more takes {growth.bytes_each:.0f} bytes of memory (application table "
        f"alone; load of the machine at the start up to {growth.load:.1f}). So 100 million take {hours:,.1f} h and "
        f"{memory_of(growth, APPLICATIONS):,.1f} GB in one process on that machine."
    )


def _measured_in_parts(parts: Parts) -> str:
    pays = (
        "Dealing out and commit alone take as long or longer, so by these figures **no number of workers makes a night shorter**"
        if parts.pays_from is None
        else f"So partitions make a night shorter from {parts.pays_from} workers on"
    )
    return (
        f"Measured in partitions, at {parts.size:,} applications: dealing out {parts.export:.1f} s, computing "
        f"{parts.compute:.1f} s on {parts.workers} workers, commit {parts.commit:.1f} s, where one process scores in "
        f"{parts.one_process:.1f} s. {pays}: the serial part is {parts.serial:.2f} of the night in one process, and what is "
        f"dealt out {parts.work:.2f} of it for one worker."
    )


def _row(growth: Growth, parts: Parts, hours: int, price: float) -> str:
    seconds, whole = hours * 3600.0, night_of(growth, APPLICATIONS)
    one = "fits" if whole <= seconds else f"{whole / seconds:.1f} x too slow"
    workers, serial = workers_for(growth, parts, seconds), f"serial part {whole * parts.serial / 3600:,.1f} h"
    dealt = f"none suffice: {serial}" if workers is None else f"{workers:,} ({serial})"
    homes = homes_for(growth, seconds)
    share = APPLICATIONS / homes
    cost = homes * night_of(growth, share) / 3600 * growth.cores * price / (APPLICATIONS / 1e6)
    return (
        f"| {hours} h | {one} | {dealt} | {homes:,} | {memory_of(growth, share):,.1f} GB | {cost:.3f} at {price:g} a core hour |"
    )


def plan_table(growth: Growth, parts: Parts, price: float) -> str:
    """A night of 100 million in each window: in one process, in partitions, in several homes."""
    lines = [
        _measured_in_one(growth),
        "",
        _measured_in_parts(parts),
        "",
        "| window | one home, one process | one home, workers for partitions | several homes, one process each | memory of each "
        "home's process | cost a million, several homes |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(growth, parts, hours, price) for hours in WINDOWS_HOURS)])


def plan_text(found: Mapping[str, Mapping[str, Any] | None], price: float) -> str:
    """The plan, or what is missing for it; `found` are the results of night, growth and partitions."""
    night, growth, partitions = (found[name] for name in NEEDED)
    if night is None or growth is None or partitions is None:
        return NOT_MEASURED.format(name=next(name for name in NEEDED if found[name] is None))
    return plan_table(growth_of(night, growth), parts_of(night, partitions), price)


def measured_text(partitions: Mapping[str, Any] | None) -> str:
    """One delivery, however computed."""
    if partitions is None:
        return NOT_MEASURED.format(name="partitions")
    lines = [
        f"{partitions['what']}. {partitions['machine']}, {partitions['date']}, load {partitions['load_at_start']:g} "
        f"at the start; `{partitions['command']}`.",
        "",
        "| applications | how | seconds | dealing out | computing | commit |",
        "|---|---|---|---|---|---|",
    ]
    for size, sides in partitions["sizes"].items():
        for name, f in sides.items():
            steps = [f"{f[f'{step}_seconds']:.2f}" if f"{step}_seconds" in f else "" for step in ("export", "compute", "commit")]
            lines.append(f"| {int(size):,} | {name} | {f['median_seconds']:.2f} | {' | '.join(steps)} |")
    return "\n".join([*lines, *[f"\n{note}" for note in partitions["notes"]]])


def with_tables(page: str, folder: Path = RESULTS, price: float = PRICE_PER_CORE_HOUR) -> str:
    """The page with both tables as the results give them."""
    found = {name: read(name, folder) for name in NEEDED}
    parts = {"plan": plan_text(found, price), "measurements": measured_text(found["partitions"])}
    for name, text in parts.items():
        page = _with_part(page, name, text)
    return page


def _with_part(page: str, name: str, text: str) -> str:
    mark = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    return mark.sub(lambda found: f"{found.group(1)}{text}\n{found.group(2)}", page)


def main() -> None:
    """Writes the page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--price", type=float, default=PRICE_PER_CORE_HOUR, help="of an hour of a core, in any currency")
    given = arguments.parse_args()
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), price=given.price), encoding="utf-8")


if __name__ == "__main__":
    main()
