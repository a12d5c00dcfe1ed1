"""Child processes that are started together and leave nothing behind: each in a session of its own, output in a file."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_POLL_SECONDS = 0.1


def adopt_orphans() -> None:
    """Makes this process the parent of what its children leave behind, where the system can do that (Linux).

    A flow run outlives the worker that started it, in a session of its own; without this nobody would find it any more.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _parents_from_proc() -> dict[int, int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # it ended while we were looking
            if fields[0] != "Z":
                parents[int(entry.name)] = int(fields[1])
    return parents


def _parents_from_ps() -> dict[int, int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)  # noqa: S607 - found where the system keeps it
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def descendants(pid: int) -> list[int]:
    """The living children of a process, their children and so on, parents first."""
    parents = _parents_from_proc() if Path("/proc/self/stat").exists() else _parents_from_ps()
    found: list[int] = []
    level = {pid}
    while level:
        level = {child for child, parent in parents.items() if parent in level}
        found += sorted(level)
    return found


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Sends a signal to each of these processes that still exists."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


class Child:
    """A program that runs until it is told to end. Its output goes to `<folder>/<name>.log`."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], folder: Path, cwd: Path) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed list, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=cwd,
                start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor only, which ends its children in order
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def stop(self, seconds: float) -> bool:
        """Asks it to end and waits; after `seconds` it is killed. Returns whether it ended when asked."""
        send([self.pid] if self.exit_code is None else [], signal.SIGTERM)
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True


def end_descendants(pid: int, seconds: float) -> int:
    """Asks all descendants of a process to end, kills those that have not after `seconds`; returns how many were killed."""
    send(descendants(pid), signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while descendants(pid) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    left = descendants(pid)
    send(left, signal.SIGKILL)
    return len(left)
