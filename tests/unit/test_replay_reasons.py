from __future__ import annotations

import numpy as np
import pytest

from tasks.core.reasons import NO_SINGLE_REASON, group_positions
from tasks.core.replay_reasons import StoredReasons, agrees_with
from tests.model_rows import policy

NAMES = ["AMT_CREDIT", "EXT_SOURCE_1"]


def _agrees(told: StoredReasons, mine: StoredReasons, values: list[float]) -> bool:
    return agrees_with(told, mine, np.array(values), NAMES, policy())


def test_where_nothing_weighs_anything_the_reason_that_says_so_has_to_be_there() -> None:
    said: StoredReasons = [(1, NO_SINGLE_REASON, policy().reasons.no_single_reason, None, None)]
    assert _agrees(said, said, [-0.1, -0.2])
    assert not _agrees([], said, [-0.1, -0.2])


@pytest.mark.parametrize("weight", [0.0001, 0.5])
def test_a_reason_that_was_lost_is_missed_however_little_it_weighs(weight: float) -> None:
    group = policy().reasons.groups[group_positions(NAMES, policy().reasons)[1]]
    mine: StoredReasons = [(1, group.code, group.text, weight, "EXT_SOURCE_1")]
    assert _agrees(mine, mine, [-0.1, weight])
    assert not _agrees([], mine, [-0.1, weight])
