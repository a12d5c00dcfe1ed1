"""`loanwatch requeue`, from the rejected row to its decision."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from schemas.settings import Settings
from tests.contents import warehouse_hashes
from tests.flows.conftest import LAST_NEW_DAY, NEW_PER_DAY
from tests.flows.nights import new_folder, published, stored
from tests.flows.test_command_line import run
from tests.flows.test_doctor import decide

DAY = LAST_NEW_DAY + timedelta(days=1)
BATCH = int(f"{DAY:%Y%m%d}01")


@pytest.mark.usefixtures("small_home")
def test_a_repaired_row_is_decided_by_the_next_night_and_all_books_balance(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = pl.read_parquet(new_folder(settings) / "application.parquet").with_columns(pl.col("SK_ID_CURR") + 5_000_000)
    is_first = pl.int_range(pl.len()) == 0
    bad = good.with_columns(AMT_CREDIT=pl.when(is_first).then(-pl.col("AMT_CREDIT")).otherwise("AMT_CREDIT"))
    folder = new_folder(settings, DAY)
    folder.mkdir()
    bad.write_parquet(folder / "application.parquet")
    (folder / "_READY").write_text("simulated\n")
    decide(settings, DAY)
    before = stored(settings, "SELECT application_id, batch_id, pd, decision FROM score.decisions ORDER BY ALL")
    assert len(before) == 3 * NEW_PER_DAY - 1

    file = tmp_path / "application.csv"
    good.head(1).write_csv(file)
    assert run("requeue", "--batch", str(BATCH), "--file", str(file), monkeypatch=monkeypatch) == 0
    assert f"version {BATCH + 1}: 1 rows accepted" in capsys.readouterr().out
    assert published(settings, f"SELECT status FROM marts.batches WHERE batch_id = {BATCH + 1}") == [("pending",)]
    decide(settings, DAY)
    after = stored(settings, "SELECT application_id, batch_id, pd, decision FROM score.decisions ORDER BY ALL")
    assert [row for row in after if row[1] != BATCH + 1] == before
    assert len(after) == len(before) + 1
    unbalanced = "n_received <> n_scored + n_quarantined + n_duplicates + n_history + n_refused"
    assert published(settings, f"SELECT batch_id FROM marts.batches WHERE {unbalanced}") == []
    assert published(settings, "SELECT batch_id, requeued_in_batch_id FROM marts.requeued_rows") == [(BATCH, BATCH + 1)]

    content = warehouse_hashes(settings)
    assert run("requeue", "--batch", str(BATCH), "--file", str(file), monkeypatch=monkeypatch) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert warehouse_hashes(settings) == content
