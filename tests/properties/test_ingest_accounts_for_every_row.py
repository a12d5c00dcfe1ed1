"""Whatever mix of good, bad, repeated and contradicting rows arrives in a day's versions: every row is accounted for once.

The expectation is worked out again here, in plain Python, from what the contract says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.policy import Policy, load_policy
from tasks.ingest import ingest_all
from tests.conftest import settings_of
from tests.deliveries import DAY, as_csv, deliver, rows
from warehouse.connection import Connection, open_warehouse

_DEFECTS = ("", "", "", "", "negative", "text", "ragged", "open quote", "no key")
Row = tuple[int, float, str]  # applicant, credit, defect
row_lists = st.lists(st.tuples(st.integers(1, 6), st.sampled_from([10.0, 20.0]), st.sampled_from(_DEFECTS)), max_size=9)


@dataclass
class Expected:
    """What the day should hold after the versions so far."""

    live: dict[int, float] = field(default_factory=dict)

    def take(self, delivered: Sequence[Row], max_bad_share: float) -> tuple[int, int, int] | None:
        """(accepted, bad, duplicates) of a version; None if it is refused."""
        good = [(key, credit) for key, credit, defect in delivered if not defect]
        amounts = {key: {c for k, c in good if k == key} for key, _ in good}
        bad = {key for key, _, defect in delivered if defect and defect != "no key"}
        sound = {key: found.pop() for key, found in amounts.items() if len(found) == 1 and key not in bad}
        n_bad = len(delivered) - sum(key in sound for key, _ in good)
        if n_bad > 1 and n_bad > max_bad_share * len(delivered):
            return None
        n_new = sum(self.live.get(key) != credit for key, credit in sound.items())
        is_all_known = all(defect != "no key" for _, _, defect in delivered)
        present = {key for key, _, _ in delivered} if is_all_known else set(self.live)
        self.live = {key: credit for key, credit in self.live.items() if key in present} | sound
        return n_new, n_bad, len(delivered) - n_bad - n_new


def _csv(delivered: Sequence[Row]) -> str:
    keys, amounts = [key for key, _, _ in delivered], [credit for _, credit, _ in delivered]
    lines = as_csv(rows("application", len(delivered), SK_ID_CURR=keys, AMT_CREDIT=amounts)).splitlines()
    for number, (_, credit, defect) in enumerate(delivered, start=1):
        old = f",{credit},"
        spoilt = {"negative": f",-{credit},", "text": ",much,", "ragged": f",{credit},,", "open quote": f',"{credit},'}
        line = lines[number].replace(old, spoilt.get(defect, old))
        lines[number] = "?" + line if defect == "no key" else line
    return "\n".join(lines)


def _policy(max_bad_share: float) -> Policy:
    policy = load_policy(None)
    return policy.model_copy(update={"validation": policy.validation.model_copy(update={"max_bad_share": max_bad_share})})


def _numbers(connection: Connection, table: str, batch_id: int) -> list[int]:
    found = connection.execute(f"SELECT row_number FROM {table} WHERE batch_id = ? ORDER BY ALL", [batch_id]).fetchall()
    return [number for (number,) in found]


@settings(max_examples=25)
@given(versions=st.lists(row_lists, min_size=1, max_size=3), max_bad_share=st.sampled_from([0.2, 1.0]))
def test_every_row_of_every_version_of_a_day_is_accounted_for_once(versions: list[list[Row]], max_bad_share: float) -> None:
    expected = Expected()
    with tempfile.TemporaryDirectory() as folder:
        home = settings_of(Path(folder))
        with open_warehouse(home) as connection:
            for number, delivered in enumerate(versions):
                text = _csv(delivered) + "\n" * (number + 1)  # other bytes, so that it is another version
                deliver(home.landing, {"application.csv": text})
                (result,) = ingest_all(home, connection, _policy(max_bad_share))
                counts = expected.take(delivered, max_bad_share)
                assert result.is_refused == (counts is None)
                assert result.n_received == len(delivered)
                bad = _numbers(connection, "core.rejected_rows", result.batch_id)
                assert bad == sorted(set(_numbers(connection, "core.quarantine", result.batch_id)))
                accepted = _numbers(connection, "raw.application", result.batch_id)
                duplicates = _numbers(connection, "core.duplicates", result.batch_id)
                if counts is None:
                    assert accepted == duplicates == []
                else:
                    assert sorted(accepted + bad + duplicates) == list(range(1, len(delivered) + 1))
                    assert (len(accepted), len(bad), len(duplicates)) == counts
                assert (result.n_accepted, result.n_quarantined, result.n_duplicates) == (
                    len(accepted),
                    len(bad),
                    len(duplicates),
                )
            held = connection.sql(
                "SELECT SK_ID_CURR, max_by(AMT_CREDIT, batch_id) FROM core.applications WHERE NOT is_withdrawn GROUP BY 1"
            ).fetchall()
    assert dict(held) == expected.live


@settings(max_examples=15)
@given(delivered=row_lists, ending=st.sampled_from(["csv", "csv.gz"]))
def test_a_text_file_and_a_parquet_file_of_the_same_rows_are_taken_in_alike(delivered: list[Row], ending: str) -> None:
    keys, amounts = [key for key, _, _ in delivered], [-credit if defect else credit for _, credit, defect in delivered]
    frame = rows("application", len(delivered), SK_ID_CURR=keys, AMT_CREDIT=amounts, OCCUPATION_TYPE='a "b", c').cast(
        {"SK_ID_CURR": pl.Int64}
    )
    taken = []
    for form in ("parquet", ending):
        with tempfile.TemporaryDirectory() as folder:
            home = settings_of(Path(folder))
            deliver(home.landing, {"application": frame}, day=DAY, ending=form)
            with open_warehouse(home) as connection:
                ingest_all(home, connection, _policy(1.0))
                tables = ("raw.application_v1", "core.duplicates_v1")
                held = [connection.sql(f"FROM {table} ORDER BY ALL").fetchall() for table in tables]
                broken = connection.sql("SELECT row_number, application_id, rule, column_name FROM core.quarantine ORDER BY ALL")
                taken.append([*held, broken.fetchall()])
    assert taken[0] == taken[1]
