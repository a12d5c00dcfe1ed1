"""Retraining as a flow: fitted, judged, asked about, decided; and the same request answered once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow
from pydantic import ValidationError

from flows.approval import Approval
from flows.retraining import retrain_model
from schemas.errors import VerificationError
from schemas.parameters import RetrainParameters
from schemas.settings import Settings, read_settings
from schemas.training_record import RECORD_FILE
from tasks.comparison import comparison_text, read_record, write_card
from tasks.promotion import approve_once, promote, rollback
from tasks.retrain import retrain
from tests.flows.conftest import LAST_NEW_DAY, QUICK
from tests.flows.nights import stored
from warehouse.connection import open_warehouse
from warehouse.registry import champion_on
from warehouse.scores import features_table

pytestmark = pytest.mark.usefixtures("small_home")

_EASY = {
    "min_rows = 1000": "min_rows = 50",
    "min_bad = 50": "min_bad = 2",
    "slope_from = 0.8": "slope_from = 0.01",
    "slope_to = 1.25": "slope_to = 100.0",
    "ratio_from = 0.8": "ratio_from = 0.01",
    "ratio_to = 1.25": "ratio_to = 100.0",
    "floor = 0.8": "floor = 0.0",
}


@pytest.fixture
def settings(small_home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose policy has a gate that a hundred rows can pass."""
    from schemas.policy import load_policy
    from tasks.policy import apply_policy

    text = (Path(__file__).parents[2] / "schemas" / "policy.toml").read_text(encoding="utf-8")
    for strict, easy in _EASY.items():
        assert strict in text
        text = text.replace(strict, easy)
    file = small_home / "easy.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("LOANWATCH_POLICY", str(file))
    monkeypatch.setenv("LOANWATCH_THREADS", "2")
    found = read_settings()
    apply_policy(found, load_policy(file), applied_by="test", reason="a small home")
    return found


@pytest.fixture
def deployment_id(prefect_server: None) -> Iterator[UUID]:
    """A deployment without a worker: the test itself runs what a worker would."""
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow(retrain_model)
        yield client.create_deployment(flow_id=flow_id, name="by-hand")


def new_run(deployment_id: UUID) -> FlowRun:
    parameters = {"parameters": QUICK.model_copy(update={"as_of": LAST_NEW_DAY}).model_dump(mode="json")}
    with get_client(sync_client=True) as client:
        return client.create_flow_run_from_deployment(deployment_id, parameters=parameters)


def run_until_it_asks_or_ends(flow_run: FlowRun) -> State[Any]:
    """What a worker's process does with a run; the state that it is left in."""
    parameters = {"parameters": QUICK.model_copy(update={"as_of": LAST_NEW_DAY})}
    with suppress(Pause):  # asked: the process ends here
        run_flow(retrain_model, flow_run=flow_run, parameters=parameters, return_type="state")
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(flow_run.id).state
    assert state is not None
    return state


def answer(flow_run: FlowRun, **given: str) -> FlowRun:
    with get_client(sync_client=True) as client:
        client.resume_flow_run(flow_run.id, run_input=given)
        return client.read_flow_run(flow_run.id)


def decided(flow_run: FlowRun, **given: str) -> State[Any]:
    """What an answer that counts ends the run with. A run that asks again, its server being busy, is answered again."""
    state = run_until_it_asks_or_ends(answer(flow_run, **given))
    return run_until_it_asks_or_ends(answer(flow_run, **given)) if state.name == "Suspended" else state


def champions(settings: Settings) -> list[tuple[Any, ...]]:
    return stored(settings, "SELECT kind, model_version, approved_by FROM registry.promotions ORDER BY promotion_id")


def test_a_run_asks_refuses_the_requester_and_promotes_for_another_person(settings: Settings, deployment_id: UUID) -> None:
    flow_run = new_run(deployment_id)
    assert run_until_it_asks_or_ends(flow_run).name == "Suspended"
    assert len(champions(settings)) == 1
    flow_run = answer(flow_run, decision="approve", name=" q. OWNER ", comment="mine")
    assert run_until_it_asks_or_ends(flow_run).name == "Suspended"
    assert len(champions(settings)) == 1
    state = decided(flow_run, decision="approve", name="R. Meyer", comment="as good")
    assert (state.name, state.message) == ("Promoted", "2026-06-30.2 decides from 0001-01-01 on")
    assert champions(settings)[1:] == [("promotion", "2026-06-30.2", "R. Meyer")]
    assert stored(settings, "SELECT count(*) FROM registry.models") == [(2,)]  # resumed twice, trained once
    card = (settings.models / "2026-06-30.2" / "card.html").read_text(encoding="utf-8")
    assert "2026-06-30.1" in card  # the comparison with the former champion


def test_a_rejection_changes_nothing_but_what_is_written_about_it(settings: Settings, deployment_id: UUID) -> None:
    before = [champions(settings), stored(settings, "FROM marts.decisions")]
    flow_run = new_run(deployment_id)
    run_until_it_asks_or_ends(flow_run)
    state = decided(flow_run, decision="reject", name="R. Meyer", comment="too few rows")
    assert state.name == "Rejected"
    assert [champions(settings), stored(settings, "FROM marts.decisions")] == before
    assert stored(settings, "SELECT decision, reviewed_by FROM registry.reviews") == [("reject", "R. Meyer")]
    assert stored(settings, "SELECT role FROM marts.models ORDER BY model_number") == [("champion",), ("retired",)]


def test_the_same_request_is_trained_once_and_the_same_training_gives_the_same_bytes(settings: Settings) -> None:
    first = retrain(settings, LAST_NEW_DAY, QUICK, request_id="a")
    again = retrain(settings, LAST_NEW_DAY, QUICK, request_id="a")
    other = retrain(settings, LAST_NEW_DAY, QUICK, request_id="b")
    assert (again.model_version, other.model_version) == (first.model_version, "2026-06-30.3")
    texts = [(settings.models / item.model_version / "model.txt").read_bytes() for item in (first, other)]
    assert texts[0] == texts[1]
    records = [read_record(settings, item.model_version) for item in (first, other)]
    assert records[0].data_sha256 == records[1].data_sha256
    assert records[0].reproduce == (
        "loanwatch retrain --as-of 2026-06-30 --set maturity_days=60 --set candidates=lightgbm --set search_trials=0 "
        "--set learning_rate=0.5 --set min_data_in_leaf=50 --set num_leaves=4"
    )


def test_a_training_record_that_was_changed_is_not_believed(settings: Settings) -> None:
    version = retrain(settings, LAST_NEW_DAY, QUICK).model_version
    assert "too" not in comparison_text(settings, version)
    file = settings.models / version / RECORD_FILE
    file.write_text(file.read_text().replace('"requested_by": "Q. Owner"', '"requested_by": "Nobody"'))
    with pytest.raises(VerificationError, match="was changed"):
        write_card(settings, version)


def test_without_a_deployment_the_run_ends_with_a_challenger(settings: Settings, prefect_server: None) -> None:
    state = retrain_model(QUICK.model_copy(update={"as_of": LAST_NEW_DAY}), return_state=True)
    assert state.name == "Challenger"
    assert stored(settings, "SELECT role FROM marts.models ORDER BY model_number") == [("champion",), ("challenger",)]


def test_a_limit_on_missing_values_gives_a_model_of_fewer_inputs_that_is_judged_and_watched(settings: Settings) -> None:
    from tasks.gate import run_gate

    version = retrain(settings, LAST_NEW_DAY, QUICK.model_copy(update={"max_missing_share": 0.5})).model_version
    record = read_record(settings, version)
    dropped = {item.name for item in record.dropped}
    assert dropped
    assert {item.because for item in record.dropped} == {"missing_share"}
    assert not dropped & {item.name for item in record.features}
    assert run_gate(settings, version).verdict in {"pass", "fail"}
    subjects = stored(
        settings,
        f"SELECT subject FROM monitor.reference_subjects WHERE reference_id = '{version}' AND source = 'input' ORDER BY 1",
    )
    assert {name for (name,) in subjects} == {item.name for item in record.features}


def test_a_run_of_a_deployment_in_which_nobody_is_named_ends_before_it_has_begun(settings: Settings, deployment_id: UUID) -> None:
    parameters = {"parameters": {"as_of": LAST_NEW_DAY.isoformat()}}
    with get_client(sync_client=True) as client:
        flow_run = client.create_flow_run_from_deployment(deployment_id, parameters=parameters)
    asked = {"parameters": RetrainParameters(as_of=LAST_NEW_DAY)}
    state = run_flow(retrain_model, flow_run=flow_run, parameters=asked, return_type="state")
    assert state is not None
    assert state.is_failed()
    assert "nobody is named" in str(state.message)
    assert stored(settings, "SELECT count(*) FROM registry.models") == [(1,)]


def test_an_answer_counts_once_also_where_its_promotion_was_rolled_back_since(settings: Settings) -> None:
    version = retrain(settings, LAST_NEW_DAY, QUICK).model_version
    answer = {"approved_by": "R. Meyer", "reason": "as good"}
    first = approve_once(settings, version, **answer)
    rollback(settings, by="R. Meyer", reason="complaints")
    assert approve_once(settings, version, **answer) == first
    assert [kind for kind, *_ in champions(settings)] == ["bootstrap", "promotion", "rollback"]


def test_who_becomes_champion_finds_a_table_for_the_features_of_its_first_night(settings: Settings) -> None:
    made = "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'features_%'"
    known = "SELECT count(*) FROM registry.feature_sets_v1"
    assert (stored(settings, made), stored(settings, known)) == ([(1,)], [(1,)])  # of the first model, and no night has run
    with open_warehouse(settings) as connection:
        champion = champion_on(connection, LAST_NEW_DAY)
        connection.execute(f"DROP TABLE {features_table(champion.feature_set_id)}")
        connection.execute("DELETE FROM registry.feature_sets_v1")
    version = retrain(settings, LAST_NEW_DAY, QUICK).model_version
    assert stored(settings, made) == [(0,)]  # a version that may never decide leaves nothing
    promote(settings, version, approved_by="R. Meyer", reason="as good")
    assert (stored(settings, made), stored(settings, known)) == ([(1,)], [(1,)])


def test_blanks_are_no_answer(settings: Settings) -> None:
    for wrong in ({"name": "  "}, {"comment": " "}, {"decision": "maybe"}):
        with pytest.raises(ValidationError):
            Approval(**{"decision": "approve", "name": "R. Meyer", "comment": "as good", **wrong})
