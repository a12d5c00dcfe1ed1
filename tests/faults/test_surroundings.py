"""What the surroundings do to a run: no space, no right, signals, a clock set back. Told by its code; the next run recovers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.errors import ResourceError
from schemas.settings import Settings
from tasks.night import news_since_last_night
from tests.deliveries import DAY, as_csv, deliver, query, rows, take_in
from warehouse import ingest_store, runs, space
from warehouse.connection import open_warehouse
from warehouse.runs import end_run, start_run
from warehouse.space import require_space_for_night, space_for_night

EARLIER, LATER = DAY - timedelta(days=1), DAY + timedelta(days=1)

_LIMITED = """
import resource, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from flows.cli.main import main
main()
"""

#: An ingest that stops, its rows written and not committed, until a signal comes.
_SLOW = """
import sys, time
from tasks import ingest
from warehouse.ingest_store import BatchWriter

def wait(*_):
    sys.stdout.write("ready\\n"); sys.stdout.flush()
    time.sleep(60)

BatchWriter.write_ledger = wait
from flows.cli.main import main
main()
"""


def child(settings: Settings, code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"LOANWATCH_HOME": str(settings.home)},
    )


def n_applications(settings: Settings) -> int:
    return int(query(settings, "SELECT count(*) FROM raw.application")[0][0])


def test_a_disk_that_fills_up_ends_with_15_and_the_next_run_takes_everything_in(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 5)}, day=EARLIER)
    take_in(settings)
    deliver(settings.landing, {"application": rows("application", 8000)})
    with child(settings, _LIMITED, str(settings.warehouse.stat().st_size // 2), "ingest") as process:
        _, errors = process.communicate(timeout=6000)
    assert process.returncode == 15, errors
    assert "no space left" in errors
    assert "Traceback" not in errors
    assert n_applications(settings) == 5
    (result,) = take_in(settings)
    assert result.n_accepted == 8000


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_ingest_stopped_by_a_signal_leaves_nothing_and_the_next_run_takes_everything_in(
    settings: Settings, number: signal.Signals, code: int
) -> None:
    deliver(settings.landing, {"application": rows("application", 50)})
    with child(settings, _SLOW, "ingest") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=600)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert n_applications(settings) == 0
    assert take_in(settings)[0].n_accepted == 50


def test_the_space_that_a_night_needs_grows_with_what_waits(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 5)})
    take_in(settings)
    with open_warehouse(settings) as connection:
        before = space_for_night(settings, connection)
        folder = deliver(settings.landing, {"application.csv": as_csv(rows("application", 2000))}, day=LATER)
        after, earlier = space_for_night(settings, connection), space_for_night(settings, connection, DAY)
    n_bytes = (folder / "application.csv").stat().st_size
    assert (before.n_waiting, after.n_waiting, earlier.n_waiting) == (0, n_bytes, 0)
    assert after.n_needed >= before.n_needed + 4 * n_bytes
    assert before.is_enough


def test_too_little_space_is_told_with_figures_before_anything_is_touched(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "RESERVE_BYTES", 1 << 60)
    with (
        open_warehouse(settings) as connection,
        pytest.raises(ResourceError, match=r"[\d,]+ MiB free, [\d,]+ MiB needed") as raised,
    ):
        require_space_for_night(settings, connection, DAY)
    assert raised.value.exit_code == 15


def test_a_folder_that_may_not_be_written_to_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.snapshot.parent.mkdir(parents=True)
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != settings.snapshot.parent and allowed(path, mode))
    with open_warehouse(settings) as connection, pytest.raises(ResourceError, match="published") as raised:
        require_space_for_night(settings, connection, DAY)
    assert raised.value.exit_code == 15


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_home_ends_with_15_and_is_whole_afterwards(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 5)})
    take_in(settings)
    settings.home.chmod(0o500)
    settings.warehouse.chmod(0o400)
    try:
        with child(settings, "from flows.cli.main import main; main()", "ingest") as process:
            process.communicate(timeout=6000)
        assert process.returncode == 15
    finally:
        settings.home.chmod(0o700)
        settings.warehouse.chmod(0o600)
    assert n_applications(settings) == 5


def _night(settings: Settings, day: date) -> list[int]:
    """What a night reports as new, without scoring."""
    with open_warehouse(settings) as connection:
        run_id = start_run(connection, "nightly", day)
        news = news_since_last_night(settings, take_in(settings, day))
        end_run(connection, run_id, "done", "")
    return [result.batch_id for result in news]


def test_a_clock_that_was_set_back_hides_no_refused_delivery_and_changes_no_row(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(settings.landing, {"application": rows("application", 5)})
    assert _night(settings, DAY) == [2026060101]
    for module in (ingest_store, runs):
        monkeypatch.setattr(module, "now", lambda: datetime(2020, 1, 1))  # noqa: DTZ001 - stamps carry no zone
    deliver(settings.landing, {"application.csv": b""}, day=LATER)
    assert _night(settings, LATER) == [2026060201]
    assert query(settings, "SELECT batch_id, is_refused FROM ops.batches ORDER BY 1") == [(2026060101, False), (2026060201, True)]
