"""Kills Loanwatch at every named boundary and at random instants, runs it again, and compares with a home that was left alone.

    python -m tests.faults.kill_harness --kills 450 --cli 50        (make faults)

Each kill is a SIGKILL of a forked child (or of a `loanwatch` process) in a copy of a small prepared home. Up to three kills hit
one home before it is run to its end; then every table, the snapshot, what was sent and every backup are compared.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.private import keep_private
from schemas.settings import Settings
from tests.faults import kill_steps
from tests.faults.kill_state import State, state_of
from tests.faults.kill_steps import PREPARATIONS, SCENARIOS, Boundaries

KILLS_PER_HOME = 3
_MISSED, _HIT = 0.8, 1.15

#: Documents take ten times as long as the rest, and nothing is decided there.
_SLOW = {"reports"}
_TURNS_OF_THE_QUICK = 4


def settings_for(home: Path) -> Settings:
    return Settings(home=home, policy_file=None, memory_limit="1GB", threads=2, lock_wait_seconds=30.0, chunk_rows=20000)


def in_child(work: Callable[[], Any], result: Path | None = None, kill_after: float | None = None) -> int:
    """Runs it in a forked child, which this process kills after some seconds where asked to; returns the signal or exit code.

    Work is done in children alone, so that no thread of a library lives in the process that forks.
    """
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _work(work, result)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)  # nothing happens where it has ended and is not waited for yet
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _work(work: Callable[[], Any], result: Path | None) -> None:
    code = 1
    try:
        found = work()
        if result is not None:
            result.write_text(json.dumps(found), encoding="utf-8")
        code = 0
    except BaseException:  # noqa: BLE001  a child must not go on as its parent
        traceback.print_exc()
    finally:
        os._exit(code)


@dataclass
class Tally:
    """What was tried and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    boundaries: dict[str, set[str]] = field(default_factory=dict)
    hit: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    homes: int = 0
    lost: int = 0
    doubled: int = 0
    differing: int = 0
    complaints: list[str] = field(default_factory=list)

    def compare(self, name: str, found: State, expected: State) -> None:
        self.homes += 1
        lost, doubled, different = found.against(expected)
        self.lost, self.doubled = self.lost + lost, self.doubled + doubled
        self.differing += bool(different)
        if lost or doubled or different:
            self.complaints.append(f"{name}: lost {lost}, doubled {doubled}, differing {', '.join(different)}")

    def text(self) -> str:
        lines = [f"{name:10} {count:4} kills{self._places(name)}" for name, count in sorted(self.kills.items())]
        lines += self.complaints[:20]
        lines.append(f"{self.kills.total()} kills in {self.homes} homes: lost = {self.lost}, doubled = {self.doubled}, ")
        return "\n".join(lines) + f"differing = {self.differing}"

    def _places(self, name: str) -> str:
        named = self.boundaries.get(name)
        return f", at {len(self.hit[name])} of {len(named)} named boundaries" if named else ", at random instants"

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.differing or self.complaints)


@dataclass
class Scenario:
    """A step with the home it begins with, and how it goes when nothing happens to it."""

    name: str
    begins: Path
    passed: list[str]
    seconds: float
    expected: State
    #: The share of those seconds within which it is killed.
    reach: float = 1.0


class Harness:
    """Prepared homes in a folder of their own, and the kills."""

    def __init__(self, folder: Path, seed: int, say: Callable[[str], None]) -> None:
        self.folder, self.say, self.tally = folder, say, Tally()
        self.chance = random.Random(seed)
        self.scratch = folder / "home"
        self.result = folder / "result.json"

    def require(self, work: Callable[[], Any], what: str) -> None:
        code = in_child(work, self.result)
        if code != 0:
            raise SystemExit(f"{what} ended with {code}")

    def prepare(self, champion_home: Path | None) -> None:
        """The home that the others come from."""
        home = settings_for(self.folder / "prepared")
        if champion_home is None:
            self.require(lambda: kill_steps.prepare(home), "preparing")
        else:
            shutil.copytree(champion_home, home.home)
            self.require(lambda: kill_steps.add_challenger_and_days(home), "preparing")

    def scenario(self, name: str) -> Scenario:
        """Runs the step once untouched: what it passes, how long it takes, what it leaves."""
        step, base = SCENARIOS[name]
        begins = self.folder / f"begins-{name}"
        source = self.folder / (f"done-{base}" if base in SCENARIOS else "prepared")
        if not source.exists():
            self.scenario(base)
        if base == "old":
            begins.mkdir()
        else:
            shutil.copytree(source, begins)
        if base in PREPARATIONS:
            self.require(lambda: PREPARATIONS[base](settings_for(begins)), f"preparing {name}")
        done = self.folder / f"done-{name}"
        shutil.rmtree(done, ignore_errors=True)
        shutil.copytree(begins, done)

        def watched() -> list[str]:
            boundaries = Boundaries()
            boundaries.watch()
            step(settings_for(done))
            return boundaries.passed

        started = time.monotonic()
        self.require(watched, name)
        seconds = time.monotonic() - started
        passed = json.loads(self.result.read_text(encoding="utf-8"))
        return Scenario(name, begins, passed, seconds, self.state(done))

    def state(self, home: Path) -> State:
        self.require(lambda: state_of(settings_for(home)).as_json(), "comparing")
        return State.of_json(json.loads(self.result.read_text(encoding="utf-8")))

    def kill_home(self, scenario: Scenario, boundary: int | None, most: int) -> int:
        """One home: a kill at the boundary, where one is named, and others at random; then to the end. Returns the kills."""
        step = SCENARIOS[scenario.name][0]
        shutil.rmtree(self.scratch, ignore_errors=True)
        shutil.copytree(scenario.begins, self.scratch)
        home, n_kills = settings_for(self.scratch), 0
        while n_kills < most:
            kill_at, boundary = boundary, None
            after = None if kill_at is not None else self.chance.uniform(0, scenario.reach * scenario.seconds)
            code = in_child(lambda kill_at=kill_at: _step(step, home, kill_at), None, after)  # type: ignore[misc]
            if after is not None:  # a machine is not always as quick as when the step was timed: aim where it still runs
                scenario.reach *= _MISSED if code == 0 else _HIT
                scenario.reach = min(scenario.reach, 1.0)
            if code == -signal.SIGKILL and kill_at is not None:
                self.tally.hit[scenario.name].add(scenario.passed[kill_at])
            if code != -signal.SIGKILL:
                if code != 0:
                    self.tally.complaints.append(f"{scenario.name}: a run after a kill ended with {code}")
                break
            n_kills += 1
        self.require(lambda: step(home), f"{scenario.name}, run again,")
        self.tally.compare(scenario.name, self.state(self.scratch), scenario.expected)
        self.tally.kills[scenario.name] += n_kills
        return n_kills

    def _targets(self, passed: list[str]) -> list[int]:
        """Boundaries to kill at, taken from the end: one of each name first, then the others, each drawn at random."""
        drawn = self.chance.sample(range(len(passed)), len(passed))
        first = {passed[place]: place for place in drawn}.values()
        return [place for place in drawn if place not in first] + list(first)

    def run(self, names: list[str], n_kills: int) -> None:
        """Shares the kills among the scenarios: each of its boundaries in turn, with random instants after it."""
        scenarios = [self.scenario(name) for name in names]
        targets = {item.name: self._targets(item.passed) for item in scenarios}
        quick = [item for item in scenarios if item.name not in _SLOW]
        self.tally.boundaries = {item.name: set(item.passed) for item in scenarios}
        cycle = itertools.cycle([*quick * _TURNS_OF_THE_QUICK, *(item for item in scenarios if item.name in _SLOW)])
        done = 0
        while done < n_kills:
            scenario = next(cycle)
            left = targets[scenario.name]
            done += self.kill_home(scenario, left.pop() if left else None, min(KILLS_PER_HOME, n_kills - done))
            self.say(f"{done} of {n_kills} kills, {self.tally.homes} homes")


def _step(step: Callable[[Settings], None], home: Settings, kill_at: int | None) -> None:
    if kill_at is not None:
        Boundaries(kill_at).watch()
    step(home)


def main() -> int:
    """Returns 1 where anything was lost, doubled or different."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=450, help="kills of forked children")
    parser.add_argument("--cli", type=int, default=50, help="kills of loanwatch processes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(SCENARIOS), nargs="*", default=list(SCENARIOS))
    parser.add_argument("--champion-home", type=Path, help="a small home with a champion, to spare the training")
    given = parser.parse_args()
    keep_private()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that a server that was started is ended
    said_at = time.monotonic()

    def say(line: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at > 10:
            sys.stderr.write(line + "\n")
            said_at = time.monotonic()

    with tempfile.TemporaryDirectory(prefix="loanwatch-kills-") as folder:
        harness = Harness(Path(folder), given.seed, say)
        harness.prepare(given.champion_home)
        harness.run(given.only, given.kills)
        if given.cli:
            from tests.faults.kill_commands import kill_commands

            kill_commands(harness, given.cli)
    sys.stdout.write(harness.tally.text() + "\n")
    return 0 if harness.tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
