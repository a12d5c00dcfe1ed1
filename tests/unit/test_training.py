from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.errors import UsageError, VerificationError
from tasks.core.calibration import fit_calibration
from tasks.core.encoding import to_matrix
from tasks.core.fitting import DEFAULT_PARAMETERS, resolve_parameters
from tasks.core.folds import assign_folds, id_hash, is_held_out
from tasks.core.metrics import cost_per_application, policy_cost
from tasks.core.scoring import predict_pd, verified_model
from tasks.core.training import fit_model
from tasks.core.training_rows import content_sha256
from tests.model_rows import fitted, model, plan, policy, training_frame


def test_the_same_rows_give_the_same_bytes_in_any_order() -> None:
    frame = training_frame()
    again = fit_model(frame.sample(fraction=1.0, shuffle=True, seed=5), plan())
    assert again.text == fitted().text
    assert again.manifest.canonical() == fitted().manifest.canonical()


def test_another_seed_gives_another_model_and_the_same_hold_out() -> None:
    other = fit_model(training_frame(), plan(seed=1))
    assert other.text != fitted().text
    assert other.holdout["application_id"].equals(fitted().holdout["application_id"])


def test_nothing_of_the_hold_out_reaches_a_choice() -> None:
    frame = training_frame()
    held = pl.Series(is_held_out(frame["application_id"].to_numpy()))
    spoilt = frame.with_columns(
        pl.when(held).then(1 - pl.col("target")).otherwise(pl.col("target")).alias("target"),
        pl.when(held).then(pl.col("EXT_SOURCE_2") * -50).otherwise(pl.col("EXT_SOURCE_2")).alias("EXT_SOURCE_2"),
    )
    other = fit_model(spoilt, plan())
    assert other.text == fitted().text
    assert (other.manifest.threshold, other.manifest.calibration) == (fitted().manifest.threshold, fitted().manifest.calibration)
    assert other.manifest.holdout.auc < fitted().manifest.holdout.auc


def test_about_a_fifth_of_applicants_is_held_out_with_all_their_versions() -> None:
    ids = np.arange(100_000, dtype=np.int64)
    assert is_held_out(ids).mean() == pytest.approx(0.2, abs=0.01)
    assert np.array_equal(is_held_out(ids), is_held_out(np.repeat(ids, 2))[::2])


def test_hashes_of_ids_stay_what_they_are_for_ever() -> None:
    assert id_hash(np.array([100001, 456255], dtype=np.int64), 0).tolist() == [2477359107815960106, 18054979211085925932]


def test_folds_have_equal_default_rates() -> None:
    frame = training_frame()
    target = frame["target"].cast(pl.Float64).to_numpy()
    fold = assign_folds(frame["application_id"].to_numpy(), target, 4, seed=0)
    rates = [target[fold == number].mean() for number in range(4)]
    assert max(rates) - min(rates) < 0.002


def test_the_manifest_says_what_scoring_reproduces() -> None:
    result, ready = fitted(), model()
    held = result.holdout.join(training_frame(), on=["application_id", "batch_id"], maintain_order="left")
    assert predict_pd(ready, to_matrix(held, ready.encoding)).tolist() == result.holdout["pd"].to_list()
    assert result.manifest.n_rows + result.manifest.n_holdout == training_frame().height
    assert result.manifest.input_names == ready.booster.feature_name()
    assert result.manifest.protected == policy().protected.columns
    assert (str(result.manifest.received_from), str(result.manifest.received_to)) == ("2026-01-01", "2026-01-20")


def test_the_served_cost_lies_below_approving_everyone() -> None:
    manifest = fitted().manifest
    for figures in (manifest.out_of_fold, manifest.holdout):
        assert figures.cost < figures.cost_approve_all
    held = fitted().holdout
    target, pd = held["target"].cast(pl.Float64).to_numpy(), held["pd"].to_numpy()
    assert manifest.holdout.cost == cost_per_application(target, pd < manifest.threshold)
    everyone = np.ones(len(pd), dtype=bool)
    assert policy_cost(target, pd < manifest.threshold, policy().cost) < policy_cost(target, everyone, policy().cost)


def test_the_pd_is_calibrated_out_of_fold() -> None:
    scores = fitted().out_of_fold
    assert scores["pd"].mean() == pytest.approx(scores["target"].mean(), abs=1e-3)
    assert scores["fold"].n_unique() == 4


@pytest.mark.parametrize("column", ["SK_ID_CURR", "TARGET", "CODE_GENDER", "NAME_FAMILY_STATUS"])
def test_ids_outcomes_and_protected_attributes_are_refused_as_features(column: str) -> None:
    with pytest.raises(UsageError, match=column):
        fit_model(training_frame().with_columns(pl.lit(1.0).alias(column)), plan())


def test_too_few_defaults_are_refused_with_their_number() -> None:
    frame = training_frame(600).with_columns(pl.lit(0, pl.Int8).alias("target"))
    with pytest.raises(UsageError, match="0 defaults"):
        fit_model(frame, plan())


def test_scores_that_order_nothing_are_refused() -> None:
    with pytest.raises(UsageError, match="do not order"):
        fit_calibration(np.array([1.0, 0.0, 1.0, 0.0]), np.array([-1.0, 1.0, -2.0, 2.0]))
    with pytest.raises(UsageError, match="do not order"):
        fit_calibration(np.array([1.0, 0.0, 1.0, 0.0]), np.zeros(4))


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="learnin_rate"):
        resolve_parameters({"learnin_rate": 0.1}, 1000)


def test_small_portfolios_get_smaller_leaves_unless_told_otherwise() -> None:
    most = DEFAULT_PARAMETERS["min_data_in_leaf"]
    assert resolve_parameters({}, 100_000)["min_data_in_leaf"] == most
    assert resolve_parameters({}, 2500)["min_data_in_leaf"] == 10
    assert resolve_parameters({"min_data_in_leaf": 33}, 2500)["min_data_in_leaf"] == 33


def test_the_hash_of_the_rows_sees_every_value_and_no_order() -> None:
    frame = training_frame(50)
    changed = frame.with_columns(pl.col("DAYS_BIRTH") + (pl.col("application_id") == 100_000))
    assert content_sha256(frame) == content_sha256(frame.reverse())
    assert content_sha256(frame) != content_sha256(changed)
    assert content_sha256(frame) != content_sha256(frame.with_columns(pl.col("OCCUPATION_TYPE").fill_null("")))


def test_trees_and_manifest_must_name_the_same_inputs_in_the_same_order() -> None:
    manifest = fitted().manifest
    swapped = [manifest.inputs[1], manifest.inputs[0], *manifest.inputs[2:]]
    with pytest.raises(VerificationError, match="different from input 1"):
        verified_model(manifest.model_copy(update={"inputs": swapped}), fitted().text)
    with pytest.raises(VerificationError, match="trees"):
        verified_model(manifest.model_copy(update={"n_trees": 1}), fitted().text)
    with pytest.raises(VerificationError, match="cannot be read"):
        verified_model(manifest, "no model at all")
