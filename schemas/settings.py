"""Where a home keeps its state, and the settings that are no decision rules. Read from the environment, never at import."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from schemas.errors import UsageError
from schemas.private import GROUP_READABLE_FILE, PRIVATE_FILE

_LEAST_KEY_LENGTH = 16

#: Rows that DuckDB compresses and writes together (its own default is 122,880). The transaction that fills such a group holds it
#: in memory, 220 MB of features; one that leaves it unfinished makes the next transaction write it anew.
ROW_GROUP_ROWS = 40_960
#: Applications that are scored at a time, unless settings say otherwise.
CHUNK_ROWS = ROW_GROUP_ROWS // 2
#: For DuckDB, unless settings say otherwise: enough for a night of 300,000 with full histories to spill nothing.
MEMORY_LIMIT = "1GB"

TaskRunnerName = Literal["threads", "dask"]


@dataclass(frozen=True)
class Settings:
    """Paths and limits of one home.

    `lock_wait_seconds` bounds the wait for the warehouse file; `chunk_rows` is how many applications are decided at a time
    (a night holds some five times as many); `memory_limit` and `threads` go to DuckDB. `backups_kept` is how many of the newest
    backups stay, 0 for no automatic ones; `snapshot_mode` are the permission bits of the published snapshot; `retention_days`
    is after how many days without anything new an applicant's data expire, 0 for never; `drift_bins_days` and `drift_days` are
    after how many days the bins of features, and all that was measured of drift, are let go, 0 for never; `key` encrypts
    warehouse, snapshot and backups, and is never to be shown.

    `task_runner` names who computes the partitions of a night, `workers` how many at once on this machine, `partitions` how many
    there are at least (0: as many as the runner needs; one means that nothing is dealt out); `dask_scheduler` is the address of
    a Dask cluster, None for one on this machine; `shared_folder` is where partitions lie for all workers to read.
    """

    home: Path
    policy_file: Path | None
    memory_limit: str
    threads: int
    lock_wait_seconds: float
    chunk_rows: int
    backups_kept: int = 7
    snapshot_mode: int = PRIVATE_FILE
    retention_days: int = 0
    drift_bins_days: int = 90
    drift_days: int = 0
    key: str | None = field(default=None, repr=False)
    task_runner: TaskRunnerName = "threads"
    workers: int = 2
    partitions: int = 0
    dask_scheduler: str | None = None
    shared_folder: Path | None = None

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def snapshot(self) -> Path:
        return self.home / "published" / "loanwatch.duckdb"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def backups(self) -> Path:
        return self.home / "backups"

    @property
    def set_aside(self) -> Path:
        """Where a damaged warehouse waits for a person."""
        return self.home / "set-aside"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def scratch(self) -> Path:
        """Where DuckDB spills."""
        return self.home / "scratch"

    @property
    def shared(self) -> Path:
        """Where the partitions of a night lie while they are computed: storage that every worker reaches by this path."""
        return self.shared_folder or self.home / "partitions"

    @property
    def prefect(self) -> Path:
        """Prefect's own state: run history, logs, results."""
        return self.home / "prefect"


def _number(name: str, default: float, least: float) -> float:
    """A setting of the environment that has to be a number. Raises UsageError."""
    text = os.environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value < float("inf"):
        raise UsageError(
            f"{name} is {text!r}",
            expected=f"a number of at least {least:g}",
            where="the environment",
            remedy="correct the variable, or unset it to use the default",
        )
    return value


def _snapshot_mode() -> int:
    """Nobody but the owner reads the snapshot, unless its group is let in. Raises UsageError."""
    modes = {f"0{mode:o}": mode for mode in (PRIVATE_FILE, GROUP_READABLE_FILE)}
    text = os.environ.get("LOANWATCH_SNAPSHOT_MODE") or f"0{PRIVATE_FILE:o}"
    if text not in modes:
        raise UsageError(
            f"LOANWATCH_SNAPSHOT_MODE is {text!r}",
            expected=" or ".join(modes),
            where="the environment",
            remedy="correct the variable, or unset it to keep the snapshot to yourself",
        )
    return modes[text]


def _task_runner() -> TaskRunnerName:
    """Who computes partitions. Raises UsageError."""
    names: tuple[TaskRunnerName, ...] = get_args(TaskRunnerName)
    text = os.environ.get("LOANWATCH_TASK_RUNNER") or names[0]
    for name in names:
        if name == text:
            return name
    raise UsageError(
        f"LOANWATCH_TASK_RUNNER is {text!r}",
        expected=" or ".join(names),
        where="the environment",
        remedy="correct the variable, or unset it to compute in this process",
    )


def read_key(file: str | Path) -> str:
    """The key in a file that nobody else may read. Raises UsageError; the key is in no message."""
    path, expected = Path(file), f"a file of mode 0600 with a key of at least {_LEAST_KEY_LENGTH} printable characters"
    try:
        is_private = path.stat().st_mode & 0o077 == 0
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _key_error(f"the key file cannot be read: {type(error).__name__}", expected, str(path)) from None
    if not is_private:
        raise _key_error("others may read the key file", expected, str(path))
    return _usable_key(text, str(path))


def _usable_key(text: str, where: str) -> str:
    if len(text) < _LEAST_KEY_LENGTH or not text.isascii() or not text.isprintable():
        raise _key_error("the key cannot be used", f"at least {_LEAST_KEY_LENGTH} printable ASCII characters", where)
    return text


def _key_error(found: str, expected: str, where: str) -> UsageError:
    return UsageError(found, expected=expected, where=where, remedy="umask 077; openssl rand -hex 32 > FILE, and name it")


def _key() -> str | None:
    """From the file named, else from the variable itself, which other programs of this account can see."""
    file = os.environ.get("LOANWATCH_KEY_FILE")
    text = os.environ.get("LOANWATCH_KEY")
    if file:
        return read_key(file)
    return _usable_key(text, "LOANWATCH_KEY") if text else None


def read_settings(home: str | Path | None = None) -> Settings:
    """The settings of the home given, else of LOANWATCH_HOME, else of `var/` in the working directory.

    Raises:
        UsageError: a variable holds what it cannot hold.
    """
    policy, shared = os.environ.get("LOANWATCH_POLICY"), os.environ.get("LOANWATCH_SHARED")
    cores = os.cpu_count() or 1
    return Settings(
        home=Path(home or os.environ.get("LOANWATCH_HOME") or "var").absolute(),
        policy_file=Path(policy).absolute() if policy else None,
        memory_limit=os.environ.get("LOANWATCH_MEMORY_LIMIT") or MEMORY_LIMIT,
        threads=int(_number("LOANWATCH_THREADS", min(8, cores), 1)),
        lock_wait_seconds=_number("LOANWATCH_LOCK_WAIT", 60, 0),
        chunk_rows=int(_number("LOANWATCH_CHUNK_ROWS", CHUNK_ROWS, 1)),
        backups_kept=int(_number("LOANWATCH_BACKUPS", 7, 0)),
        snapshot_mode=_snapshot_mode(),
        retention_days=int(_number("LOANWATCH_RETENTION_DAYS", 0, 0)),
        drift_bins_days=int(_number("LOANWATCH_DRIFT_BINS_DAYS", 90, 0)),
        drift_days=int(_number("LOANWATCH_DRIFT_DAYS", 0, 0)),
        key=_key(),
        task_runner=_task_runner(),
        workers=int(_number("LOANWATCH_WORKERS", min(8, cores), 1)),
        partitions=int(_number("LOANWATCH_PARTITIONS", 0, 0)),
        dask_scheduler=os.environ.get("LOANWATCH_DASK_SCHEDULER") or None,
        shared_folder=Path(shared).absolute() if shared else None,
    )
