"""A delivery scored in partitions: dealt out by a hash of the applicant, computed anywhere, committed by one process.

`export_job` runs where the warehouse is, as committing does (tasks/partition_commits.py); `compute_partition` runs on any worker
that reaches the shared folder. Only references, counts and hashes go between them; every file is read only if it has the hash
that was promised.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from schemas.errors import ResourceError, UsageError, VerificationError
from schemas.partitions import (
    JOB_FILE,
    ChallengerReference,
    ModelReference,
    PartitionInput,
    PartitionRef,
    PartitionResult,
    ScoringJob,
    text_sha256,
)
from schemas.policy import parse_policy
from schemas.private import PRIVATE_FOLDER
from schemas.references import BatchScore, PendingBatch
from schemas.settings import Settings
from tasks.core.compiled import engine_name
from tasks.core.folds import id_hash
from tasks.same_software import require_software, software
from tasks.score import Scoring, load_scoring, new_score, score_versions
from tasks.scorer import Scorer, read_scorer
from tasks.shadow import Challenger
from tasks.shared_storage import jobs_of
from warehouse.connection import open_warehouse
from warehouse.partition_export import export_partitions
from warehouse.partition_reading import open_partition, read_versions
from warehouse.partition_results import write_result
from warehouse.registry import ChampionRef
from warehouse.scores import pending_versions

#: Which applicants share a partition has nothing to do with which share a fold or the hold-out.
_SALT = 0x9A27
RESULTS = "results"


@dataclass(frozen=True)
class Job:
    """A delivery that was dealt out: who scores it, its description as written, and where it lies."""

    batch: PendingBatch
    scoring: Scoring
    content: ScoringJob
    folder: Path

    @property
    def refs(self) -> list[PartitionRef]:
        sha256 = text_sha256(self.content.canonical())
        return [PartitionRef(str(self.folder), sha256, partition.number) for partition in self.content.partitions]


def n_partitions(settings: Settings, n_pending: int) -> int:
    """How many partitions a delivery is dealt out to; 1 where it is scored in this process as it stands.

    A partition is held in memory whole, so it has at most about `chunk_rows` applications. On threads, DuckDB and LightGBM use
    every core for one chunk anyway, so nothing is dealt out unless it is asked for.
    """
    if settings.task_runner == "threads" and settings.partitions <= 1:
        return 1
    return max(settings.partitions, -(-n_pending // settings.chunk_rows), 1)


def is_partitioned(settings: Settings, n_pending: int) -> bool:
    """Whether that many applications go to partitions."""
    return settings.task_runner == "dask" or n_partitions(settings, n_pending) > 1


def deal_out(versions: pl.DataFrame, n: int) -> pl.DataFrame:
    """The versions with `partition_no` 0..n-1: by a hash of the applicant, so all versions of one are together."""
    number = id_hash(versions["application_id"].to_numpy(), _SALT) % n
    return versions.with_columns(pl.Series("partition_no", number).cast(pl.Int32))


def discard_job(job: Job) -> None:
    """Removes a job's files; a worker that still writes there for a partition that another has done writes into nothing."""
    shutil.rmtree(job.folder, ignore_errors=True)


def _new_folder(settings: Settings, batch: PendingBatch) -> Path:
    folder = jobs_of(settings) / f"{batch.batch_id}-{uuid.uuid4().hex[:12]}"
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
    except OSError as error:
        raise ResourceError(
            f"the shared folder cannot be written to: {type(error).__name__}",
            where=str(settings.shared),
            remedy="check LOANWATCH_SHARED: the folder has to exist, belong to you and have space",
        ) from None
    return folder


def key_sha256(settings: Settings) -> str:
    """By which a worker is asked whether it has the home's key; empty without one."""
    return "" if settings.key is None else text_sha256(f"the key of partitions is {settings.key}")


def require_key(settings: Settings, expected: str) -> None:
    """Raises UsageError where this worker has no key, another one, or one too many."""
    if key_sha256(settings) != expected:
        raise UsageError(
            "this worker cannot read the partitions: its key is not the home's",
            expected="the key of the home that deals them out" if expected else "no key, as the home has none",
            where="LOANWATCH_KEY_FILE of the worker",
            remedy="give every worker the same LOANWATCH_KEY_FILE as the home, and run the command again",
        )


def _reference(ref: ChampionRef) -> ModelReference:
    return ModelReference(
        model_version=ref.model_version, sha256=ref.sha256, threshold=ref.threshold, feature_set_id=ref.feature_set_id
    )


def _challenger_reference(challenger: Challenger | None) -> ChallengerReference | None:
    if challenger is None:
        return None
    model = None if challenger.scorer is None else _reference(challenger.scorer.ref)
    return ChallengerReference(model_version=challenger.model_version, model=model, refused_because=challenger.refused_because)


def _copy_models(settings: Settings, scoring: Scoring, folder: Path) -> None:
    """Beside the rows, so that a worker needs no home; it verifies them by the hashes of the job."""
    scorers = [scoring.champion, *([scoring.challenger.scorer] if scoring.challenger and scoring.challenger.scorer else [])]
    for scorer in scorers:
        version = scorer.ref.model_version
        shutil.copytree(settings.models / version, folder / "models" / version, dirs_exist_ok=True)


def export_job(settings: Settings, batch: PendingBatch) -> Job:
    """Deals out the undecided applications of a delivery: rows, models and policy on shared storage.

    Raises:
        NoChampionError, VerificationError: as scoring in one process does.
        ResourceError: the shared folder cannot be written to.
    """
    with open_warehouse(settings) as connection:
        scoring = load_scoring(connection, settings, batch)
        versions = pending_versions(connection, batch.batch_id)
        with _whole_or_nothing(settings, _new_folder(settings, batch)) as folder:
            dealt = deal_out(versions, n_partitions(settings, versions.height))
            partitions = export_partitions(connection, settings, folder, dealt)
            _copy_models(settings, scoring, folder)
            content = _content(settings, batch, scoring, partitions)
            (folder / RESULTS).mkdir(mode=PRIVATE_FOLDER)
            (folder / JOB_FILE).write_text(content.canonical(), encoding="utf-8")
    return Job(batch, scoring, content, folder)


@contextmanager
def _whole_or_nothing(settings: Settings, folder: Path) -> Iterator[Path]:
    """The folder of a job, removed again where it cannot be filled."""
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            yield folder
        except OSError as error:
            raise ResourceError(
                f"a delivery could not be dealt out: {error.strerror or type(error).__name__}",
                where=str(settings.shared),
                remedy="check LOANWATCH_SHARED: free some space there, and see that it belongs to you; run the night again",
            ) from None
        stack.pop_all()


def _content(settings: Settings, batch: PendingBatch, scoring: Scoring, partitions: tuple[PartitionInput, ...]) -> ScoringJob:
    return ScoringJob(
        batch_id=batch.batch_id,
        received_on=batch.received_on,
        n_pending=batch.n_pending,
        software=software(engine_name(scoring.champion.model)),
        key_sha256=key_sha256(settings),
        champion=_reference(scoring.champion.ref),
        challenger=_challenger_reference(scoring.challenger),
        policy=scoring.champion.policy.canonical(),
        absent_tables=tuple(scoring.champion.absent_tables),
        partitions=partitions,
    )


def read_job(ref: PartitionRef) -> ScoringJob:
    """The job of a reference. Raises VerificationError where it is not the one that was written."""
    file = Path(ref.folder) / JOB_FILE
    try:
        text = file.read_text(encoding="utf-8")
        if text_sha256(text) == ref.job_sha256:
            return ScoringJob.model_validate_json(text)
        found = "the job's description was changed"
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        found = f"the job's description cannot be read: {type(error).__name__}"
    raise VerificationError(
        found,
        expected=f"sha256 {ref.job_sha256[:16]}...",
        where=str(file),
        remedy="check that LOANWATCH_SHARED is one storage for all workers, under one path, and run the night again",
    )


def _scorer(settings: Settings, ref: PartitionRef, job: ScoringJob, model: ModelReference) -> Scorer:
    own = ChampionRef(model.model_version, model.sha256, model.threshold, model.feature_set_id)
    return read_scorer(
        replace(settings, home=Path(ref.folder)), own, parse_policy(job.policy, "the job"), list(job.absent_tables)
    )


def _scoring(settings: Settings, ref: PartitionRef, job: ScoringJob) -> Scoring:
    """Champion and challenger as the job names them; one whose copy was changed stops the partition."""
    champion, beside = _scorer(settings, ref, job, job.champion), job.challenger
    if beside is None:
        return Scoring(champion, None)
    scorer = None if beside.model is None else _scorer(settings, ref, job, beside.model)
    return Scoring(champion, Challenger(beside.model_version, scorer, beside.refused_because))


def partition_of(job: ScoringJob, number: int) -> PartitionInput:
    """The rows of one partition of a job."""
    return next(partition for partition in job.partitions if partition.number == number)


def compute_partition(settings: Settings, ref: PartitionRef) -> PartitionResult:
    """Features, scores, decisions, reasons and quality of one partition, written beside it in a folder of this attempt's own.

    Computed twice, by two workers, it gives the same rows; whose result counts is for `commit_partitions` to say.

    Raises:
        VerificationError: a file of the job is not the one that was written, or this worker has other versions.
        UsageError: this worker does not have the home's key.
    """
    job = read_job(ref)
    require_key(settings, job.key_sha256)
    scoring, partition, folder = _scoring(settings, ref, job), partition_of(job, ref.number), Path(ref.folder)
    require_software(job.software, engine_name(scoring.champion.model))
    batch = PendingBatch(job.batch_id, job.received_on, job.n_pending)
    with open_partition(settings, folder, partition) as connection:
        versions = read_versions(connection, settings, folder, partition)
        chunk = score_versions(connection, scoring, batch, versions)
        name = f"{RESULTS}/{ref.number}-{uuid.uuid4().hex[:12]}"
        files = write_result(connection, settings, folder / name, chunk)
    gap = chunk.shadow_gap.refused_because if chunk.shadow_gap else None
    return PartitionResult(ref.number, name, chunk.decisions.height, files, chunk.engine, gap, chunk.warnings)


def score_of(job: Job) -> BatchScore:
    """The counts of a job before anything of it is committed."""
    return new_score(job.scoring, job.batch)
