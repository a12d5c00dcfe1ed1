"""The final trees of a training on a Dask cluster, by LightGBM's own distributed learner: no worker holds all rows.

Its model text is not the one that a single process gives, byte for byte: each worker finds bins from its own rows, and sums are
added up in the order of the workers. docs/scale.md has what was measured.
"""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from schemas.private import PRIVATE_FOLDER
from schemas.settings import Settings, read_settings
from tasks.core.encoding import Matrix
from tasks.core.fitting import Grower, Progress
from tasks.core.imbalance import Sample
from tasks.core.metrics import Vector
from tasks.dask_cluster import dask_client, require_dask
from tasks.shared_storage import discard_trainings, trainings_of
from warehouse.partition_reading import read_part, write_part

if TYPE_CHECKING:
    from distributed import Client

_TARGET = "target"
#: Where workers listened for each other, which is nobody's business afterwards and differs from run to run.
_ADDRESSES = re.compile(r"^\[(machines|local_listen_port|time_out): .*\]$", re.MULTILINE)
#: The cluster decides on threads and machines.
_OF_THE_CLUSTER = {"num_threads", "objective", "seed"}


def _keep_off_the_terminal() -> None:
    """LightGBM prints what its Dask interface does; here it goes to the log. Workers print ranks and ports to their output."""
    import lightgbm as lgb

    lgb.register_logger(getLogger("lightgbm"))


def _write_parts(settings: Settings, folder: Path, names: Sequence[str], sample: Sample, n: int) -> list[tuple[Path, int]]:
    """The rows in `n` files of neighbouring rows, each with its number of rows."""
    parts = []
    for number, rows in enumerate(np.array_split(np.arange(len(sample.target)), n)):
        frame = pl.DataFrame(sample.matrix[rows], schema=list(names)).with_columns(pl.Series(_TARGET, sample.target[rows]))
        write_part(settings, frame, folder / f"{number}.parquet")
        parts.append((folder / f"{number}.parquet", len(rows)))
    return parts


def _matrix(file: str) -> Matrix:
    """On a worker: the inputs of one part."""
    return np.ascontiguousarray(read_part(read_settings(), Path(file)).drop(_TARGET).to_numpy())


def _target(file: str) -> Vector:
    """On a worker: the targets of one part."""
    return read_part(read_settings(), Path(file))[_TARGET].to_numpy()


def _train(client: Client, parts: list[tuple[Path, int]], names: Sequence[str], parameters: Mapping[str, Any], n: int) -> str:
    """Part k lives on worker k, in the order of the workers' names, and never passes through this process."""
    import dask.array as da
    from dask import delayed
    from lightgbm.dask import DaskLGBMClassifier

    workers = sorted(client.scheduler_info(n_workers=-1)["workers"])
    rows, targets = [], []
    for number, (file, n_rows) in enumerate(parts):
        worker = [workers[number % len(workers)]]
        matrix = client.compute(delayed(_matrix)(str(file)), workers=worker)
        target = client.compute(delayed(_target)(str(file)), workers=worker)
        rows.append(da.from_delayed(delayed(matrix), (n_rows, len(names)), dtype=np.float64))
        targets.append(da.from_delayed(delayed(target), (n_rows,), dtype=np.float64))
    own = {name: value for name, value in parameters.items() if name not in _OF_THE_CLUSTER}
    model = DaskLGBMClassifier(client=client, n_estimators=n, random_state=int(parameters["seed"]), tree_learner="data", **own)
    with client.as_current():  # LightGBM waits by the current client, whichever it was given
        model.fit(da.concatenate(rows), da.concatenate(targets), feature_name=list(names))
    return str(model.booster_.model_to_string())


def cluster_grower(settings: Settings) -> Grower:
    """Fits the final trees on the Dask cluster of the settings; rows go there by files in the shared folder.

    Raises:
        UsageError: the packages of the extra `dask` are not installed.
    """
    require_dask()

    def grow(names: Sequence[str], sample: Sample, parameters: Mapping[str, Any], n_trees: int, progress: Progress) -> str:
        folder = trainings_of(settings) / uuid.uuid4().hex[:12]
        discard_trainings(settings)
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
        try:
            with dask_client(settings) as client:
                n_workers = len(client.scheduler_info(n_workers=-1)["workers"])
                _keep_off_the_terminal()
                progress(f"all rows: {n_trees} trees on {n_workers} workers")
                parts = _write_parts(settings, folder, names, sample, n_workers)
                return _ADDRESSES.sub(r"[\1: ]", _train(client, parts, names, parameters, n_trees))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return Grower(grow, {"tree_learner": "data"})
