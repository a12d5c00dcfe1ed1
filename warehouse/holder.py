"""Who holds the warehouse: a note of the process that writes, and the wait of the others, bounded and visible.

The lock itself is DuckDB's. The note only adds what a lock does not say, command and since when, and is believed only
where it names the process that DuckDB finds holding the lock.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path

from schemas.errors import WarehouseBusyError
from schemas.settings import Settings

logger = getLogger(__name__)

HOLDER_FILE = ".holder.json"

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 1.0
TOLD_EVERY_SECONDS = 10.0

#: In the command line of a process of ours.
_OURS = ("loanwatch", "prefect", "flows.")

_WAIT_FOR_IT = "wait for that process to end, or stop it; to read results use `loanwatch sql`, which never waits"
_LEAVE_IT = (
    "close the file in that tool (DuckDB's shell: .exit; DBeaver: disconnect), or end its process; to look at results open the "
    "published snapshot (published/loanwatch.duckdb) instead, which may stay open"
)

_notes: Counter[Path] = Counter()
_command = ""


@dataclass(frozen=True)
class Holder:
    """The process that writes: its number, its command, and since when it holds the file (UTC)."""

    pid: int
    command: str
    since: str

    def __str__(self) -> str:
        return f"{self.command} (pid {self.pid}), since {self.since} UTC"


def name_command(command: str) -> None:
    """What others are told this process does. Without it, what the system knows of the process stands for it."""
    global _command
    _command = command


def _own_command() -> str:
    if _command:
        return _command
    arguments = " ".join(sys.orig_argv[:4])
    return "a flow run of Prefect" if "prefect" in arguments else Path(sys.argv[0] or sys.executable).name


def process_lives(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_holder(settings: Settings) -> Holder | None:
    """The note in the home, whether or not it is still true; None where there is none that can be read."""
    try:
        return Holder(**json.loads((settings.home / HOLDER_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def noted(settings: Settings) -> Iterator[None]:
    """Says in the home who writes. To be entered with the lock held and left before it is given back.

    A note that cannot be written is no reason to stop.
    """
    file = settings.home / HOLDER_FILE
    if _notes[file] == 0:
        with suppress(OSError):
            _write(file, Holder(os.getpid(), _own_command(), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"))
    _notes[file] += 1
    try:
        yield
    finally:
        _notes[file] -= 1
        if _notes[file] == 0:
            with suppress(OSError):
                file.unlink()


def _write(file: Path, holder: Holder) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump(asdict(holder), stream)
    fresh.replace(file)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _found_holder(settings: Settings, message: str) -> tuple[str, bool]:
    """Who holds the file, and whether it is one of us: from DuckDB's message, and from the note where that names the same one."""
    found = re.search(r"held in (.+?) \(PID (\d+)\)", message)
    if not found:
        return "another process", True
    pid = int(found[2])
    note = read_holder(settings)
    if note is not None and note.pid == pid:
        return str(note), True
    is_ours = any(sign in _command_line(pid) for sign in _OURS)
    told = "a command of Loanwatch" if is_ours else f"{Path(found[1]).name}, which is no command of Loanwatch"
    return f"{told} (pid {pid})", is_ours


class Patience:
    """The wait of one process for the warehouse."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._started = time.monotonic()
        self._told: float | None = None
        self._pause = _FIRST_WAIT_SECONDS

    def wait(self, message: str) -> None:
        """Waits a moment, and says for whom: at once, and every ten seconds.

        Args:
            message: what DuckDB said when it could not get the lock.

        Raises:
            WarehouseBusyError: the bound is reached.
        """
        limit = self.settings.lock_wait_seconds
        waited = time.monotonic() - self._started
        holder, is_ours = _found_holder(self.settings, message)
        if waited >= limit:
            raise WarehouseBusyError(
                f"the warehouse is held by {holder}",
                expected=f"the file to be free within {limit:g} s",
                where=str(self.settings.warehouse),
                remedy=_WAIT_FOR_IT if is_ours else _LEAVE_IT,
            )
        if self._told is None or waited - self._told >= TOLD_EVERY_SECONDS:
            logger.warning("waiting for the warehouse, held by %s; %.0f of at most %g s", holder, waited, limit)
            self._told = waited
        time.sleep(min(self._pause, limit - waited))
        self._pause = min(2 * self._pause, _LONGEST_WAIT_SECONDS)
