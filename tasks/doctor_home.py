"""What doctor finds without opening the warehouse: versions, files, who holds what, backups."""

from __future__ import annotations

import json
import os
import platform
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from schemas.channels import load_alert_settings
from schemas.doctor import Diagnosis, failed, warned, well
from schemas.settings import Settings
from warehouse.holder import process_lives, read_holder

_SET_UP_AGAIN = "set the environment up again: rm -rf .venv && make .venv/.installed"
_SHOWN = 5

#: Not ours to close: deliveries come from another user, and Prefect writes its own.
_NOT_CHECKED = ("landing", "prefect")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_BACKUP_MANIFEST = "manifest.json"


def find_versions() -> Iterator[Diagnosis]:
    """Loanwatch, Python and the packages that have to fit together."""
    yield well("version", f"loanwatch {version('loanwatch')}, Python {platform.python_version()}, {sys.executable}")
    needed = [requirement for text in requires("loanwatch") or [] if _holds(requirement := Requirement(text))]
    unfit = [fault for requirement in needed if (fault := _unfit(requirement))]
    if unfit:
        yield failed("packages", f"{len(unfit)} do not fit: {'; '.join(unfit[:_SHOWN])}", _SET_UP_AGAIN, 1)
    else:
        yield well("packages", f"all {len(needed)} that Loanwatch asks for are those that it was tested with")


def _holds(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _unfit(requirement: Requirement) -> str:
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is missing"
    return (
        ""
        if requirement.specifier.contains(found, prereleases=True)
        else f"{requirement.name} {found}, not {requirement.specifier}"
    )


def find_permissions(settings: Settings) -> Iterator[Diagnosis]:
    """Files of the home that other users can read."""
    allowed = {settings.snapshot} if os.environ.get("LOANWATCH_SNAPSHOT_MODE") else set()
    checked = [settings.home, *(path for path in _files(settings.home) if path not in allowed)]
    open_to_others = [path for path in checked if stat.S_IMODE(path.lstat().st_mode) & _OTHERS]
    if open_to_others:
        shown = ", ".join(str(path.relative_to(settings.home)) for path in open_to_others[:_SHOWN])
        found = f"{len(open_to_others)} of {len(checked)} files and folders are open to other users: {shown}"
        yield warned("permissions", found, f"chmod -R go= {settings.home}, without landing/ if another user delivers there")
    else:
        yield well("permissions", "nobody but the owner reads the home")


def _files(home: Path) -> list[Path]:
    found = []
    for top in sorted(home.iterdir()):
        if top.name not in _NOT_CHECKED:
            found += [top, *(path for path in top.rglob("*") if not path.is_symlink())]
    return [path for path in found if path.exists()]


def find_stale_notes(settings: Settings) -> Iterator[Diagnosis]:
    """A note of a writer that is no more."""
    holder = read_holder(settings)
    if holder is not None and not process_lives(holder.pid):
        yield warned("lock", f"{holder} was killed while it wrote", "nothing: the lock went with it, the next run goes on")


def find_log(settings: Settings) -> Iterator[Diagnosis]:
    """A write-ahead log that a killed process left. Its bytes are not looked at: closing the file would give a lock back."""
    log = settings.warehouse.with_name(f"{settings.warehouse.name}.wal")
    if log.exists() and log.stat().st_size:
        found = f"{log.stat().st_size:,} bytes that were committed are not in the file yet"
        yield warned("log", found, "nothing: the next command that opens the warehouse brings them in; do not delete it")
    else:
        yield well("log", "everything that was committed is in the warehouse file")


def find_channels(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the channels file can be read, and its secrets are set."""
    channels = load_alert_settings(settings).channels
    named = [value for channel in channels for value in channel.model_dump().values() if str(value).startswith("env:")]
    unset = sorted({name.removeprefix("env:") for name in named if not os.environ.get(name.removeprefix("env:"))})
    if unset:
        yield warned("channels", f"{len(unset)} secret(s) are not set here: {', '.join(unset)}", "set them where the nights run")
    elif channels:
        yield well("channels", f"{len(channels)} channel(s): {', '.join(channel.name for channel in channels)}")
    else:
        yield warned("channels", "none: alerts go to nobody but Prefect", "write channels.toml, see docs/alerts.md")


def find_backups(settings: Settings) -> Iterator[Diagnosis]:
    """How old the newest backup is, by its own manifest; and a warehouse that was set aside."""
    aside = sorted(settings.set_aside.glob("*/"))
    if aside:
        found = f"{len(aside)} damaged warehouse(s) stand in set-aside/, the last {aside[-1].name}"
        yield warned("backups", found, "keep them until what they lack is restored or decided again; then remove them")
    manifests = [made for folder in settings.backups.glob("[!.]*/") if (made := _made_at(folder))]
    if not manifests:
        yield warned("backups", "there is none", "loanwatch backup, or let LOANWATCH_BACKUPS keep some nights")
        return
    made_at, name = max(manifests)
    hours = (datetime.now(UTC) - made_at).total_seconds() / 3600
    yield well("backups", f"{len(manifests)}, the newest {name}, {hours:.0f} h old")


def _made_at(folder: Path) -> tuple[datetime, str] | None:
    try:
        made_at = datetime.fromisoformat(json.loads((folder / _BACKUP_MANIFEST).read_text(encoding="utf-8"))["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return made_at.replace(tzinfo=made_at.tzinfo or UTC), folder.name
