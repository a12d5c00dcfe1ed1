"""What a challenger has to show before a person may approve it, as the registry keeps it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.training_record import FairnessRow, Figure

Verdict = Literal["pass", "fail", "not_enough_data"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class GateFinding(_Frozen):
    """One rule of the gate: what it asked, what was found, in words without an applicant's values."""

    rule: Literal["rows", "auc", "cost", "calibration_slope", "calibration_ratio", "fairness", "policy"]
    verdict: Verdict
    expected: str
    found: str


class GateComparison(_Frozen):
    """Challenger against champion on rows that neither was fitted on. Differences are challenger minus champion."""

    n_rows: int
    n_bad: int
    auc_challenger: float | None
    auc_champion: float | None
    auc_difference: Figure
    cost_challenger: float | None
    cost_champion: float | None
    #: `upper` is the one-sided 95 % bound that the rule reads; `lower` the one-sided 5 % bound
    cost_difference: Figure
    calibration_slope: Figure
    #: observed over expected defaults of the challenger
    calibration_ratio: Figure
    fairness: list[FairnessRow]
    findings: list[GateFinding]
    verdict: Verdict


class GateResult(_Frozen):
    """A comparison with its keys. It holds only while `champion_version` is the champion."""

    model_version: str
    champion_version: str
    policy_sha256: str
    comparison: GateComparison

    @property
    def verdict(self) -> Verdict:
        return self.comparison.verdict
