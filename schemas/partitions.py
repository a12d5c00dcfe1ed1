"""What travels when a delivery is scored in partitions: a job on shared storage, references to its parts, counts and hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from schemas.strict import Strict

JOB_FILE = "job.json"


class ModelReference(Strict):
    """A registered model by reference."""

    model_version: str
    sha256: str
    threshold: float
    feature_set_id: str


class ChallengerReference(Strict):
    """Who scores beside the champion; `model` is None where it was refused, for the reason given."""

    model_version: str
    model: ModelReference | None
    refused_because: str = ""


class PartitionInput(Strict):
    """The rows of one partition: each file's SHA-256 by its path within the job."""

    number: int
    files: dict[str, str]


class ScoringJob(Strict):
    """Everything that a worker needs to score any partition of a delivery, in references; its hash travels with each task.

    `software` are the versions that have a say in the numbers: a worker with others is refused. `key_sha256` tells whether a
    worker has the home's key, and nothing of the key; empty where files are not encrypted.
    """

    batch_id: int
    received_on: date
    n_pending: int
    software: str
    key_sha256: str
    champion: ModelReference
    challenger: ChallengerReference | None
    policy: str
    absent_tables: tuple[str, ...]
    partitions: tuple[PartitionInput, ...]

    def canonical(self) -> str:
        return self.model_dump_json()


def text_sha256(text: str) -> str:
    """The hash that a job is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class PartitionRef:
    """One partition of a job: the job's folder on shared storage, its hash, and the partition's number."""

    folder: str
    job_sha256: str
    number: int


@dataclass(frozen=True)
class PartitionResult:
    """Where a worker has written what it made of a partition: folder within the job, rows, and each file's SHA-256 by name.

    `engine`: what summed the champion's trees. `challenger_refused_because` is None unless the challenger could not score the
    partition. `warnings`: what went another way than planned, for the night's report; counts and names, no applicant's values.
    """

    number: int
    folder: str
    n_rows: int
    files: dict[str, str]
    engine: str
    challenger_refused_because: str | None = None
    warnings: tuple[str, ...] = ()
