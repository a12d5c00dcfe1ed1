"""What Prefect adds to a night: `python -m benchmarks.prefect_share [--sizes 10000 100000] [--runs 5]`.

Each run takes the same night twice in fresh processes, on fresh copies of a home: `loanwatch nightly`, and its steps called as
plain functions. The figure is the difference of the two, from the start of the process to its end: imports, the flow, its tasks,
logs, artifacts, and where no server runs, the temporary one. Both nights have to publish the same decisions, in number and PDs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import night_home, settings_of

LOANWATCH = str(Path(sys.executable).parent / "loanwatch")
WITH, LATER, FIRST = "against a running server", "with a temporary server", "with a temporary server, a home's first night"
PORT = 4957


def _timed(command: list[str], environment: dict[str, str]) -> float:
    watch = Stopwatch()
    with watch.running():
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    return watch.seconds


def _published(home: Path) -> dict[str, Any]:
    """What a night has published: exact sums, which hang on no order."""
    query = (
        "select decision, count(*) as n, sum(pd::decimal(18, 12))::varchar as pds from marts.decisions group by all order by all"
    )
    command = [LOANWATCH, "--home", str(home), "sql", query, "--format", "json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {one["decision"]: [one["n"], one["pds"]] for one in found}


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A Prefect server with a state folder of its own."""
    from flows.prefect_api import PrefectApi
    from flows.prefect_settings import prefect_environment
    from flows.processes import Child

    settings, api = settings_of(folder), PrefectApi(PORT)
    settings.prefect.mkdir(parents=True, exist_ok=True)
    environment = os.environ | prefect_environment(settings)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(PORT)]
    child = Child("server", command, environment, settings.prefect, folder)
    try:
        while not api.is_healthy():
            if child.exit_code is not None:
                raise SystemExit(f"the server ended with {child.exit_code}")
        yield api.api_url
    finally:
        child.stop(15)


def share(folder: str, size: int, server: str) -> dict[str, Any]:
    """Seconds of the flow less those of the plain functions. A home's first night has no tables of Prefect yet."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        home = night_home(Path(folder), size, target=Path(scratch) / "home", with_histories=False)
        other = shutil.copytree(home, Path(scratch) / "other")
        plain = [sys.executable, "-m", "benchmarks.prefect_share", "--plain", str(other)]
        flow = [LOANWATCH, "--home", str(home), "nightly"]
        plain_seconds = _timed(plain, dict(os.environ))
        if server == LATER:
            with _server(home):
                pass
        if server == WITH:
            with _server(Path(scratch) / "server") as address:
                flow_seconds = _timed(flow, os.environ | {"PREFECT_API_URL": address})
        else:
            flow_seconds = _timed(flow, dict(os.environ))
        check = _published(home)
        if _published(other) != check or sum(n for n, _ in check.values()) != size:
            raise SystemExit(f"the flow decided {check}, the plain functions {_published(other)}")
    return {
        "seconds": flow_seconds - plain_seconds,
        "flow_seconds": round(flow_seconds, 3),
        "plain_seconds": round(plain_seconds, 3),
        "check": check,
    }


def sides_of(size: int, folder: Path) -> list[Side]:
    """With a server that runs, and without."""
    arguments = {"folder": str(folder), "size": size}
    return [call(name, "benchmarks.prefect_share:share", **arguments, server=name) for name in (WITH, LATER, FIRST)]


def _plain(home: Path) -> None:
    """The steps of `loanwatch nightly` without Prefect."""
    from benchmarks.profile_night import Recorder, run_steps

    run_steps(settings_of(home), Recorder(with_functions=False))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--plain"]:
        _plain(Path(sys.argv[2]))
    else:
        run(
            "prefect_share",
            "a night as a flow less the same steps as plain functions",
            sides_of,
            [Target("at_most", 5, of=WITH)],
            description=__doc__,
            sizes=(10_000, 100_000),
            notes=["Seconds are a difference of two runs; the peak of memory is that of the process that starts them."],
        )
