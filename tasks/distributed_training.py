"""The final trees of a training on a Dask cluster, by LightGBM's own distributed learner: no worker holds all rows.

Its model text is not the one that a single process gives, byte for byte: each worker finds bins from its own rows, and sums are
added up in the order of the workers. docs/scale.md has what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.private import keep_private
from schemas.settings import Settings, read_settings
from tasks.core.encoding import Encoding, Matrix, to_matrix
from tasks.core.fitting import Grower, Parameter, Progress
from tasks.core.imbalance import Sample
from tasks.core.vectors import Vector
from tasks.dask_cluster import cluster_lost, dask_client, lost_workers, require_dask, while_workers_last, worker_processes
from tasks.partitions import key_sha256, require_key
from tasks.same_software import require_software, software
from tasks.training_parts import TARGET, Parts
from warehouse.partition_reading import read_part, write_part

if TYPE_CHECKING:
    from distributed import Client

#: Where workers listened for each other, which is nobody's business afterwards and differs from run to run.
_ADDRESSES = re.compile(r"^\[(machines|local_listen_port|time_out): .*\]$", re.MULTILINE)
#: The cluster decides on threads and machines.
_OF_THE_CLUSTER = {"num_threads", "objective", "seed"}


def _keep_off_the_terminal() -> None:
    """LightGBM prints what its Dask interface does; here it goes to the log. Workers print ranks and ports to their output."""
    import lightgbm as lgb

    lgb.register_logger(getLogger("lightgbm"))


def _write_sample(settings: Settings, folder: Path, names: Sequence[str], sample: Sample, n: int) -> list[tuple[Path, int]]:
    """The rows of this process in `n` files of neighbouring rows, each with its number of rows."""
    parts = []
    for number, rows in enumerate(np.array_split(np.arange(len(sample.target)), n)):
        frame = pl.DataFrame(sample.matrix[rows], schema=list(names)).with_columns(pl.Series(TARGET, sample.target[rows]))
        write_part(settings, frame, folder / f"sample-{number}.parquet")
        parts.append((folder / f"sample-{number}.parquet", len(rows)))
    return parts


def _read(file: str, key: str, expected: str) -> pl.DataFrame:
    settings = read_settings()
    keep_private()
    require_key(settings, key)
    require_software(expected)
    return read_part(settings, Path(file))


def _matrix(file: str, encoding: Encoding | None, key: str, expected: str) -> Matrix:
    """On a worker: the inputs of one part; encoded there where it holds features as the warehouse gives them."""
    rows = _read(file, key, expected).drop(TARGET)
    return np.ascontiguousarray(rows.to_numpy()) if encoding is None else to_matrix(rows, encoding)


def _target(file: str, key: str, expected: str) -> Vector:
    """On a worker: the targets of one part."""
    return _read(file, key, expected)[TARGET].cast(pl.Float64).to_numpy()


@dataclass(frozen=True)
class _Part:
    """A file of rows, what it takes to read it, and how they are turned into inputs; None where they are already."""

    file: Path
    n_rows: int
    key_sha256: str
    encoding: Encoding | None


def _train(
    client: Client, workers: Sequence[str], parts: Sequence[_Part], names: Sequence[str], parameters: Mapping[str, Any], n: int
) -> str:
    """Parts are dealt out to the workers in turn, and never pass through this process."""
    import dask.array as da
    from dask import delayed
    from lightgbm.dask import DaskLGBMClassifier

    rows, targets, own_software = [], [], software()
    for number, part in enumerate(parts):
        worker = [workers[number % len(workers)]]
        matrix = client.compute(delayed(_matrix)(str(part.file), part.encoding, part.key_sha256, own_software), workers=worker)
        target = client.compute(delayed(_target)(str(part.file), part.key_sha256, own_software), workers=worker)
        rows.append(da.from_delayed(delayed(matrix), (part.n_rows, len(names)), dtype=np.float64))
        targets.append(da.from_delayed(delayed(target), (part.n_rows,), dtype=np.float64))
    own = {name: value for name, value in parameters.items() if name not in _OF_THE_CLUSTER}
    model = DaskLGBMClassifier(client=client, n_estimators=n, random_state=int(parameters["seed"]), tree_learner="data", **own)
    with client.as_current():  # LightGBM waits by the current client, whichever it was given
        model.fit(da.concatenate(rows), da.concatenate(targets), feature_name=list(names))
    return str(model.booster_.model_to_string())


def cluster_grower(settings: Settings, folder: Path, beyond: Parts | None = None) -> Grower:
    """Fits the final trees on the Dask cluster of the settings, on the sample and on the rows that were never in this process.

    Args:
        settings: which cluster, and the key of the home.
        folder: on shared storage, for the sample.
        beyond: files of further rows, features as the warehouse gives them.

    Raises:
        UsageError: the packages of the extra `dask` are not installed.
        ResourceError: while growing, where no worker is there, or one is lost: LightGBM cannot go on without it.
    """
    require_dask()
    others = beyond.files if beyond else ()

    from lightgbm.basic import LightGBMError

    losses: tuple[type[Exception], ...] = (LightGBMError, *lost_workers())

    def grow(encoding: Encoding, sample: Sample, parameters: Mapping[str, Any], n_trees: int, progress: Progress) -> str:
        with dask_client(settings) as client:
            workers = worker_processes(client)
            _keep_off_the_terminal()
            progress(f"all rows: {n_trees} trees on {len(workers)} workers")
            here = _write_sample(settings, folder, encoding.names, sample, len(workers))
            key = key_sha256(settings)
            parts = [_Part(*part, key, None) for part in here] + [_Part(*part, key, encoding) for part in others]
            try:
                train = partial(_train, client, sorted(workers), parts, encoding.names, parameters, n_trees)
                text = while_workers_last(client, settings, workers, train)
            except losses as error:
                raise cluster_lost(settings, type(error).__name__) from None
            return _ADDRESSES.sub(r"[\1: ]", text)

    more: dict[str, Parameter] = {}
    if beyond is not None:
        more = {"rows_only_on_the_cluster": beyond.n_rows, "their_keys_sha256": beyond.keys_sha256}
    return Grower(grow, {"tree_learner": "data", **more})
