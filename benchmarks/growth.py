"""How a night grows: `python -m benchmarks.growth [--sizes 10000 100000 1000000] [--runs 3]`; 10,000,000 by
`--sizes 10000000 --runs 1 --add`.

The steps of a night, from a ready folder to the backup, called as plain functions in a fresh process: Prefect's constant seconds
and imports would flatter the slope. The application table alone, in a home whose champion knows no histories.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import NIGHT, champion_home, night_home, settings_of
from benchmarks.portfolio import full_size
from schemas.settings import Settings

SIDE = "one night"
#: Sizes at which a unit of work (a row group of applications) is full: with less a night needs less.
FILLED = (100_000, 1_000_000, 10_000_000)


def _stored(settings: Settings) -> int:
    """Decisions of the night that lie in the warehouse."""
    from warehouse.connection import open_warehouse

    with open_warehouse(settings, read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM score.decisions_v1 WHERE received_on = $day", {"day": NIGHT})
        return int(found.fetchall()[0][0])


def one_night(folder: str, size: int) -> dict[str, Any]:
    """One night on a fresh home; seconds and peak of every step beside the whole."""
    from flows.loading import loading

    with loading():  # as the command line does
        from benchmarks.profile_night import Recorder, run_steps
    recorder, watch = Recorder(with_functions=False), Stopwatch()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        home = night_home(Path(folder), size, target=Path(scratch) / "home", with_histories=False)
        with watch.running():
            run_steps(settings_of(home), recorder)
        if (stored := _stored(settings_of(home))) != size:
            raise SystemExit(f"of {size} applicants {stored} were decided")
    return {
        "seconds": watch.seconds,
        "peak_mb": max(step.peak_mb for step in recorder.steps),
        "check": stored,
        "steps": {step.name: step.seconds for step in recorder.steps},
        "peaks": {step.name: step.peak_mb for step in recorder.steps},
    }


def sides_of(size: int, folder: Path) -> list[Side]:
    """The night alone; what it starts from is made here, where its memory does not count."""
    full_size(folder, size, 2, day=NIGHT, tables=["application"])
    champion_home(folder, with_histories=False)
    return [call(SIDE, "benchmarks.growth:one_night", folder=str(folder), size=size)]


if __name__ == "__main__":
    run(
        "growth",
        "one night at growing numbers of applications",
        sides_of,
        [
            Target("at_most", 1.05, of=SIDE, slope=True),
            Target("at_most", 1.05, of=SIDE, slope=True, sizes=FILLED),
            Target("at_most", 0.1, of=SIDE, measure="peak_mb", slope=True),
            Target("at_most", 0.1, of=SIDE, measure="peak_mb", slope=True, sizes=FILLED),
            Target("at_most", 4096, of=SIDE, measure="peak_mb"),
        ],
        description=__doc__,
        sizes=(10_000, 100_000, 1_000_000),
        notes=["Application table only; reasons for whom the champion does not approve."],
    )
