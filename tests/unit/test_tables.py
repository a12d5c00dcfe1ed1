"""Rows as table, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal

from reports.tables import render

COLUMNS = ["day", "amount", "ratio", "names", "text"]
ROWS = [(date(2026, 6, 30), Decimal("1.50"), float("nan"), ["a", "b"], 'with "quotes", commas'), (None, None, 0.25, [], None)]


def test_json_is_valid_and_keeps_numbers_as_numbers() -> None:
    first, second = json.loads(render(COLUMNS, ROWS, "json"))
    assert first == {"day": "2026-06-30", "amount": 1.5, "ratio": None, "names": ["a", "b"], "text": 'with "quotes", commas'}
    assert second == {"day": None, "amount": None, "ratio": 0.25, "names": [], "text": None}


def test_csv_can_be_read_back() -> None:
    header, first, second = csv.reader(io.StringIO(render(COLUMNS, ROWS, "csv")))
    assert header == COLUMNS
    assert first[:2] == ["2026-06-30", "1.50"]
    assert json.loads(first[3]) == ["a", "b"]
    assert first[4] == 'with "quotes", commas'
    assert second == ["", "", "0.25", "[]", ""]


def test_a_table_is_aligned_and_counts_its_rows() -> None:
    lines = render(["name", "n"], [("a", 1), ("bcd", 20)], "table").splitlines()
    assert lines == ["name   n", "----  --", "a      1", "bcd   20", "(2 rows)"]


def test_no_row_is_a_table_too() -> None:
    assert render(["name"], [], "table") == "name\n----\n(0 rows)\n"
