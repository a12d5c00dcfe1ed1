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
from pathlib import Path
from statistics import linear_regression
from typing import Any

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent.parent / "docs" / "scale.md"

APPLICATIONS = 100_000_000
WINDOWS_HOURS = (4, 8)
#: An assumption, not an offer: what an hour of a core costs, in any currency.
PRICE_PER_CORE_HOUR = 0.05
#: What the plan is made of.
NEEDED = ("night", "growth", "partitions")
NOT_MEASURED = "Not measured yet: `make bench` writes benchmarks/results/{name}.json, `python -m benchmarks.scale` this table."

_CORES = re.compile(r"(\d+) cores")


@dataclass(frozen=True)
class Growth:
    """Seconds per million applications at the largest night, slope of growth, cores and peak memory of that night."""

    seconds_per_million: float
    slope: float
    cores: int
    peak_mb: float
    largest: int


def read(name: str, folder: Path = RESULTS) -> dict[str, Any] | None:
    """A result file, if it was written."""
    file = folder / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def _points(result: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Sizes and the figures of the first side, in rising order."""
    return sorted(((int(size), next(iter(sides.values()))) for size, sides in result["sizes"].items()), key=lambda one: one[0])


def slope_of(result: Mapping[str, Any]) -> float:
    """Least squares of log(seconds) on log(size); 1 where only one size was measured."""
    logs = [(math.log(size), math.log(float(figures["median_seconds"]))) for size, figures in _points(result)]
    return linear_regression(*zip(*logs, strict=True)).slope if len(logs) > 1 else 1.0


def growth_of(night: Mapping[str, Any], growth: Mapping[str, Any]) -> Growth:
    """Seconds of the largest night with full histories, slope of the nights of growing size."""
    largest, figures = _points(night)[-1]
    cores = int(found.group(1)) if (found := _CORES.match(night["machine"])) else 1
    per_million = float(figures["median_seconds"]) / largest * 1e6
    return Growth(per_million, slope_of(growth), cores, float(figures["peak_mb"]), largest)


def dealt_share(night: Mapping[str, Any], partitions: Mapping[str, Any]) -> float:
    """The share of a night that workers can take, at the largest size that both were measured at.

    That is the share of scoring in the night, times the share of scoring in partitions that workers compute: dealing out and
    commit are not. Raises ValueError where they have no size in common.
    """
    common = sorted(set(night["sizes"]) & set(partitions["sizes"]), key=int)
    if not common:
        raise ValueError("night.json and partitions.json have no size in common: measure one for both")
    whole = float(next(iter(night["sizes"][common[-1]].values()))["median_seconds"])
    sides = partitions["sizes"][common[-1]]
    scoring = float(next(iter(sides.values()))["median_seconds"])
    dealt = next(figures for figures in sides.values() if "compute_seconds" in figures)
    steps = sum(float(dealt[f"{step}_seconds"]) for step in ("export", "compute", "commit"))
    return min(scoring / whole, 1.0) * float(dealt["compute_seconds"]) / steps


def night_of(growth: Growth, applications: int) -> float:
    """Seconds of such a night on the machine that was measured, by its slope where that is above 1."""
    return growth.seconds_per_million * applications / 1e6 * (applications / growth.largest) ** max(0.0, growth.slope - 1.0)


def plan_table(growth: Growth, dealt: float, price: float) -> str:
    """Cores and cost of a night of 100 million, for each window; `dealt`: share of the night that workers can take."""
    seconds = night_of(growth, APPLICATIONS)
    work, serial = seconds * dealt * growth.cores, seconds * (1 - dealt)
    lines = [
        f"Measured: {growth.seconds_per_million:,.0f} s a million on {growth.cores} cores, with full histories, at "
        f"{growth.largest:,} applications (peak {growth.peak_mb:,.0f} MB); slope {growth.slope:.2f} (application table alone). "
        f"Of a night {dealt:.0%} can be dealt out. So 100 million take "
        f"{seconds / 3600:,.1f} h on that machine: {work / 3600:,.1f} core hours dealt out, {serial / 3600:,.1f} h serial.",
        "",
        "| window | serial part on that machine | cores for the rest | cost a million |",
        "|---|---|---|---|",
    ]
    cost = (work + serial * growth.cores) / 3600 * price / (APPLICATIONS / 1e6)
    for hours in WINDOWS_HOURS:
        left = hours * 3600 - serial
        cores = f"{math.ceil(work / left):,}" if left > 0 else f"none suffice: serial work {serial / 3600 / hours:.1f} x too slow"
        lines.append(f"| {hours} h | {serial / 3600:,.1f} h | {cores} | {cost:.3f} at {price:g} a core hour |")
    return "\n".join(lines)


def plan_text(found: Mapping[str, Mapping[str, Any] | None], price: float) -> str:
    """The plan, or what is missing for it; `found` are the results of night, growth and partitions."""
    night, growth, partitions = (found[name] for name in NEEDED)
    if night is None or growth is None or partitions is None:
        return NOT_MEASURED.format(name=next(name for name in NEEDED if found[name] is None))
    return plan_table(growth_of(night, growth), dealt_share(night, partitions), price)


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
        mark = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        page = mark.sub(lambda found, text=text: f"{found.group(1)}{text}\n{found.group(2)}", page)
    return page


def main() -> None:
    """Writes the page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--price", type=float, default=PRICE_PER_CORE_HOUR, help="of an hour of a core, in any currency")
    given = arguments.parse_args()
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), price=given.price), encoding="utf-8")


if __name__ == "__main__":
    main()
