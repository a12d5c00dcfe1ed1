"""A model on disk: `<models>/<version>/{model.txt,manifest.json}`, written whole or not at all, read only if untouched."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from pydantic import ValidationError

from schemas.errors import VerificationError
from schemas.manifest import MANIFEST_FILE, MODEL_FILE, ModelManifest, version_sha256
from schemas.printable import visible
from tasks.core.scoring import Model, verified_model

_REMEDY = "restore the model's folder from a backup, or roll back to another version with `loanwatch rollback`"


def _write_file(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_model(models: Path, manifest: ModelManifest, text: str) -> Path:
    """Writes the version's folder and returns it. The same content again changes nothing.

    Raises:
        VerificationError: text and manifest do not belong together, or the version exists with another content.
    """
    content = text.encode()
    if _hash(content) != manifest.model_text_sha256:
        raise VerificationError("the model text is not the one its manifest describes", where=f"model {manifest.model_version}")
    folder = models / manifest.model_version
    if folder.exists():
        read_model(folder, version_sha256(manifest))
        return folder
    scratch = models / f".{manifest.model_version}.partial"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    _write_file(scratch / MODEL_FILE, content)
    _write_file(scratch / MANIFEST_FILE, manifest.canonical().encode())
    scratch.replace(folder)
    return folder


def _read(file: Path) -> bytes:
    try:
        if not file.is_file():  # a pipe in its place would be waited for
            raise FileNotFoundError
        return file.read_bytes()
    except OSError as error:
        raise VerificationError(
            f"{file.name} cannot be read: {type(error).__name__}",
            expected=f"{MODEL_FILE} and {MANIFEST_FILE} in the folder of the version",
            where=str(file.parent),
            remedy=_REMEDY,
        ) from None


def _manifest(folder: Path) -> ModelManifest:
    try:
        return ModelManifest.model_validate_json(_read(folder / MANIFEST_FILE))
    except ValidationError as error:
        faults = [f"{'.'.join(str(part) for part in item['loc']) or 'manifest'}: {item['msg']}" for item in error.errors()]
        raise VerificationError(
            f"the manifest has {len(faults)} fault(s): " + visible("; ".join(faults[:5])),
            expected="every entry of a model manifest, the threshold among them",
            where=str(folder / MANIFEST_FILE),
            remedy=_REMEDY,
        ) from None


def _require_hash(found: str, expected: str, file: Path) -> None:
    if found != expected:
        raise VerificationError(
            f"{file.name} was changed: its sha256 is {found[:16]}...",
            expected=f"sha256 {expected[:16]}...",
            where=str(file),
            remedy=_REMEDY,
        )


def read_model(folder: Path, expected_sha256: str) -> Model:
    """The model of a version, after every check that it is the registered one.

    Args:
        folder: `<models>/<version>`.
        expected_sha256: the version's hash as registered (`version_sha256` of its manifest).

    Raises:
        VerificationError: a file is missing or unreadable; an entry of the manifest is missing or out of range; manifest or
            text differ from what was registered; the trees read other features than the manifest lists.
    """
    manifest = _manifest(folder)
    if manifest.model_version != folder.name:
        raise VerificationError(
            f"the manifest is that of version {manifest.model_version}",
            expected=f"the manifest of version {folder.name}",
            where=str(folder / MANIFEST_FILE),
            remedy=_REMEDY,
        )
    # Over the bytes as they lie there: a manifest is canonical, so the registered hash is theirs.
    _require_hash(_hash(_read(folder / MANIFEST_FILE)), expected_sha256, folder / MANIFEST_FILE)
    text = _read(folder / MODEL_FILE)
    _require_hash(_hash(text), manifest.model_text_sha256, folder / MODEL_FILE)
    return verified_model(manifest, text.decode())
