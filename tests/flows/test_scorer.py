"""A model scores only where its files, its inputs and the registry say the same; a challenger that does not leaves a gap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import tasks.scorer
from schemas.errors import VerificationError
from schemas.policy import load_policy
from tasks.core.scoring import Model
from tasks.model_files import read_model
from tasks.scorer import read_scorer
from tests.conftest import settings_of
from tests.flows.conftest import LAST_NEW_DAY
from warehouse.connection import open_warehouse
from warehouse.registry import champion_on


def test_a_model_that_reads_what_is_no_feature_is_refused_before_anything_is_scored(
    champion_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(folder: Path, sha256: str) -> Model:
        found = read_model(folder, sha256)
        first, *others = found.manifest.inputs
        inputs = [first.model_copy(update={"name": "OF_ANOTHER_TIME"}), *others]
        return replace(found, manifest=found.manifest.model_copy(update={"inputs": inputs}))

    settings, policy = settings_of(champion_home), load_policy(None)
    with open_warehouse(settings, read_only=True) as connection:
        champion = champion_on(connection, LAST_NEW_DAY)
    assert read_scorer(settings, champion, policy, []).ref == champion
    monkeypatch.setattr(tasks.scorer, "read_model", other)
    with pytest.raises(VerificationError, match=r"1 input\(s\) that are no features of its set, among them OF_ANOTHER_TIME"):
        read_scorer(settings, champion, policy, [])
