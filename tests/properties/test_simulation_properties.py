"""What holds for every day, seed and number of applicants."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.importing import assign_days, mix
from tasks.core.simulation import MAX_PER_DAY, MAX_SEED, simulate_applicants
from tasks.core.simulation.identifiers import MAX_CREDITS, applicant_ids, credit_ids
from tasks.core.simulation.repeats import repeat_index

days = st.dates(date(2000, 1, 2), date(2089, 1, 1))
seeds = st.integers(0, MAX_SEED)
origins = st.tuples(days, seeds, st.integers(0, MAX_PER_DAY - 1))


@given(st.lists(origins, min_size=2, max_size=20, unique=True))
def test_no_two_applicants_of_any_days_and_seeds_share_a_key(found: list[tuple[date, int, int]]) -> None:
    ids = np.concatenate([applicant_ids(day, seed, place, place + 1) for day, seed, place in found])
    assert len(set(ids.tolist())) == len(found)
    assert ids.min() > 0
    assert ids.max() < 2**53
    credits_held = credit_ids(ids[:, None], np.arange(MAX_CREDITS)[None, :]).ravel()
    assert len(set(credits_held.tolist())) == len(credits_held)
    assert credits_held.min() > 0


@given(days, seeds, st.integers(0, 60))
@settings(max_examples=10)
def test_every_day_has_its_applicants_and_their_outcomes(day: date, seed: int, n: int) -> None:
    made = simulate_applicants(day, n, seed)
    assert made.frames["application"].height == made.outcomes.height == n
    assert made.frames["application"]["SK_ID_CURR"].n_unique() == n
    assert set(made.outcomes["TARGET"]) <= {0, 1}


@given(st.lists(st.integers(0, 5), max_size=30))
def test_repeating_rows_counts_from_zero_within_each_owner(counts: list[int]) -> None:
    owner, place = repeat_index(np.array(counts, dtype=np.int64))
    expected = [(row, number) for row, count in enumerate(counts) for number in range(count)]
    assert list(zip(owner.tolist(), place.tolist(), strict=True)) == expected


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=50))
def test_an_imported_applicant_has_the_same_day_in_any_company(keys: list[int]) -> None:
    calendar = [date(2026, 6, day) for day in range(1, 8)]
    together = assign_days(np.array(keys), calendar).to_list()
    assert together == [assign_days(np.array([key]), calendar)[0] for key in keys]


def test_the_mixing_of_keys_is_frozen() -> None:
    expected = [0xE220A8397B1DCDAF, 0x910A2DEC89025CC1, 0x226158FBA272EE2A]
    assert mix(np.array([0, 1, 100_001])).tolist() == expected
