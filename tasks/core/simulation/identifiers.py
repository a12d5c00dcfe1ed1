"""Keys of invented applicants: (day, seed, index) in one integer below 2^53, so that no two days, seeds or runs share one."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from schemas.errors import UsageError

_EPOCH = date(2000, 1, 1).toordinal()
_DAY_BITS, _SEED_BITS, _INDEX_BITS = 15, 17, 20
MAX_SEED = 2**_SEED_BITS - 1
MAX_PER_DAY = 2**_INDEX_BITS
#: Credits of one applicant in one history table; their keys are the applicant's key times this plus an index (below 2^58).
MAX_CREDITS = 64


def day_number(day: date) -> int:
    """Days since 2000-01-01.

    Raises:
        UsageError: the day lies outside what a key can hold.
    """
    number = day.toordinal() - _EPOCH
    if not 1 <= number < 2**_DAY_BITS:
        raise UsageError(
            f"no applicants can be simulated for {day.isoformat()}",
            expected=f"a day from 2000-01-02 to {date.fromordinal(_EPOCH + 2**_DAY_BITS - 1).isoformat()}",
            remedy="choose another day",
        )
    return number


def check_limits(seed: int, n: int) -> None:
    """Refuses what a key cannot hold.

    Raises:
        UsageError: the seed or the number of applicants of a day is out of range.
    """
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"seed {seed} is out of range", expected=f"0 to {MAX_SEED}", remedy="choose a seed in this range")
    if not 0 <= n <= MAX_PER_DAY:
        raise UsageError(
            f"{n} applicants a day are too many or too few", expected=f"0 to {MAX_PER_DAY}", remedy="spread them over days"
        )


def applicant_ids(day: date, seed: int, first: int, last: int) -> NDArray[np.int64]:
    """SK_ID_CURR of the applicants first..last-1 of a day.

    Raises:
        UsageError: day, seed or index is out of range.
    """
    check_limits(seed, last)
    base = (day_number(day) << _SEED_BITS | seed) << _INDEX_BITS
    return np.arange(base + first, base + last, dtype=np.int64)


def credit_ids(applicants: NDArray[np.int64], index: NDArray[np.int64]) -> NDArray[np.int64]:
    """SK_ID_PREV or SK_ID_BUREAU: `index` (below MAX_CREDITS) numbers the credits of an applicant."""
    return applicants * MAX_CREDITS + index
