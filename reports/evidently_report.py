"""The Evidently report of a night: Evidently draws, our PSI decides.

Evidently bins by its own rule and drops missing values (docs/drift.md), so the test registered here computes nothing: it looks up
the number of marts.drift by the column's name.
"""

from __future__ import annotations

import json
import os
import re
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from reports.evidently_page import dress_page
from reports.evidently_sample import EvidentlySample, prepare_sample
from reports.files import write_document
from schemas.pages import EvidentlyOutcome, MeasuredPsi

if TYPE_CHECKING:
    import pandas as pd
    from evidently.core.report import Snapshot

#: Rows of each side in the pictures.
SAMPLE_ROWS = 2_000
MOST_COLUMNS = 25
LARGEST_PAGE_BYTES = 15_000_000
KEPT_SNAPSHOTS = 90

_METHOD = "loanwatch_psi"
_PROJECT = uuid.UUID("6c6f616e-7761-8463-8000-000000000001")
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b|(?<=metric_)[0-9a-f]{32}\b")


@contextmanager
def _quiet() -> Iterator[None]:
    """Telemetry off before Evidently is imported.

    Warnings that its code and litestar's raise, on import and on odd columns, are not ours to mend.
    """
    os.environ["DO_NOT_TRACK"] = "1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def write_evidently_report(
    reference: pl.DataFrame,
    current: pl.DataFrame,
    measured: Mapping[str, MeasuredPsi],
    order: Sequence[str],
    folder: Path,
    workspace: Path | None,
    as_of: date,
    *,
    sample_rows: int = SAMPLE_ROWS,
    most_columns: int = MOST_COLUMNS,
    largest_page_bytes: int = LARGEST_PAGE_BYTES,
    kept_snapshots: int = KEPT_SNAPSHOTS,
) -> EvidentlyOutcome:
    """Writes evidently.html and evidently.json into the folder, and a snapshot into the workspace; twice gives the same bytes.

    Args:
        reference, current: one row per application version with application_id and the columns named in `order`.
        measured: our PSI by column.
        order: columns, the most important first; what cannot be drawn makes room for the next.
        workspace: folder that `evidently ui --workspace` opens; None writes none. The newest `kept_snapshots` nights stay in it.

    Raises:
        polars.exceptions.ColumnNotFoundError: application_id is missing.
    """
    sample = prepare_sample(reference, current, measured, order, sample_rows)
    columns = sample.columns[:most_columns]
    left_out = dict(sample.left_out) | dict.fromkeys(
        sample.columns[most_columns:], f"not among the {most_columns} most important"
    )
    with _quiet():
        while True:
            snapshot = _run(sample, columns, measured, as_of)
            page = dress_page(_settled(snapshot.get_html_str(as_iframe=False)), as_of, sample, columns, measured, left_out)
            if len(page.encode()) <= largest_page_bytes or not columns:
                break
            dropped = columns[len(columns) // 2 :]
            columns = columns[: len(columns) // 2]
            left_out |= dict.fromkeys(dropped, "the page would be too large")
        snapshot_id = None if workspace is None else _keep_snapshot(workspace, snapshot, as_of, kept_snapshots)
    write_document(folder / "evidently.html", page)
    write_document(folder / "evidently.json", _json(snapshot, as_of, columns, measured, left_out))
    return EvidentlyOutcome(str(folder / "evidently.html"), str(folder / "evidently.json"), left_out, snapshot_id)


def _run(sample: EvidentlySample, columns: Sequence[str], measured: Mapping[str, MeasuredPsi], as_of: date) -> Snapshot:
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import ValueDrift

    shown = {sample.names[name]: measured[name] for name in columns}
    _register(shown)
    numeric = [name for name in shown if name in sample.numeric]
    definition = DataDefinition(numerical_columns=numeric, categorical_columns=[name for name in shown if name not in numeric])
    report = Report(
        [ValueDrift(column=name, method=_METHOD, threshold=psi.limit) for name, psi in shown.items()],
        include_tests=True,
        metadata={"as_of": as_of.isoformat()},
    )
    before, after = (
        Dataset.from_pandas(frame.select(list(shown)).to_pandas(), data_definition=definition)
        for frame in (sample.reference, sample.current)
    )
    return report.run(after, before, timestamp=datetime(as_of.year, as_of.month, as_of.day), name=as_of.isoformat())  # noqa: DTZ001


def _register(shown: Mapping[str, MeasuredPsi]) -> None:
    """Our test, under one name: the numbers of the report that is being written."""
    from evidently.legacy.calculations.stattests import StatTest, register_stattest
    from evidently.legacy.core import ColumnType

    def look_up(_reference: pd.Series, current: pd.Series, _kind: object, _limit: float) -> tuple[float, bool]:
        found = shown[str(current.name)]
        if found.psi is None:
            raise ValueError(f"no PSI was measured for {current.name}")
        return found.psi, found.status == "alert"

    test = StatTest(
        name=_METHOD,
        display_name="PSI of Loanwatch (marts.drift)",
        allowed_feature_types=[ColumnType.Numerical, ColumnType.Categorical],
        default_threshold=0.2,
    )
    register_stattest(test, look_up)


def _settled(page: str) -> str:
    """Evidently numbers its elements at random; numbered in order instead, the same night gives the same page."""
    numbers: dict[str, str] = {}

    def settle(found: re.Match[str]) -> str:
        name = found[0]
        return numbers.setdefault(name, f"{len(numbers):0{len(name)}d}")

    end = page.index("</head>")
    head = _ID.sub(settle, page[:end])
    return head + re.sub(r"metric_[0-9a-f]{32}\b", lambda found: "metric_" + numbers.get(found[0][7:], found[0][7:]), page[end:])


def _json(
    snapshot: Snapshot, as_of: date, columns: Sequence[str], measured: Mapping[str, MeasuredPsi], left_out: Mapping[str, str]
) -> str:
    """Evidently's own JSON (metrics, tests), and beside it what it does not say."""
    content: dict[str, Any] = json.loads(snapshot.json())
    content["loanwatch"] = {
        "as_of": as_of.isoformat(),
        "psi": {name: asdict(measured[name]) for name in columns},
        "left_out": dict(left_out),
    }
    return json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n"


def _snapshot_id(as_of: date) -> uuid.UUID:
    """The business date as a UUID of version 8 (its own meaning), so that a night has one snapshot and their order is known."""
    return uuid.UUID(f"00000000-0000-8000-8000-0000{as_of:%Y%m%d}")


def _keep_snapshot(workspace: Path, snapshot: Snapshot, as_of: date, kept: int) -> str:
    """Replaces the night's snapshot and deletes the oldest beyond `kept`."""
    from evidently.sdk.models import ProjectModel
    from evidently.ui.workspace import Workspace

    workspace.mkdir(parents=True, exist_ok=True)
    store = Workspace.create(str(workspace))
    if store.get_project(_PROJECT) is None:
        store.add_project(ProjectModel(id=_PROJECT, name="Loanwatch", description="Drift of each night; PSI of marts.drift"))
    key = _snapshot_id(as_of)
    store.state.write_snapshot(_PROJECT, key, snapshot.to_snapshot_model())
    for old in sorted(store.list_runs(_PROJECT), key=str)[:-kept]:
        store.delete_run(_PROJECT, old)
    return str(key)
