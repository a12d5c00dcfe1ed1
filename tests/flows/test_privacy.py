"""No applicant's value leaves the warehouse, its snapshot and the deliveries: not into logs, Prefect's state or error texts."""

from __future__ import annotations

import gzip
import logging
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from schemas.settings import Settings
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY

CANARY_NUMBER = 73519.4625
CANARY_TEXT = "Kanarienvogel"
CANARY_ID = 1329863039999999


def _plant(settings: Settings) -> None:
    """Applicants with values found nowhere else: good ones, one out of range, one whose number is a text."""
    folder = settings.landing / LAST_NEW_DAY.isoformat()
    file = folder / "application.parquet"
    frame = pl.read_parquet(file)
    good = frame.head(1).with_columns(
        pl.lit(CANARY_ID).cast(frame.schema["SK_ID_CURR"]).alias("SK_ID_CURR"),
        pl.lit(CANARY_NUMBER).alias("AMT_CREDIT"),
        pl.lit(CANARY_TEXT).alias("OCCUPATION_TYPE"),
    )
    bad = good.with_columns(pl.lit(-CANARY_NUMBER).alias("AMT_INCOME_TOTAL"), (pl.col("SK_ID_CURR") - 1).alias("SK_ID_CURR"))
    more = pl.concat(
        [good.with_columns(pl.col("SK_ID_CURR") + 1 + number) for number in range(40)]
    )  # so that two bad rows are few
    text = pl.concat([frame, good, more, bad]).write_csv()
    file.unlink()
    wrong = good.with_columns((pl.col("SK_ID_CURR") - 2).alias("SK_ID_CURR")).write_csv(include_header=False)
    (folder / "application.csv").write_text(text + wrong.replace(str(CANARY_NUMBER), f"{CANARY_TEXT}-{CANARY_NUMBER}"))


def _cut_off(settings: Settings) -> None:
    """A delivery that is refused, after rows with the canary were read: the file ends in the middle."""
    folder = settings.landing / FIRST_NEW_DAY.isoformat()
    frame = pl.read_parquet(folder / "application.parquet").with_columns(pl.lit(CANARY_TEXT).alias("OCCUPATION_TYPE"))
    (folder / "application.parquet").unlink()
    (folder / "application.csv.gz").write_bytes(gzip.compress(frame.write_csv().encode())[:-200])


def _holds(path: Path, canaries: list[bytes]) -> list[str]:
    content = path.read_bytes()
    return [f"{path.name}: {canary.decode()}" for canary in canaries if canary in content]


def _run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from flows.cli.main import main; main()", "--debug", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"LOANWATCH_HOME": str(settings.home), "PREFECT_LOGGING_LEVEL": "DEBUG"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)


@pytest.mark.usefixtures("small_home")
def test_a_canary_is_found_only_in_the_warehouse_and_in_its_delivery(settings: Settings) -> None:
    _plant(settings)
    _cut_off(settings)
    night, drift = _run(settings, "nightly"), _run(settings, "drift")
    assert (night.returncode, drift.returncode) == (10, 0), night.stderr + drift.stderr
    assert night.stderr.count("batch 2026063002: ") == 1  # a line of the log is on the terminal, and not twice
    canaries = [str(CANARY_NUMBER).encode(), CANARY_TEXT.encode()]
    printed = "".join([night.stdout, night.stderr, drift.stdout, drift.stderr]).encode()
    assert [canary for canary in canaries if canary in printed] == []

    stray: list[str] = []
    for path in settings.home.rglob("*"):
        inside = path.relative_to(settings.home).parts[0]
        if path.is_file() and inside not in {"landing", "warehouse.duckdb", "published", "backups"}:
            stray += _holds(path, canaries)
    assert stray == []
    looked_into = {path.relative_to(settings.home).parts[0] for path in settings.home.rglob("*") if path.is_file()}
    assert {"reports", "models", "audit-heads.jsonl", "seen-deliveries.json"} <= looked_into
    assert any((settings.prefect).rglob("*.db"))

    from warehouse.connection import open_warehouse

    with open_warehouse(settings) as connection:
        kept = connection.execute("SELECT count(*) FROM core.rejected_rows WHERE original_text LIKE '%Kanarienvogel%'").fetchone()
    assert kept == (2,)


@pytest.mark.usefixtures("small_home", "prefect_server")
def test_a_night_that_fails_does_not_tell_values(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    from schemas.errors import CheckFailedError
    from tests.flows.nights import run_night
    from warehouse.connection import open_warehouse

    run_night()
    with open_warehouse(settings) as connection:
        connection.execute("UPDATE score.decisions_v1 SET pd = 0.735194625 WHERE decision = 'approve'")
    with caplog.at_level(logging.DEBUG), pytest.raises(CheckFailedError) as raised:
        run_night()
    assert "735194625" not in str(raised.value)
    assert "735194625" not in caplog.text


@pytest.mark.usefixtures("small_home", "prefect_server")
@pytest.mark.parametrize("step", ["find_pending", "recorded_run"])
def test_what_a_library_says_of_a_value_is_kept_from_prefect(
    step: str, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    import tasks.night_steps
    import tasks.night_tasks
    from schemas.errors import LoanwatchError
    from tests.flows.nights import run_night

    def stumble(*_: object) -> None:
        raise ValueError(f"could not convert {CANARY_TEXT} to a number")

    monkeypatch.setattr(tasks.night_steps if step == "recorded_run" else tasks.night_tasks.night, step, stumble)
    with caplog.at_level(logging.DEBUG), pytest.raises(LoanwatchError, match="ValueError"):
        run_night()
    with get_client(sync_client=True) as client:
        runs = [*client.read_flow_runs(), *client.read_task_runs()]
    messages = [run.state.message or "" for run in runs if run.state]
    assert any("ValueError" in message for message in messages)
    assert CANARY_TEXT not in caplog.text + "".join(messages)
    stored = [file for file in get_current_settings().home.rglob("*") if file.is_file()]
    assert [found for file in stored for found in _holds(file, [CANARY_TEXT.encode()])] == []
