"""The decision policy: one commented TOML file, refused where it cannot mean anything, hashed over its content."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from schemas.errors import VerificationError
from schemas.model_rules import FairnessRules, GateRules
from schemas.printable import visible
from schemas.strict import Share, Strict
from schemas.toml_file import UnreadableTomlError, parse_toml, read_toml

Decision = Literal["approve", "review", "decline"]


class Cost(Strict):
    """Cost per applicant of each outcome; negative is a gain."""

    granted_default: float
    granted_repaid: float
    refused: float
    constant: float

    @model_validator(mode="after")
    def _default_must_cost_more(self) -> Self:
        if not self.granted_default > self.refused > self.granted_repaid:
            raise ValueError("a default has to cost more than a refusal, and a refusal more than a repaid loan")
        return self


class Bands(Strict):
    """Multiples of the model's threshold on the PD."""

    review_from: Annotated[float, Field(gt=0, le=10)]
    decline_from: Annotated[float, Field(gt=0, le=100)]

    @model_validator(mode="after")
    def _bands_must_not_cross(self) -> Self:
        if self.decline_from < self.review_from:
            raise ValueError("decline_from must not lie below review_from")
        return self


class ScoreScale(Strict):
    """`points` at odds of `odds` good to 1 bad; `double` more points double the odds."""

    points: float
    odds: Annotated[float, Field(gt=0)]
    double: Annotated[float, Field(gt=0)]


class ValidationRules(Strict):
    max_bad_share: Share


class QualityRules(Strict):
    min_filled_share: Share
    usual_share: Share
    usual_batches: Annotated[int, Field(ge=1, le=365)]


class Protected(Strict):
    columns: list[str]


class HardRule(Strict):
    """Fires where `feature operator value` holds; a missing feature never fires."""

    code: Annotated[str, Field(pattern=r"^H\d{2}$")]
    feature: str
    operator: Literal["<", "<=", ">", ">=", "=="]
    value: float
    decision: Literal["review", "decline"]
    text: Annotated[str, Field(min_length=1, max_length=200)]


class ReasonGroup(Strict):
    code: Annotated[str, Field(pattern=r"^R\d{2}$")]
    text: Annotated[str, Field(min_length=1, max_length=200)]
    features: Annotated[list[str], Field(min_length=1)]


class Reasons(Strict):
    version: Annotated[int, Field(ge=1)]
    maximum: Annotated[int, Field(ge=1, le=4)]
    insufficient_input: Annotated[str, Field(min_length=1, max_length=200)]
    missing_history: Annotated[str, Field(min_length=1, max_length=200)]
    no_single_reason: Annotated[str, Field(min_length=1, max_length=200)]
    groups: Annotated[list[ReasonGroup], Field(min_length=1)]

    @model_validator(mode="after")
    def _last_group_takes_the_rest(self) -> Self:
        if self.groups[-1].features != ["*"]:
            raise ValueError('the last group of reasons has to take every other feature: features = ["*"]')
        return self


class BinRules(Strict):
    """How a reference is cut into bins when a model is registered."""

    numbers: Annotated[int, Field(ge=2, le=50)]
    own_share: Share
    rare_share: Share


class DriftLimits(Strict):
    """PSI of `watch`, `alert` and `retrain`; change of the missing share and share of unseen levels that raise an alert."""

    watch: Annotated[float, Field(gt=0)]
    alert: Annotated[float, Field(gt=0)]
    retrain: Annotated[float, Field(gt=0)]
    missing_share: Annotated[float, Field(gt=0, le=1)]
    unseen_share: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _limits_rise(self) -> Self:
        if not self.watch <= self.alert <= self.retrain:
            raise ValueError("the limits have to rise: watch <= alert <= retrain")
        return self


class BesidePsiLimits(Strict):
    """Changes that raise an alert beside PSI. Shares and rates in [0, 1], differences absolute unless said otherwise."""

    volume_change: Annotated[float, Field(gt=0)]
    volume_past_days: Annotated[int, Field(ge=7, le=366)]
    volume_min_days: Annotated[int, Field(ge=7, le=366)]
    refused_change: Share
    quarantined_change: Share
    approval_change: Share
    mean_pd_change: Annotated[float, Field(gt=0)]
    freshness_days: Annotated[int, Field(ge=1, le=366)]
    segment_min_rows: Annotated[int, Field(ge=1)]
    false_discovery_rate: Annotated[float, Field(gt=0, le=0.5)]


class SubjectLimits(Strict):
    """Limits of one subject, in place of the common ones; what is left out stays common."""

    name: Annotated[str, Field(min_length=1)]
    watch: float | None = None
    alert: float | None = None
    retrain: float | None = None
    missing_share: float | None = None
    unseen_share: float | None = None


class DriftRules(Strict):
    """What is measured after a night, and from where on it is worth an alert."""

    windows: Annotated[list[Annotated[int, Field(ge=1, le=366)]], Field(min_length=1)]
    min_rows: Annotated[int, Field(ge=1)]
    significance: Annotated[float, Field(gt=0, le=0.5)]
    limits: DriftLimits
    beside: BesidePsiLimits
    bins: BinRules
    segments: list[str]
    subjects: list[SubjectLimits]

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        names = [subject.name for subject in self.subjects]
        if len({*self.windows}) < len(self.windows) or len({*self.segments}) < len(self.segments) or len({*names}) < len(names):
            raise ValueError("windows, segments and subjects stand once each")
        for name in names:
            self.limits_of(name)
        return self

    def limits_of(self, subject: str) -> DriftLimits:
        """The limits of a subject. Raises ValueError where its own do not rise together with the common ones."""
        own = next((item for item in self.subjects if item.name == subject), None)
        if own is None:
            return self.limits
        return DriftLimits.model_validate(self.limits.model_dump() | own.model_dump(exclude={"name"}, exclude_none=True))


class PublishRules(Strict):
    """What the analysts' snapshot shows: `full`, or `masked` with pseudonyms in place of keys and no protected attributes."""

    profile: Literal["full", "masked"] = "full"


class Policy(Strict):
    """The decision rules, whole."""

    version: Annotated[int, Field(ge=1)]
    cost: Cost
    bands: Bands
    score: ScoreScale
    validation: ValidationRules
    quality: QualityRules
    protected: Protected
    drift: DriftRules
    hard_rules: list[HardRule]
    reasons: Reasons
    # with defaults, so that policies registered before these sections existed stay readable
    gate: GateRules = GateRules()
    fairness: FairnessRules = FairnessRules()
    publish: PublishRules = PublishRules()

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        codes = [rule.code for rule in self.hard_rules] + [group.code for group in self.reasons.groups]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"codes stand more than once: {', '.join(twice)}")
        return self

    def canonical(self) -> str:
        """The content as canonical JSON: sorted keys, no spaces. Two files that say the same have the same.

        Only what was said: a key that a later version of Loanwatch knows and fills in leaves the hash of older policies alone.
        """
        return json.dumps(
            self.model_dump(mode="json", exclude_unset=True), sort_keys=True, separators=(",", ":"), ensure_ascii=True
        )

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def parse_policy(content: dict[str, Any] | str, where: str) -> Policy:
    """The policy that a mapping or its canonical JSON holds.

    Raises:
        VerificationError: unknown or missing keys, wrong types, values outside their range, crossing bands: all are listed.
    """
    try:
        return Policy.model_validate_json(content) if isinstance(content, str) else Policy.model_validate(content)
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in item['loc']) or 'policy'}: {item['msg']}" for item in error.errors()]
        raise VerificationError(
            f"the policy has {len(problems)} fault(s): " + visible("; ".join(problems)),
            expected="every key of schemas/policy.toml with a value in its range, and no other key",
            where=where,
            remedy="mend the file and run the command again",
        ) from None


def load_policy(file: Path | None) -> Policy:
    """The policy of the file given, else the one that Loanwatch ships.

    Raises:
        VerificationError: the file is missing, no TOML, or no legal policy.
    """
    where = str(file) if file else "schemas/policy.toml (shipped)"
    try:
        shipped = resources.files("schemas").joinpath("policy.toml")
        content = read_toml(file) if file else parse_toml(shipped.read_text("utf-8"))
    except UnreadableTomlError as error:
        raise VerificationError(
            f"the policy file cannot be read: {error}",
            expected="a TOML file like schemas/policy.toml",
            where=where,
            remedy="name a readable file in LOANWATCH_POLICY, or unset it to use the shipped policy",
        ) from None
    return parse_policy(content, where)
