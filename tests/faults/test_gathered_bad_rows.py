"""Bad rows are gathered over the chunks of a file; what is kept of them does not tell how many were judged at once."""

from __future__ import annotations

import pytest

from schemas.settings import Settings
from tasks import bad_rows
from tests.deliveries import FIRST_ID, as_csv, deliver, query, rows, take_in
from warehouse.deliveries import csv_lines


@pytest.mark.parametrize(("held", "n_bytes"), [(3, 2**24), (1000, 1), (1000, 2**24)])
def test_bad_rows_are_kept_alike_however_many_are_judged_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, held: int, n_bytes: int
) -> None:
    monkeypatch.setattr(csv_lines, "BLOCK_BYTES", 2**14)
    monkeypatch.setattr(bad_rows, "HELD_ROWS", held)
    monkeypatch.setattr(bad_rows, "HELD_BYTES", n_bytes)
    lines = as_csv(rows("application", 200)).splitlines()
    for i in (3, 20, 121, 200):
        lines[i] = lines[i].replace("513531.0", "-1.0")
    for i in (2, 133):
        lines[i] += ",1"
    deliver(settings.landing, {"application.csv": "\n".join(lines)})
    take_in(settings)
    rules = dict.fromkeys((3, 20, 121, 200), "below_minimum") | dict.fromkeys((2, 133), "ragged_row")
    kept = query(
        settings,
        "SELECT row_number, q.application_id, r.application_id, rule, original_text FROM core.quarantine AS q"
        " JOIN core.rejected_rows AS r USING (batch_id, source_file, row_number)",
    )
    assert sorted(kept) == [(i, FIRST_ID + i - 1, FIRST_ID + i - 1, rule, lines[i]) for i, rule in sorted(rules.items())]
