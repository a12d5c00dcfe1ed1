"""How quickly a command answers: `python -m benchmarks.startup [--runs 5]`.

Whole processes, as a terminal starts them, beside `python -c pass`; `status` and `sql` read the snapshot of a home in which one
night has decided the applicants.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import decided_home

LOANWATCH = str(Path(sys.executable).parent / "loanwatch")
SECONDS = {"loanwatch --help": 0.7, "loanwatch status": 1.5, 'loanwatch sql "select 1"': 1.5}


def timed(command: list[str]) -> dict[str, Any]:
    """Runs a command to its end."""
    watch = Stopwatch()
    with watch.running():
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {"seconds": watch.seconds}


def sides_of(size: int, folder: Path) -> list[Side]:
    """Python alone, and three commands."""
    home = str(decided_home(folder, size))
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "loanwatch --help": [LOANWATCH, "--help"],
        "loanwatch status": [LOANWATCH, "--home", home, "status"],
        'loanwatch sql "select 1"': [LOANWATCH, "--home", home, "sql", "select 1"],
    }
    return [call(name, "benchmarks.startup:timed", command=command) for name, command in commands.items()]


if __name__ == "__main__":
    run(
        "startup",
        "the time to an answer on the command line",
        sides_of,
        [Target("at_most", seconds, of=name) for name, seconds in SECONDS.items()],
        description=__doc__,
        sizes=(10_000,),
        notes=["The peak of memory is that of the process that starts the command."],
    )
