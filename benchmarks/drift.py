"""A night's drift against Evidently's: N applications against a reference of N, 120 subjects.

Run: python -m benchmarks.drift [--sizes 10000 200000] [--runs 5]

Timed is, of ours, the whole measurement of a business date as the night does it: the day's applications are counted over the
frozen bins, windows of 1, 7 and 30 days are summed, PSI, significance, missing and unseen shares and rates are worked out, and
all of it is written to the warehouse (the home holds no application columns, so there are no segments). Of Evidently it is
`DataDriftPreset(method="psi")` over one window, from frames that are in memory, up to its numbers: its HTML (11 MB at 120
columns) is left out.

The two PSIs are different figures by design (docs/drift.md): ours has frozen bins, a bin of missing values and half a row added
to every bin; Evidently's bins of a number are cut anew each night, over both samples, and missing values are dropped. What must
agree is the formula and the counts: PSI without missing bin and without the half row is worked out from our stored bins; for
flags and texts, whose bins are the same, it has to be the number that the preset reports, and for all others the
number that Evidently's own PSI function gives for the values cut at our edges.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.frame import Side, Stopwatch, Target, call, run
from schemas.settings import Settings
from tests.conftest import settings_of
from tests.drift_support import DAY, MODEL, Watched, day, watch
from warehouse.connection import Connection, open_warehouse
from warehouse.drift_references import model_reference

NUMBERS, TEXTS = 101, 16
#: Kinds of numbers by turns: continuous, half zeros, whole numbers, flags.
KINDS = 4
SIZES = (10_000, 100_000, 200_000)
#: Half a row in every bin changes the PSI by no more than this, and by so much over n. A tenth of both sides is missing, so the
#: terms of the other bins are a tenth smaller than without the bin of missing values, which did not move.
MOST_APART, MOST_APART_TIMES_ROWS, MOST_APART_SHARE = 2e-3, 50.0, 0.12


def rows_of(n: int, seed: int, shift: float = 0.0) -> pl.DataFrame:
    """Columns of many shapes, a tenth missing, and texts of 2 to 58 levels; `shift` moves all of them."""
    generator = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for i in range(NUMBERS):
        shapes: list[Callable[[], npt.NDArray[np.float64]]] = [
            lambda: generator.normal(shift, size=n),
            lambda: generator.lognormal(shift, size=n) * (generator.random(n) < 0.5),
            lambda: np.minimum(generator.poisson(4 + shift, n), 12).astype(float),
            lambda: (generator.random(n) < 0.3 + shift / 4).astype(float),
        ]
        values = shapes[i % KINDS]()
        columns[f"N{i}"] = pl.Series(np.where(generator.random(n) < 0.1, np.nan, values)).fill_nan(None)
    for i in range(TEXTS):
        k = 2 + 56 * i // (TEXTS - 1)
        weights = 1.0 + shift * np.linspace(-1.0, 1.0, k)
        levels = pl.Series([f"level {j}" for j in range(k)])
        columns[f"T{i}"] = levels[generator.choice(k, n, p=weights / weights.sum())]
    return pl.DataFrame(columns)


def _score_columns(connection: Connection) -> pl.DataFrame:
    """What the night decided, for the peer to compare as well."""
    statement = "SELECT pd, score_points, decision FROM score.decisions_v1 WHERE received_on = $day ORDER BY application_id"
    return connection.execute(statement, {"day": DAY}).pl()


def _edges(watched: Watched) -> dict[str, list[float]]:
    reference = model_reference(watched.connection, MODEL)
    return {subject.name: subject.edges[:-1] for subject in reference.subjects if subject.value_type == "number"}


def prepare(n: int, folder: Path) -> Path:
    """A home with a frozen reference and a night that is not measured, and the same rows as files. Kept, if it is there."""
    place = folder / f"drift-{n}"
    if (place / "edges.json").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    settings = settings_of(place / "home")
    reference, current = rows_of(n, 1), rows_of(n, 2, shift=0.1)
    with open_warehouse(settings) as connection:
        watched = watch(connection, settings, reference)
        watched.add_night(rows_of(max(n // 10, 1), 3), day(-1))
        watched.measure(day(-1))
        watched.add_night(current, DAY, first_id=n + 1)
        scores = _score_columns(connection)
        edges = _edges(watched)
    reference.write_parquet(place / "reference.parquet")
    pl.concat([current, scores], how="horizontal").write_parquet(place / "current.parquet")
    (place / "edges.json").write_text(json.dumps(edges), encoding="utf-8")
    return place


def _measured(settings: Settings, as_of: date, stopwatch: Stopwatch) -> tuple[pl.DataFrame, pl.DataFrame]:
    from tasks.drift import measure_drift

    with open_warehouse(settings) as connection:
        with stopwatch.running():
            measure_drift(connection, settings, as_of)
        key = {"day": as_of}
        where = "WHERE as_of = $day AND window_days = 1 AND segment = '' AND kind = 'feature'"
        rows = connection.execute(f"SELECT subject, psi FROM marts.drift {where} ORDER BY subject", key).pl()
        bins = connection.execute(f"FROM marts.drift_bins {where} AND role <> 'missing' ORDER BY subject, bin", key).pl()
    return rows, bins


def ours(place: str) -> dict[str, Any]:
    """The first measurement of the night, in a copy of the home."""
    stopwatch = Stopwatch()
    with tempfile.TemporaryDirectory(dir=place) as scratch:
        home = Path(scratch) / "home"
        shutil.copytree(Path(place) / "home", home)
        rows, bins = _measured(settings_of(home), DAY, stopwatch)
    check = {
        str(name): _plain(found["n_reference"].to_numpy(), found["n_current"].to_numpy())
        for (name,), found in bins.group_by("subject", maintain_order=True)
    }
    rows_counted = int(bins.filter(pl.col("subject") == "T0")["n_current"].sum())
    apart = {name: (abs(check[name] - psi), MOST_APART_SHARE * check[name]) for name, psi in rows.iter_rows()}
    furthest = max(found for found, _ in apart.values())
    if any(found > MOST_APART + share + MOST_APART_TIMES_ROWS / rows_counted for found, share in apart.values()):
        raise AssertionError(f"PSI as stored is {furthest} from PSI without smoothing and without the bin of missing values")
    return {"seconds": stopwatch.seconds, "check": check, "furthest_psi": furthest}


def _plain(reference: np.ndarray[Any, Any], current: np.ndarray[Any, Any]) -> float:
    """PSI of counts as Evidently has it: nothing added, and shares of nothing stand for a share as small as its own rule says.

    A bin that is empty on both sides is none to it: it knows the levels that it has seen.
    """
    is_seen = reference + current > 0
    reference, current = reference[is_seen], current[is_seen]
    p, q = (_filled_up(side / side.sum()) for side in (reference, current))
    return float(np.sum((p - q) * np.log(p / q)))


def _filled_up(shares: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    least = shares[shares > 0].min()
    return np.where(shares > 0, shares, least / 10**6 if least <= 0.0001 else 0.0001)


def evidently(place: str) -> dict[str, Any]:
    """The preset over all columns, and its own function over values cut at our edges (not timed)."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    reference, current, edges = _frames(Path(place))
    numeric = [name for name, dtype in current.schema.items() if dtype.is_numeric()]
    definition = DataDefinition(
        numerical_columns=numeric, categorical_columns=[name for name in current.columns if name not in numeric]
    )
    sides = [Dataset.from_pandas(frame.to_pandas(), data_definition=definition) for frame in (current, reference)]
    stopwatch = Stopwatch()
    with stopwatch.running():
        reported = Report([DataDriftPreset(method="psi")]).run(*sides).dict()
    found = {
        metric["config"]["column"]: float(metric["value"])
        for metric in reported["metrics"]
        if "column" in metric.get("config", {})
    }
    names = [f"N{i}" for i in range(NUMBERS)] + [f"T{i}" for i in range(TEXTS)]
    check = {name: found[name] if _same_bins(name) else _of_cut(reference[name], current[name], edges[name]) for name in names}
    return {"seconds": stopwatch.seconds, "check": dict(sorted(check.items())), "columns": len(found)}


def _same_bins(name: str) -> bool:
    """Texts and flags: a level is a bin on both sides."""
    return name.startswith("T") or int(name[1:]) % KINDS == KINDS - 1


def _frames(place: Path) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, list[float]]]:
    reference, current = (pl.read_parquet(place / f"{side}.parquet") for side in ("reference", "current"))
    scores = current.select("pd", "score_points", "decision")
    reference = pl.concat([reference, scores], how="horizontal")
    return reference, current, json.loads((place / "edges.json").read_text(encoding="utf-8"))


def _of_cut(reference: pl.Series, current: pl.Series, edges: list[float]) -> float:
    """Evidently's PSI of the values as bins: a closed list of bins is a categorical column to it."""
    import pandas as pd
    from evidently.legacy.calculations.stattests.psi import _psi
    from evidently.legacy.core import ColumnType

    cut = [pd.Series(np.searchsorted(np.asarray(edges), side.drop_nulls().to_numpy())) for side in (reference, current)]
    return float(_psi(*cut, ColumnType.Categorical, 0.1)[0])


def sides_of(size: int, folder: Path) -> list[Side]:
    """Ours over three windows; Evidently over one."""
    place = str(prepare(size, folder))
    return [call("ours", "benchmarks.drift:ours", place=place), call("Evidently", "benchmarks.drift:evidently", place=place)]


if __name__ == "__main__":
    run(
        "drift",
        "Drift of a night of as many applications as the reference has, 120 subjects",
        sides_of,
        [Target("at_least", 50, of=("Evidently", "ours"), sizes=(200_000,))],
        description=__doc__,
        sizes=SIZES,
        unit="applications a side",
        notes=[
            "Ours: windows of 1, 7 and 30 days, significance, missing and unseen shares and rates, all written to the warehouse "
            "(the home holds no application columns, so there are no segments). Evidently: DataDriftPreset(method='psi') over "
            "one window, up to its numbers, without its HTML.",
            "Checked: PSI without smoothing and without the bin of missing values, of 117 columns, by both.",
        ],
    )
