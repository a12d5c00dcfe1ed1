"""What leaves by `loanwatch sql` does no harm in a spreadsheet or on a terminal, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.tables import render
from schemas.printable import LONGEST_NAME, name_list, short_name, visible

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    " =1+1",
    "\N{NO-BREAK SPACE}=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\N{ZERO WIDTH SPACE}@x",
]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("formula", FORMULAS, ids=ascii)
def test_text_that_begins_a_formula_is_marked_as_text(formula: str) -> None:
    assert cells(render([formula], [[formula]], "csv")) == [[f"'{formula}"], [f"'{formula}"]]


@pytest.mark.parametrize("value", [-1.5, 0, -7, "-7", "+4.25", "-1e-7", "a=b", "", None, "2026-01-01", True])
def test_other_cells_stay_as_they_are(value: object) -> None:
    (_, row) = cells(render(["n", "x"], [[1, value]], "csv"))
    assert row == ["1", "" if value is None else str(value)]


def test_bytes_and_lists_begin_no_formula() -> None:
    assert cells(render(["a", "b"], [[b"=1+1", ["=1+1"]]], "csv"))[1] == ["3d312b31", '["=1+1"]']


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_cell_of_text_begins_like_a_formula(row: list[str]) -> None:
    text = render([f"c{place}" for place in range(len(row))], [row], "csv")
    (_, found) = cells(text)
    for cell, value in zip(found, row, strict=True):
        assert cell in {value, f"'{value}"}
        assert cell[:1] not in {"=", "@", "\t", "\r", "\n"}


def test_a_table_on_a_terminal_moves_no_cursor_and_keeps_its_lines() -> None:
    text = render(["a\x1b[31m"], [["x\nloanwatch: all is well\x1b[2J"], ["\N{RIGHT-TO-LEFT OVERRIDE}y"]], "table")
    assert "\x1b" not in text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert len(text.splitlines()) == 5
    assert json.loads(render(["a"], [["x\n\x1b"]], "json")) == [{"a": "x\n\x1b"}]


@given(st.text(st.characters()))
def test_what_is_made_visible_is_printable_and_plain_text_is_untouched(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    assert shown == text or not text.isprintable()
    assert len(short_name(text)) <= LONGEST_NAME


def test_of_many_names_the_first_are_told_and_the_others_counted() -> None:
    assert name_list([f"n{number}" for number in range(23)]).endswith("n19 and 3 more")
