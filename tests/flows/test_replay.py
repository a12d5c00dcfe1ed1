"""Decisions computed again from what is stored: identical after whatever came later, and any tampered cell is found."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from flows.cli import main as command_line
from schemas.errors import UsageError, VerificationError
from schemas.policy import Policy, parse_policy
from schemas.settings import Settings
from tasks import replay as replay_module
from tasks.audit import heads_file, kept_heads, verify_home
from tasks.core import reasons, replay, scoring
from tasks.model_files import read_model, write_model
from tasks.replay import replay_many, replay_one
from tasks.simulate import simulate_deliveries
from tests.audit_support import change, decide, edited, findings, records, written_out
from tests.conftest import settings_of
from tests.contents import warehouse_hashes
from tests.flows.conftest import LAST_NEW_DAY, NEW_PER_DAY
from tests.flows.nights import stored
from warehouse.audit import append_erasure
from warehouse.connection import open_warehouse, transaction
from warehouse.fingerprints import fingerprints_of
from warehouse.log_witness import witness_file
from warehouse.pseudonyms import ensure_key
from warehouse.registry import champion_on, record_promotion, register_model, register_policy


@pytest.fixture
def decided(decided_home: Path, home: Path) -> Settings:
    """A home with two decided nights, this test's own, also in LOANWATCH_HOME."""
    shutil.copytree(decided_home, home)
    return settings_of(home)


def _promote_another(settings: Settings, number: int) -> None:
    """A version with other PDs and another threshold, registered and promoted."""
    with open_warehouse(settings) as connection, transaction(connection):
        champion = champion_on(connection, LAST_NEW_DAY)
        manifest = read_model(settings.models / champion.model_version, champion.sha256).manifest
        calibration = manifest.calibration.model_copy(update={"intercept": manifest.calibration.intercept + 0.1})
        changes = {"model_version": f"other.{number}", "calibration": calibration, "threshold": manifest.threshold * 1.05}
        other = manifest.model_copy(update=changes)
        write_model(settings.models, other, (settings.models / champion.model_version / "model.txt").read_text())
        register_model(connection, other)
        record_promotion(connection, other.model_version, kind="promotion", approved_by="Q", reason="test")


def _wider_policy(project: Path, file: Path) -> Policy:
    file.write_text((project / "schemas" / "policy.toml").read_text().replace("decline_from = 1.25", "decline_from = 1.6"))
    return parse_policy(tomllib.loads(file.read_text()), "test")


def _some_key(settings: Settings, decision: str) -> tuple[int, int]:
    query = f"SELECT application_id, batch_id FROM score.decisions WHERE decision = '{decision}' ORDER BY ALL LIMIT 1"
    return stored(settings, query)[0]  # type: ignore[return-value]


def _run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["loanwatch", *arguments])
    with pytest.raises(SystemExit) as stop:
        command_line.main()
    return int(stop.value.code or 0)


def test_nights_verify_and_replay_identical_also_from_the_rows_as_delivered(decided: Settings) -> None:
    assert verify_home(decided) == []
    report = replay_many(decided, None, 0, from_raw=True)
    assert (report.n_replayed, report.n_identical, report.differences) == (2 * NEW_PER_DAY, 2 * NEW_PER_DAY, [])


def test_decisions_stay_identical_after_five_promotions_and_a_policy_change(
    decided: Settings, tmp_path: Path, project: Path
) -> None:
    for number in range(5):
        _promote_another(decided, number)
    file = tmp_path / "policy.toml"
    with open_warehouse(decided) as connection, transaction(connection):
        register_policy(connection, _wider_policy(project, file), kind="applied", applied_by="Q", reason="wider")
    later = LAST_NEW_DAY + timedelta(days=1)
    simulate_deliveries(decided, days=1, per_day=NEW_PER_DAY, seed=3, until=later, new_days=1)
    decide(replace(decided, policy_file=file), later)
    report = replay_many(decided, None, 0)
    assert (report.n_replayed, report.n_identical) == (3 * NEW_PER_DAY, 3 * NEW_PER_DAY)
    assert len({version for version, _ in report.sources}) == len({sha256 for _, sha256 in report.sources}) == 2
    assert verify_home(decided) == []


def test_a_replay_reads_and_changes_nothing(decided: Settings) -> None:
    before = warehouse_hashes(decided)
    replay_many(decided, 10, 1)
    assert warehouse_hashes(decided) == before


def test_a_sample_is_drawn_by_its_seed(decided: Settings) -> None:
    one, same, other = (replay_many(replace(decided, chunk_rows=6), 10, seed) for seed in (1, 1, 2))
    assert one.n_replayed == same.n_replayed == other.n_replayed == one.n_identical == 10


def test_reasons_of_another_engine_are_the_same_but_for_the_last_unit_of_their_rounding(
    decided: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(1)

    def other(model: scoring.Model, matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        values = reasons.contributions(model, matrix)
        return values + generator.uniform(-3e-6, 3e-6, values.shape)

    monkeypatch.setattr(replay, "contributions", other)
    as_if_the_same = replay_many(decided, None, 0)
    for module in (replay, reasons):
        monkeypatch.setattr(module, "engine_name", lambda: "another-1.0")
    report = replay_many(decided, None, 0)
    assert report.n_identical == report.n_replayed
    assert report.engines == {scoring.engine_name()}
    assert as_if_the_same.n_differing > 0, "the noise is too small to show anything"
    change(decided, "UPDATE score.reasons_v1 SET contribution = contribution + 0.001 WHERE rank = 1 AND contribution > 0")
    assert replay_many(decided, None, 0).n_differing > 0


def test_the_command_says_identical_or_what_differs_and_ends_with_4(
    decided: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    application_id, batch_id = _some_key(decided, "decline")
    assert _run("replay", str(application_id), monkeypatch=monkeypatch) == 0
    assert f"delivery {batch_id}: identical" in capsys.readouterr().out
    assert _run("replay", "--all", "--sample", "5", monkeypatch=monkeypatch) == 0
    assert "5 decisions replayed: 5 identical, 0 different" in capsys.readouterr().out
    change(decided, "UPDATE score.decisions_v1 SET decision = 'approve' WHERE application_id = $id", {"id": application_id})
    assert _run("replay", str(application_id), "--batch", str(batch_id), monkeypatch=monkeypatch) == 4
    assert "decision: stored approve, recomputed decline" in capsys.readouterr().out
    assert _run("replay", "--all", monkeypatch=monkeypatch) == 4
    said = capsys.readouterr().out
    assert f"application {application_id}, delivery {batch_id}: decision\n" in said
    for wrong in (["replay"], ["replay", "1", "--all"], ["replay", "--all", "--batch", "1"], ["replay", "1", "--sample", "2"]):
        assert _run(*wrong, monkeypatch=monkeypatch) == 2


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE score.decisions_v1 SET model_version = 'nobody'", "model_version"),
        ("UPDATE score.decisions_v1 SET policy_sha256 = 'none'", "policy_sha256"),
        ("DELETE FROM score.quality_v1", "n_inputs"),
        ("UPDATE score.reasons_v1 SET reason_text = 'because' WHERE rank = 1", "reasons"),
        ("DELETE FROM score.reasons_v1", "reasons"),
    ],
)
def test_a_row_that_was_edited_or_lost_is_a_difference(decided: Settings, statement: str, what: str) -> None:
    change(decided, statement)
    assert what in {item.what for item in replay_many(decided, None, 0).differences}
    assert {finding.fault for finding in findings(decided)} == {"decisions"}


def test_a_stored_feature_that_was_edited_or_lost_is_a_difference(decided: Settings) -> None:
    features = stored(decided, "SELECT 'score.features_' || feature_set_id || '_v1' FROM registry.feature_sets")[0][0]
    change(decided, f"UPDATE {features} SET AMT_CREDIT = AMT_CREDIT + 0.01")
    assert "features_sha256" in {item.what for item in replay_many(decided, None, 0).differences}
    change(decided, f"DELETE FROM {features}")
    assert {item.what for item in replay_many(decided, None, 0).differences} == {"features"}


def test_features_of_another_version_are_not_computed_from_the_rows_as_delivered(
    decided: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade that changed what the features are: stored ones replay, and the others are refused with a way out."""
    own = replay_module.feature_set
    monkeypatch.setattr(replay_module, "feature_set", lambda levels, protected: own({}, protected))
    assert replay_many(decided, 5, 0).n_identical == 5
    with pytest.raises(VerificationError, match="reads feature set") as refused:
        replay_many(decided, 5, 0, from_raw=True)
    assert "without --from-raw" in str(refused.value.remedy)


@pytest.mark.parametrize("file", ["model.txt", "manifest.json"])
def test_a_model_file_that_was_edited_cannot_replay(decided: Settings, file: str) -> None:
    edited(next(decided.models.iterdir()) / file)
    with pytest.raises(VerificationError):
        replay_many(decided, None, 0)


def test_the_hash_of_a_set_is_that_of_its_rows_as_anyone_can_write_them_out(decided: Settings) -> None:
    """An independent working-out of the fingerprints, from the rows as Python reads them."""
    columns = {"decisions": None, "reasons": "rank", "quality": "n_inputs"}
    rows = {name: records(decided, f"SELECT * FROM score.{name}_v1") for name in columns}
    sets: dict[tuple[int, str], list[str]] = {}
    for decision in rows["decisions"]:
        key = (decision["application_id"], decision["batch_id"])
        mine = {
            name: sorted(written_out(row, keys=False) for row in rows[name] if (row["application_id"], row["batch_id"]) == key)
            for name in ("reasons", "quality")
        }
        text = json.dumps(
            {"decision": written_out(decision), **{name: found or None for name, found in mine.items()}}, separators=(",", ":")
        )
        at = decision["decided_at"].isoformat(timespec="microseconds")
        sets.setdefault((decision["batch_id"], at), []).append(hashlib.sha256(text.encode()).hexdigest())
    expected = {key: hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest() for key, hashes in sets.items()}
    details = [json.loads(text) for (text,) in stored(decided, "SELECT detail FROM ops.audit WHERE kind = 'decisions'")]
    recorded = {(item["batch_id"], item["decided_at"]): item["sha256"] for detail in details for item in detail["sets"]}
    assert recorded == expected
    assert len(recorded) == 2 * -(-NEW_PER_DAY // 7)


def test_an_applicant_without_a_decision_is_wrong_usage(decided: Settings) -> None:
    with pytest.raises(UsageError, match="has no decision"):
        replay_one(decided, 1)


def test_an_erased_applicant_is_said_to_be_erased_and_the_chain_stays_valid(decided: Settings) -> None:
    application_id, _ = _some_key(decided, "decline")
    kept_id, _ = _some_key(decided, "review")
    with open_warehouse(decided) as connection:
        ensure_key(connection)
        connection.execute(
            "INSERT INTO ops.suppressed_keys_v1 BY NAME SELECT 1 AS erasure_id, 'applicant' AS kind, "
            "ops.keyed_sha256('applicant', $id) AS key_sha256, DATE '2026-06-30' AS through_on",
            {"id": application_id},
        )
        for person, removed in ((application_id, ("decisions", "reasons", "quality")), (kept_id, ("reasons", "quality"))):
            with transaction(connection):
                before = fingerprints_of(connection, person)
                for name in removed:
                    connection.execute(f"DELETE FROM score.{name}_v1 WHERE application_id = $id", {"id": person})
                append_erasure(connection, "Q", "erasure 1", {"reason": "asked"}, before, fingerprints_of(connection, person))
    assert findings(decided) == []
    assert replay_one(decided, application_id).n_erased == 1
    change(decided, "UPDATE score.decisions_v1 SET decided_by = 'H99' WHERE application_id = $id", {"id": kept_id})
    assert {finding.fault for finding in findings(decided)} == {"decisions"}


def test_a_warehouse_from_before_the_audit_begins_its_chain_with_the_decisions_that_it_holds(decided: Settings) -> None:
    change(decided, "DROP VIEW ops.audit; DROP TABLE ops.audit_v1; DELETE FROM ops.migrations_v1 WHERE version = 13")
    heads_file(decided).unlink()
    assert findings(decided) == []
    assert stored(decided, "SELECT audit_id, kind FROM ops.audit") == [(1, "migration")]
    change(
        decided,
        "UPDATE score.decisions_v1 SET pd = pd + 1e-12 WHERE application_id = (SELECT min(application_id) FROM score.decisions)",
    )
    (finding,) = findings(decided)
    assert finding.fault == "decisions"


def test_a_former_warehouse_put_back_is_found_by_the_heads_beside_it(decided: Settings, tmp_path: Path) -> None:
    shutil.copy(decided.warehouse, tmp_path / "former")
    decide(decided, LAST_NEW_DAY)
    assert verify_home(decided) == []
    shutil.copy(tmp_path / "former", decided.warehouse)
    with pytest.raises(VerificationError, match="log cannot be replayed"):
        verify_home(decided)
    witness_file(decided.warehouse).unlink()  # as somebody would who knows of it
    assert {finding.fault for finding in verify_home(decided)} == {"head"}


def test_a_line_of_the_heads_file_that_was_torn_does_not_hide_the_others(decided: Settings) -> None:
    n_kept = len(kept_heads(decided))
    with heads_file(decided).open("a", encoding="utf-8") as stream:
        stream.write('{"audit_id": 9')
    decide(decided, LAST_NEW_DAY)
    assert len(kept_heads(decided)) == n_kept + 1
    assert heads_file(decided).stat().st_mode & 0o777 == 0o600
    assert verify_home(decided) == []
