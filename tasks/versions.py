"""A registered version, verified against the registry before it may score, be compared or be promoted."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import VerificationError
from schemas.features import FeatureSet, feature_set
from schemas.settings import Settings
from tasks.core.scoring import Model
from tasks.model_files import read_model
from warehouse.registry import ChampionRef


@dataclass(frozen=True)
class Version:
    """A model and the features that it reads."""

    model: Model
    features: FeatureSet


def read_version(settings: Settings, reference: ChampionRef) -> Version:
    """The version that the registry describes.

    Raises:
        VerificationError: its files, its threshold or its feature set are not what the registry says.
    """
    model = read_model(settings.models / reference.model_version, reference.sha256)
    features = feature_set(model.manifest.levels, model.manifest.protected)
    if not features.feature_set_id == model.manifest.feature_set_id == reference.feature_set_id:
        raise VerificationError(
            f"model {reference.model_version} reads feature set {reference.feature_set_id}",
            expected=f"feature set {features.feature_set_id}, which this version of Loanwatch computes",
            where="schemas/features.py",
            remedy="run the version of Loanwatch that trained the model, or train a new one with `loanwatch retrain`",
        )
    if model.manifest.threshold != reference.threshold:
        raise VerificationError(
            "the threshold in the manifest differs from the registry's",
            where=f"model {reference.model_version}",
            remedy="restore the model's folder from a backup",
        )
    return Version(model, features)
