"""The policy's rules about models: what a challenger has to show, and the fairness floor."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.strict import Share, Strict


class GateRules(Strict):
    """What a challenger has to show against the champion on rows that neither was fitted on.

    `auc_loss`: the AUC may be this much lower. `extra_cost`: the one-sided upper 95 % bound of the extra (10 FN + FP)/n.
    Calibration: slope of default on the log-odds of the PD, and observed over expected defaults, inside their bounds.
    """

    auc_loss: Share = 0.003
    extra_cost: Annotated[float, Field(ge=0)] = 0.01
    min_rows: Annotated[int, Field(ge=1)] = 1000
    min_bad: Annotated[int, Field(ge=2)] = 50
    slope_from: Annotated[float, Field(gt=0, le=1)] = 0.8
    slope_to: Annotated[float, Field(ge=1)] = 1.25
    ratio_from: Annotated[float, Field(gt=0, le=1)] = 0.8
    ratio_to: Annotated[float, Field(ge=1)] = 1.25


class FairnessProfile(Strict):
    """The floor of one jurisdiction: lowest approval rate over the highest, among groups of at least `min_group` rows."""

    floor: Share = 0.8
    min_group: Annotated[int, Field(ge=1)] = 100
    judged: list[str] = Field(default_factory=lambda: ["CODE_GENDER", "NAME_FAMILY_STATUS"])
    reported: list[str] = Field(default_factory=lambda: ["AGE"])

    @model_validator(mode="after")
    def _judged_or_reported(self) -> Self:
        both = sorted({*self.judged} & {*self.reported})
        if both:
            raise ValueError(f"judged and reported at once: {', '.join(both)}")
        return self


class FairnessRules(Strict):
    """Profiles by name, and the one that holds here."""

    profile: str = "default"
    profiles: dict[str, FairnessProfile] = Field(default_factory=lambda: {"default": FairnessProfile()})

    @model_validator(mode="after")
    def _profile_is_known(self) -> Self:
        if self.profile not in self.profiles:
            raise ValueError(f"profile {self.profile!r} is none of {', '.join(sorted(self.profiles))}")
        return self

    @property
    def in_force(self) -> FairnessProfile:
        return self.profiles[self.profile]
