"""Large deliveries are scored by compiled trees where `loanwatch[fast]` is installed and its sums are equal to the last bit."""

from __future__ import annotations

from dataclasses import replace
from logging import getLogger

from tasks.core.compiled import PROOF_ROWS, NotCompiledError, compile_model, engine_name
from tasks.core.encoding import to_matrix
from tasks.core.kernel import is_installed
from tasks.core.scoring import Model
from tasks.scorer import Scorer
from warehouse.connection import Connection
from warehouse.scores import some_features

logger = getLogger(__name__)

#: Rows from which compiling pays for sure: reading the trees, making the kernel and proving it on 1,024 rows take as long as
#: LightGBM does for some 10,000 (benchmarks/prediction.py: "ours, first" less "ours"); a night proves on as many again.
COMPILE_FROM = 50_000


#: By hash of the model: what was proved in this process, or why it was not.
_PROVED: dict[str, Model | str] = {}


def quicken(connection: Connection, scorer: Scorer, n_rows: int) -> tuple[Scorer, str]:
    """The scorer with its trees compiled, where that pays and comes out equal to the last bit; else the scorer as it is.

    The words beside it say why compiled trees were meant to be used and are not; they are empty otherwise.

    A model is proved once in a process, on made-up rows and on stored ones where there are any.
    """
    key = scorer.ref.sha256
    if not is_installed() or (n_rows < COMPILE_FROM and key not in _PROVED):
        return scorer, ""
    if key not in _PROVED:
        _PROVED[key] = _proved(connection, scorer)
    found = _PROVED[key]
    if isinstance(found, str):
        return scorer, f"scored by {engine_name(scorer.model)}, not by compiled trees: {found}"
    return replace(scorer, model=replace(scorer.model, sums=found.sums)), ""


def _proved(connection: Connection, scorer: Scorer) -> Model | str:
    encoding = scorer.model.encoding
    try:
        stored = some_features(connection, scorer.ref.feature_set_id, encoding.names, PROOF_ROWS)
        return compile_model(scorer.model, None if stored is None else to_matrix(stored, encoding))
    except NotCompiledError as error:
        logger.warning("model %s is scored by LightGBM, not by compiled trees: %s", scorer.ref.model_version, error)
        return str(error)
