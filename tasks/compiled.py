"""Large deliveries are scored by compiled trees where `loanwatch[fast]` is installed and its sums are equal to the last bit."""

from __future__ import annotations

from dataclasses import replace
from logging import getLogger
from threading import Lock
from typing import TYPE_CHECKING

from tasks.core.compiled import PROOF_ROWS, NotCompiledError, compile_model, engine_name
from tasks.core.encoding import to_matrix
from tasks.core.kernel import is_installed
from tasks.core.scoring import Model
from tasks.scorer import Scorer

if TYPE_CHECKING:
    import polars as pl

logger = getLogger(__name__)

#: Rows from which compiling pays for sure: reading the trees, making the kernel and proving it on 1,024 rows take as long as
#: LightGBM does for some 10,000 (benchmarks/prediction.py: "ours, first" less "ours"); a night proves on as many again.
COMPILE_FROM = 50_000


#: By hash of the model: what was proved in this process, or why it was not.
_PROVED: dict[str, Model | str] = {}
#: Partitions on threads ask at the same time.
_LOCK = Lock()


def quicken(scorer: Scorer, n_rows: int, features: pl.DataFrame) -> tuple[Scorer, str]:
    """The scorer with its trees compiled, where that pays and comes out equal to the last bit; else the scorer as it is.

    A model is proved once in a process, on made-up rows and on the first of those that it is to score.

    Args:
        scorer: as it was read.
        n_rows: applications of the whole delivery.
        features: some of them, as they are scored.

    Returns:
        The scorer, and why compiled trees were meant to be used and are not; empty otherwise.

    Raises:
        VerificationError: an input is not among the features, or of another type.
    """
    key = scorer.ref.sha256
    if not is_installed() or (n_rows < COMPILE_FROM and key not in _PROVED):
        return scorer, ""
    with _LOCK:
        if key not in _PROVED:
            _PROVED[key] = _proved(scorer, features)
    found = _PROVED[key]
    if isinstance(found, str):
        model = f"model {scorer.ref.model_version}"
        return scorer, f"{model} is scored by {engine_name(scorer.model)}, not by compiled trees: {found}"
    return replace(scorer, model=replace(scorer.model, sums=found.sums)), ""


def _proved(scorer: Scorer, features: pl.DataFrame) -> Model | str:
    rows = to_matrix(features.head(PROOF_ROWS), scorer.model.encoding)
    try:
        return compile_model(scorer.model, rows)
    except NotCompiledError as error:
        logger.warning("model %s is scored by LightGBM, not by compiled trees: %s", scorer.ref.model_version, error)
        return str(error)
