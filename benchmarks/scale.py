"""The plan of docs/scale.md from what was measured: `python -m benchmarks.scale [--price 0.05]` writes its tables anew.

Reads from benchmarks/results: night.json (nights with full histories), growth.json (nights of growing size, application table
alone), partitions.json (one delivery scored in one process and in partitions). What is not there yet is said to be not measured.
The same results give the same page.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.scale_figures import (
    APPLICATIONS,
    FILLED_FROM,
    Growth,
    Parts,
    growth_of,
    homes_for,
    is_in_time,
    memory_of,
    night_of,
    parts_of,
    workers_for,
)
from schemas.time_limits import NIGHT_SECONDS

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent.parent / "docs" / "scale.md"

WINDOWS_HOURS = (4, 8)
#: An assumption, not an offer: what an hour of a core costs, in any currency.
PRICE_PER_CORE_HOUR = 0.05
#: Applications of a partition in a night of that size (LOANWATCH_CHUNK_ROWS).
PARTITION_ROWS = 200_000
#: What the plan is made of.
NEEDED = ("night", "growth", "partitions")
NOT_MEASURED = "Not measured yet: `make bench` writes benchmarks/results/{name}.json, `python -m benchmarks.scale` this table."


def read(name: str, folder: Path = RESULTS) -> dict[str, Any] | None:
    """A result file, if it was written."""
    file = folder / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def _measured_in_one(growth: Growth) -> str:
    hours = night_of(growth, APPLICATIONS) / 3600
    return (
        f"Measured in one process: {growth.seconds_per_million:,.0f} s a million on {growth.cores} cores, with full histories, "
        f"at {growth.largest:,} applications (peak {growth.peak_mb:,.0f} MB). From {FILLED_FROM:,} applications up the slope of "
        f"time is {growth.slope:.2f}, and each application more takes {growth.bytes_each:.0f} bytes of memory (application table "
        f"alone; load of the machine at the start up to {growth.load:.1f}). So 100 million take {hours:,.1f} h and "
        f"{memory_of(growth, APPLICATIONS):,.1f} GB in one process on that machine. {_on_disk(growth)}"
    )


def _on_disk(growth: Growth) -> str:
    if growth.disk_each is None:
        return "What a night adds to the disk was not measured."
    return (
        f"A night leaves {growth.disk_each / 1024:,.1f} KB of each application on the disk, in the warehouse, the snapshot and a "
        f"backup together, histories as delivered in that measurement: {growth.disk_each * APPLICATIONS / 1e12:,.2f} TB for "
        "100 million, whether in one home or in several."
    )


def _measured_in_parts(parts: Parts) -> str:
    pays = (
        "Dealing out and commit alone take as long or longer, so by these figures **no number of workers makes a night shorter**"
        if parts.pays_from is None
        else f"So partitions make a night shorter from {parts.pays_from} workers on"
    )
    return (
        f"Measured in partitions, at {parts.size:,} applications ({parts.measured}): dealing out {parts.export:.1f} s, computing "
        f"{parts.compute:.1f} s on {parts.workers} workers, commit {parts.commit:.1f} s, where one process scores in "
        f"{parts.one_process:.1f} s. {pays}: the serial part is {parts.serial:.2f} of the night in one process, and what is "
        f"dealt out {parts.work:.2f} of it for one worker."
    )


def _in_one(growth: Growth, parts: Parts, seconds: float) -> str:
    whole = night_of(growth, APPLICATIONS)
    if is_in_time(growth, parts, APPLICATIONS, seconds):
        return "fits"
    return f"{whole / seconds:.1f} x too slow" if whole > seconds else "ended by a time limit"


def _dealt(growth: Growth, parts: Parts, seconds: float) -> str:
    workers, serial = workers_for(growth, parts, seconds), night_of(growth, APPLICATIONS) * parts.serial / 3600
    suffices = "none suffice" if workers is None else f"{workers:,} workers, {workers + growth.cores:,} cores"
    return f"{suffices} (serial part {serial:,.1f} h)"


def _row(growth: Growth, parts: Parts, hours: int, price: float) -> str:
    seconds = hours * 3600.0
    homes = homes_for(growth, parts, seconds)
    share = APPLICATIONS / homes
    cost = homes * night_of(growth, share) / 3600 * growth.cores * price / (APPLICATIONS / 1e6)
    window = f"{hours} h" if seconds <= NIGHT_SECONDS else f"{hours} h (flows end after {NIGHT_SECONDS / 3600:g})"
    return (
        f"| {window} | {_in_one(growth, parts, seconds)} | {_dealt(growth, parts, seconds)} | {homes:,} | "
        f"{homes * growth.cores:,} | {memory_of(growth, share):,.1f} GB | {cost:.3f} at {price:g} a core hour |"
    )


def plan_table(growth: Growth, parts: Parts, price: float) -> str:
    """A night of 100 million in each window: in one process, in partitions, in several homes."""
    lines = [
        _measured_in_one(growth),
        "",
        _measured_in_parts(parts),
        "",
        f"| window | one home, one process | one home, workers for {APPLICATIONS // PARTITION_ROWS:,} partitions of "
        f"{PARTITION_ROWS:,} | several homes, one process each | their cores | memory of each home's process | cost a million, "
        "several homes |",
        "|---|---|---|---|---|---|---|",
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
    made = partitions.get("made", {})
    lines = [
        f"{partitions['what']}. {partitions['machine']}, load up to {partitions['load_at_start']:g} at the start; "
        f"`{partitions['command']}`.",
        "",
        "| applications | how | runs | seconds | dealing out | computing | commit | measured |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for size, sides in partitions["sizes"].items():
        for name, f in sides.items():
            steps = [f"{f[f'{step}_seconds']:.2f}" if f"{step}_seconds" in f else "" for step in ("export", "compute", "commit")]
            runs, day = len(f.get("seconds", [])), made.get(size, partitions["date"])
            lines.append(f"| {int(size):,} | {name} | {runs} | {f['median_seconds']:.2f} | {' | '.join(steps)} | {day} |")
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
