"""What a tracked run says: every figure with its bounds, nothing made up for what is missing."""

from __future__ import annotations

from schemas.training_record import FIGURE_NAMES
from tasks.core.run_content import manifest_content, run_contents
from tests.training_records import STRENGTHS, manifest, record


def test_one_run_per_candidate_with_every_figure_of_every_set() -> None:
    contents = run_contents(record())
    assert [content.candidate for content in contents] == list(STRENGTHS)
    chosen = next(content for content in contents if content.candidate == "lightgbm")
    names = {name for name, _, _ in chosen.metrics}
    for rows in ("train", "out_of_fold", "holdout"):
        assert {f"{rows}_{name}{end}" for name in FIGURE_NAMES for end in ("", "_lower", "_upper")} <= names
    assert ("score_psi", 0.012, 0) in chosen.metrics


def test_folds_are_steps_of_one_metric() -> None:
    content = run_contents(record())[1]
    assert [step for name, _, step in content.metrics if name == "fold_auc"] == [0, 1, 2, 3]


def test_what_has_no_value_is_absent() -> None:
    dummy = run_contents(record())[0]
    assert "holdout_calibration_slope" not in {name for name, _, _ in dummy.metrics}
    assert dummy.parameters["weights"] == "None"


def test_a_metric_stands_once_per_step() -> None:
    for content in run_contents(record()):
        keys = [(name, step) for name, _, step in content.metrics]
        assert len(keys) == len(set(keys))


def test_tags_say_who_why_and_on_what() -> None:
    told = record()
    tags = run_contents(told)[0].tags
    assert (tags["requested_by"], tags["reason"]) == (told.requested_by, told.reason)
    assert (tags["data_sha256"], tags["git_revision"]) == (told.data_sha256, told.git_revision)
    assert "git_revision" not in run_contents(record(git_revision=None))[0].tags


def test_a_version_without_a_record_says_what_its_manifest_says() -> None:
    content = manifest_content(manifest())
    found = {name: value for name, value, _ in content.metrics}
    assert found["holdout_auc"] == manifest().holdout.auc
    assert (found["holdout_cost_lower"], found["holdout_cost_upper"]) == manifest().holdout.cost_interval
    assert found["threshold"] == manifest().threshold
