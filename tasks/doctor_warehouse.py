"""What doctor asks an open warehouse. Each question gives one or more lines, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from schemas.doctor import Diagnosis, failed, warned, well
from schemas.errors import LoanwatchError, VerificationError
from schemas.policy import load_policy
from schemas.settings import Settings
from tasks.model_files import read_model
from warehouse.connection import Connection
from warehouse.deliveries.folders import dated_folders, ready_folders
from warehouse.deliveries.seen import SeenFolders, folder_signature
from warehouse.doctor_reading import (
    home_dates,
    last_night,
    open_alert_counts,
    refused_dates,
    undelivered,
    unfinished_runs,
)
from warehouse.ingest_store import latest_versions
from warehouse.migrations import missing_migrations
from warehouse.reading import read_status
from warehouse.registry import champion_on, has_champion, newest_policy_sha256
from warehouse.space import require_writable, space_for_night

_REFUSED_DAYS = 30
_SHOWN_DAYS = 5

#: Gives the lines of one subject.
Probe = Callable[[Settings, Connection], Iterator[Diagnosis]]


def told(subject: str, error: LoanwatchError) -> Diagnosis:
    """An error as a line."""
    return failed(subject, error.found, error.remedy, error.exit_code)


def _days(days: list[date]) -> str:
    shown = ", ".join(str(day) for day in days[:_SHOWN_DAYS])
    return shown if len(days) <= _SHOWN_DAYS else f"{shown} and {len(days) - _SHOWN_DAYS} more"


def probe_schema(_settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """Whether the migrations are those of this version."""
    missing = missing_migrations(connection)
    if missing:
        names = ", ".join(migration.name for migration in missing)
        yield warned(
            "schema", f"{len(missing)} migration(s) are not applied yet: {names}", "the next command that writes applies them"
        )
    else:
        yield well("schema", "every migration of this version is applied")


def probe_space(settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """Whether the next night has room."""
    require_writable(settings)
    space = space_for_night(settings, connection)
    if space.is_enough:
        yield well("space", str(space))
    else:
        yield failed("space", str(space), "free some space: scratch/, old reports, old backups", 15)


def probe_champion(settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """Whether a champion is in force, and its files are those that were registered."""
    if not has_champion(connection):
        yield failed("champion", "no model was trained yet", "train the first one with `loanwatch retrain`", 11)
        return
    champion = champion_on(connection, date.max)
    model = read_model(settings.models / champion.model_version, champion.sha256)
    if model.manifest.threshold != champion.threshold:
        raise VerificationError(
            f"the threshold of {champion.model_version} is not the registered one",
            remedy="restore the model's folder or the warehouse from a backup",
        )
    yield well("champion", f"{champion.model_version}, files verified, threshold {champion.threshold:.4f}")


def probe_policy(settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """Whether the policy file is the one in force."""
    policy, registered = load_policy(settings.policy_file), newest_policy_sha256(connection)
    if registered is None:
        yield warned("policy", "none is in force yet", "the first training or night registers it")
    elif registered != policy.sha256:
        found = f"the file (sha256 {policy.sha256[:12]}) differs from the policy in force ({registered[:12]})"
        yield failed("policy", found, "loanwatch policy apply FILE --by NAME --reason TEXT, or name the former file", 14)
    else:
        yield well("policy", f"the file is the policy in force ({registered[:12]})")


def probe_deliveries(settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """What waits in the landing place, and what was refused."""
    dates = home_dates(connection)
    ready = ready_folders(settings.landing)
    waiting = _waiting(settings, connection)
    unready = [day for day in dated_folders(settings.landing) if day not in ready]
    refused = refused_dates(connection, dates.received_on, _REFUSED_DAYS) if dates.received_on else []
    if waiting:
        yield warned(
            "deliveries",
            f"{len(waiting)} day(s) are new, or were touched since they were read: {_days(waiting)}",
            "loanwatch nightly",
        )
    if unready:
        found = f"{len(unready)} folder(s) have no _READY: {_days(unready)}"
        yield warned("deliveries", found, "have the source finish them; without _READY a folder is not touched")
    if refused:
        found = f"{len(refused)} day(s) are refused: {_days(refused)}"
        yield warned("deliveries", found, "read marts.batches, refused_because, and have the days delivered again")
    if not waiting and not unready and not refused:
        yield well("deliveries", f"all are taken in, the newest of {dates.received_on}")


def _waiting(settings: Settings, connection: Connection) -> list[date]:
    """Ready days that are unknown, or were touched since they were hashed; nothing is hashed here."""
    known, seen = latest_versions(connection), SeenFolders(settings.home)
    found = []
    for day, folder in ready_folders(settings.landing).items():
        try:
            is_known = day in known and seen.content_sha256(day, folder_signature(folder)) == known[day].content_sha256
        except FileNotFoundError:
            is_known = False
        if not is_known:
            found.append(day)
    return found


def probe_snapshot(settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """Whether analysts see what the warehouse holds."""
    dates, freshness = home_dates(connection), read_status(settings).freshness
    if dates.published_at is None:
        yield warned("snapshot", "nothing was published yet", "loanwatch nightly")
    elif freshness is None:
        yield warned("snapshot", "the published file is gone", "loanwatch nightly: it publishes anew")
    elif freshness["newest_decided_on"] != dates.decided_on:
        found = f"it ends with {freshness['newest_decided_on']}, the warehouse with {dates.decided_on}"
        yield warned("snapshot", found, "loanwatch nightly: it publishes anew")
    else:
        yield well("snapshot", f"published {freshness['published_at']:%Y-%m-%d %H:%M} UTC, decided up to {dates.decided_on}")


def probe_runs(_settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """How the last night ended, and which runs never did."""
    night = last_night(connection)
    if night is not None and night[3] == "failed":
        yield warned("runs", f"the night of {night[1]} failed ({night[0]}, {night[2]:%Y-%m-%d %H:%M} UTC)", "loanwatch nightly")
    for command, n, started_at in unfinished_runs(connection):
        found = f"{n} run(s) of {command} have not ended, the last begun {started_at:%Y-%m-%d %H:%M} UTC"
        yield warned("runs", found, f"unless it is still at work, run {command} again: it goes on where the last one stopped")
    if night is not None and night[3] == "done":
        yield well("runs", f"the night of {night[1]} ended well")


def probe_alerts(_settings: Settings, connection: Connection) -> Iterator[Diagnosis]:
    """Open alerts, and what was not sent."""
    counts = open_alert_counts(connection)
    if counts:
        found = ", ".join(f"{n} {severity}" for severity, n in counts.items())
        yield warned("alerts", f"open: {found}", "loanwatch alerts")
    else:
        yield well("alerts", "none is open")
    waiting = undelivered(connection)
    for name, n, error in waiting:
        found = f"{n} message(s) wait for {name}" + (f", last error {error}" if error else "")
        yield warned("outbox", found, "loanwatch alerts deliver; mlflow and event are brought along by the next flow run")
    if not waiting:
        yield well("outbox", "nothing waits to be sent")


#: In the order in which they are told. The schema comes first: without it the others cannot be asked.
PROBES: dict[str, Probe] = {
    "space": probe_space,
    "champion": probe_champion,
    "policy": probe_policy,
    "deliveries": probe_deliveries,
    "snapshot": probe_snapshot,
    "runs": probe_runs,
    "alerts": probe_alerts,
}


def asked(subject: str, probe: Probe, settings: Settings, connection: Connection) -> list[Diagnosis]:
    """The lines of a probe; an error that a user can meet is a line too."""
    try:
        return list(probe(settings, connection))
    except LoanwatchError as error:
        return [told(subject, error)]
