from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.errors import VerificationError
from tasks.core.encoding import (
    MISSING_CODE,
    PART_ROWS,
    Encoding,
    Matrix,
    TextCodes,
    fit_codes,
    hex_digests,
    row_digests,
    to_matrix,
)

FRAME = pl.DataFrame({"job": ["a", "a", "b", "b", "c", None], "x": [1.0, None, 3.0, 4.0, 5.0, 6.0]})
TARGET = pl.Series([1, 1, 0, 0, 1, 0])


def _hashes(matrix: Matrix) -> pl.Series:
    return hex_digests(row_digests(matrix))


def test_levels_are_coded_in_rising_order_of_their_smoothed_default_rate() -> None:
    codes = fit_codes(FRAME, TARGET, ["job"])
    assert codes.levels == {"job": {"b": 0, "c": 1, "a": 2}}


def test_equal_rates_are_ordered_by_the_name_of_the_level() -> None:
    frame = pl.DataFrame({"job": ["z", "y", "x"]})
    assert fit_codes(frame, pl.Series([1, 1, 1]), ["job"]).levels["job"] == {"x": 0, "y": 1, "z": 2}


def test_codes_do_not_depend_on_the_order_of_rows() -> None:
    assert fit_codes(FRAME, TARGET, ["job"]) == fit_codes(FRAME.reverse(), TARGET.reverse(), ["job"])


def test_an_unseen_level_stands_between_the_safer_and_the_riskier_levels() -> None:
    codes = fit_codes(FRAME, TARGET, ["job"])
    assert codes.unseen == {"job": 0.5}  # b lies below the mean rate of one half, c and a above


def test_missing_and_unseen_texts_have_codes_of_their_own() -> None:
    encoding = Encoding(("job",), fit_codes(FRAME, TARGET, ["job"]))
    matrix = to_matrix(pl.DataFrame({"job": ["a", None, "never seen", ""]}), encoding)
    assert matrix[:, 0].tolist() == [2.0, MISSING_CODE, 0.5, 0.5]


def test_a_column_whose_levels_are_all_missing_in_training_still_encodes() -> None:
    frame = pl.DataFrame({"job": pl.Series([None, None], dtype=pl.String)})
    encoding = Encoding(("job",), fit_codes(frame, pl.Series([0, 1]), ["job"]))
    assert to_matrix(pl.DataFrame({"job": [None, "new"]}), encoding)[:, 0].tolist() == [MISSING_CODE, -0.5]


def test_columns_come_in_the_order_of_the_encoding_and_missing_numbers_are_nan() -> None:
    matrix = to_matrix(FRAME, Encoding(("x", "job"), fit_codes(FRAME, TARGET, ["job"])))
    assert matrix.flags.c_contiguous
    assert matrix.dtype == np.float64
    np.testing.assert_array_equal(matrix[:, 0], [1.0, np.nan, 3.0, 4.0, 5.0, 6.0])


@pytest.mark.parametrize("n_rows", [0, 1, PART_ROWS, 2 * PART_ROWS + 1])
def test_a_matrix_of_many_parts_is_filled_row_by_row(n_rows: int) -> None:
    drawn = np.random.default_rng(n_rows).normal(size=(n_rows, 2))
    columns = {"x": [None if value < 0 else value for value in drawn[:, 0].tolist()], "y": (drawn[:, 1] * 9).astype(int).tolist()}
    frame = pl.DataFrame(columns, schema={"x": pl.Float64, "y": pl.Int64})
    expected = [[np.nan if x is None else x, y] for x, y in zip(*columns.values(), strict=True)]
    found = to_matrix(frame, Encoding(("x", "y"), TextCodes({}, {})))
    assert found.flags.c_contiguous
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float64).reshape(n_rows, 2))


def test_a_missing_input_is_refused_by_name() -> None:
    with pytest.raises(VerificationError, match="EXT_SOURCE_1"):
        to_matrix(FRAME, Encoding(("x", "EXT_SOURCE_1"), TextCodes({}, {})))


@pytest.mark.parametrize("name", ["job", "x"])
def test_text_where_numbers_are_expected_is_refused_and_the_reverse(name: str) -> None:
    codes = TextCodes({"x": {"a": 0}}, {"x": 0.5}) if name == "x" else TextCodes({}, {})
    with pytest.raises(VerificationError, match=name):
        to_matrix(FRAME, Encoding((name,), codes))


def test_a_row_hash_ignores_the_sign_of_zero_and_the_bits_of_nan() -> None:
    odd_nan = np.array([0x7FF8000000000123], dtype=np.uint64).view(np.float64)[0]
    hashes = _hashes(np.array([[0.0, np.nan], [-0.0, odd_nan]]))
    assert hashes[0] == hashes[1]


def test_row_hashes_stay_what_they_are_for_ever() -> None:
    hashes = _hashes(np.array([[1.5, -2.0, np.nan], [0.0, 0.0, 0.0]]))
    assert hashes.to_list() == [
        "9f18df186c42599baed7a2538094f40077c98986521b4ae74a568d7719fc30e2",
        "9d908ecfb6b256def8b49a7c504e6c889c4b0e41fe6ce3e01863dd7b61a20aa0",
    ]


def test_a_row_hash_depends_on_its_row_alone() -> None:
    matrix = np.random.default_rng(0).normal(size=(50, 4))
    assert _hashes(matrix)[7] == _hashes(matrix[7:8])[0]
    assert _hashes(np.asfortranarray(matrix)).equals(_hashes(matrix))
    assert _hashes(matrix).n_unique() == 50
