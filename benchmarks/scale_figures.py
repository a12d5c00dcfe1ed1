"""The arithmetic of docs/scale.md: from measured nights to a night of any size, in one home, in partitions, in several homes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from statistics import linear_regression
from typing import Any

from benchmarks.partitions import WORKERS
from schemas.time_limits import NIGHT_SECONDS, WORK_SECONDS

APPLICATIONS = 100_000_000
#: From here on a unit of work (a row group of applications) is full: smaller nights tell little about larger ones.
FILLED_FROM = 100_000
#: What a night holds of each application decided until its file is closed, at least (docs/decisions/0011).
HELD_BYTES = 40

_CORES = re.compile(r"(\d+) cores")


@dataclass(frozen=True)
class Growth:
    """A night in one process.

    Seconds per million applications at the largest night, cores and peak memory of that night, and bytes of each application on
    disk (None: not measured); of the nights of growing size the slope of time, bytes of memory for each application more, and the
    load of the machine when they were measured.
    """

    seconds_per_million: float
    slope: float
    cores: int
    peak_mb: float
    largest: int
    bytes_each: float
    load: float = 0.0
    disk_each: float | None = None


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
    #: When what was measured, in words.
    measured: str = ""

    @property
    def serial(self) -> float:
        """Share of the night that is left to the process with the warehouse, which deals out and commits instead of scoring."""
        return (self.night - self.one_process + self.export + self.commit) / self.night

    @property
    def dealing(self) -> float:
        """Seconds of dealing out over those of the night in one process."""
        return self.export / self.night

    @property
    def scoring(self) -> float:
        """Share of the night in one process that scoring takes."""
        return self.one_process / self.night

    @property
    def work(self) -> float:
        """Seconds of one worker over those of the night."""
        return self.compute * self.workers / self.night

    @property
    def pays_from(self) -> int | None:
        """Workers from which partitions shorten the night; None: no number of them does."""
        gained = self.one_process - self.export - self.commit
        return math.floor(self.compute * self.workers / gained) + 1 if gained > 0 else None


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


def disk_each_of(night: Mapping[str, Any]) -> float | None:
    """Bytes of each application on disk, of the largest night of which they were measured; None where of none."""
    each = [float(figures["disk_mb"]) * 2**20 / size for size, figures in _points(night) if "disk_mb" in figures]
    return each[-1] if each else None


def growth_of(night: Mapping[str, Any], growth: Mapping[str, Any]) -> Growth:
    """Seconds of the largest night with full histories, slopes of the nights of growing size."""
    largest, figures = _points(night)[-1]
    cores = int(found.group(1)) if (found := _CORES.match(night["machine"])) else 1
    per_million = float(figures["median_seconds"]) / largest * 1e6
    peak, load = float(figures["peak_mb"]), float(growth["load_at_start"])
    return Growth(per_million, slope_of(growth), cores, peak, largest, bytes_each_of(growth), load, disk_each_of(night))


def parts_of(night: Mapping[str, Any], partitions: Mapping[str, Any]) -> Parts:
    """The largest size that both were measured at, partitions on Dask where they were. ValueError where there is no such size."""
    common = sorted(set(night["sizes"]) & set(partitions["sizes"]), key=int)
    if not common:
        raise ValueError("night.json and partitions.json have no size in common: measure one for both")
    whole = float(next(iter(night["sizes"][common[-1]].values()))["median_seconds"])
    sides = list(partitions["sizes"][common[-1]].values())
    dealt = [figures for figures in sides if "compute_seconds" in figures][-1]
    export, compute, commit = (float(dealt[f"{step}_seconds"]) for step in ("export", "compute", "commit"))
    days = [str(one.get("made", {}).get(common[-1], one["date"])) for one in (night, partitions)]
    measured = f"the night {days[0]}, partitions {days[1]}"
    return Parts(int(common[-1]), whole, float(sides[0]["median_seconds"]), export, compute, commit, measured=measured)


def night_of(growth: Growth, applications: float) -> float:
    """Seconds of such a night in one process on the machine that was measured, by its slope where that is above 1."""
    more = max(1.0, applications / growth.largest)
    return float(growth.seconds_per_million * applications / 1e6 * more ** max(0.0, growth.slope - 1.0))


def memory_of(growth: Growth, applications: float) -> float:
    """GB that the process with the warehouse holds in such a night at its peak, however the scoring is dealt out."""
    return (growth.peak_mb + max(0.0, applications - growth.largest) * growth.bytes_each / 2**20) / 1024


def is_in_time(growth: Growth, parts: Parts, applications: float, seconds: float) -> bool:
    """Whether such a night in one process ends within the time, and neither it nor its scoring is ended before (time_limits)."""
    whole = night_of(growth, applications)
    return whole <= min(seconds, NIGHT_SECONDS) and whole * parts.scoring <= WORK_SECONDS


def homes_for(growth: Growth, parts: Parts, seconds: float) -> int:
    """Homes, each on a machine of its own, that share 100 million applications within the time and its limits."""
    return next(homes for homes in count(1) if is_in_time(growth, parts, APPLICATIONS / homes, seconds))


def workers_for(growth: Growth, parts: Parts, seconds: float) -> int | None:
    """Workers beside the machine with the warehouse for 100 million in the time and its limits; None: the rest takes as long."""
    whole = night_of(growth, APPLICATIONS)
    left = min(seconds, NIGHT_SECONDS) - whole * parts.serial
    return math.ceil(whole * parts.work / left) if left > 0 and whole * parts.dealing <= WORK_SECONDS else None
