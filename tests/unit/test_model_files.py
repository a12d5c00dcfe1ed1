from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.errors import VerificationError
from schemas.manifest import MANIFEST_FILE, MODEL_FILE, version_sha256
from tasks.model_files import read_model, write_model
from tests.model_rows import fitted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "models", fitted().manifest, fitted().text)


def _sha256() -> str:
    return version_sha256(fitted().manifest)


def _refused(folder: Path) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        read_model(folder, _sha256())
    assert caught.value.exit_code == 14
    assert caught.value.expected
    assert caught.value.where
    assert caught.value.remedy
    assert caught.value.found.isprintable()
    return caught.value


def test_a_model_comes_back_as_it_was_written(folder: Path) -> None:
    model = read_model(folder, _sha256())
    assert model.manifest == fitted().manifest
    assert sorted(file.name for file in folder.iterdir()) == [MANIFEST_FILE, MODEL_FILE]


def test_writing_twice_changes_nothing_and_leaves_nothing_beside(folder: Path) -> None:
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}
    (folder.parent / f".{folder.name}.partial").mkdir()
    write_model(folder.parent, fitted().manifest, fitted().text)
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()} == before


def test_a_version_is_never_overwritten_with_another_content(folder: Path) -> None:
    other = fitted().manifest.model_copy(update={"threshold": 0.5})
    with pytest.raises(VerificationError):
        write_model(folder.parent, other, fitted().text)
    assert read_model(folder, _sha256()).manifest.threshold == fitted().manifest.threshold


def test_a_text_that_is_not_the_manifests_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(VerificationError):
        write_model(tmp_path, fitted().manifest, fitted().text + " ")
    assert list(tmp_path.iterdir()) == []


def _edit(change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        content = json.loads((folder / MANIFEST_FILE).read_text())
        change(content)
        (folder / MANIFEST_FILE).write_text(json.dumps(content, sort_keys=True, indent=1) + "\n")

    return edit


def _edit_leaf(folder: Path) -> None:
    (folder / MODEL_FILE).write_text(fitted().text.replace("leaf_value=", "leaf_value=1", 1))


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_edit(lambda content: content.update(threshold=0.5)), id="threshold edited"),
        pytest.param(_edit(lambda content: content.pop("threshold")), id="threshold missing"),
        pytest.param(_edit(lambda content: content.update(threshold=1.5)), id="threshold no probability"),
        pytest.param(_edit(lambda content: content.update(format=2)), id="another format"),
        pytest.param(_edit(lambda content: content["inputs"].pop()), id="an input fewer"),  # type: ignore[attr-defined]
        pytest.param(_edit(lambda content: content["inputs"].reverse()), id="inputs reordered"),  # type: ignore[attr-defined]
        pytest.param(_edit(lambda content: content.update(model_version="another")), id="another version"),
        pytest.param(lambda folder: (folder / MANIFEST_FILE).unlink(), id="no manifest"),
        pytest.param(lambda folder: (folder / MODEL_FILE).unlink(), id="no trees"),
        pytest.param(lambda folder: (folder / MANIFEST_FILE).write_text("{"), id="manifest no JSON"),
        pytest.param(lambda folder: (folder / MANIFEST_FILE).write_bytes(b"\xff\xfe"), id="manifest no text"),
        pytest.param(lambda folder: (folder / MODEL_FILE).write_text(fitted().text[:-1]), id="trees cut short"),
        pytest.param(_edit_leaf, id="a leaf edited"),
        pytest.param(lambda folder: (folder / MANIFEST_FILE).write_text('{"a":' * 100_000), id="manifest nested without end"),
        pytest.param(lambda folder: _pipe(folder / MODEL_FILE), id="a pipe for trees"),
        pytest.param(lambda folder: _pipe(folder / MANIFEST_FILE), id="a pipe for a manifest"),
        pytest.param(_edit(lambda content: content.update(threshold=True)), id="threshold a truth"),
        pytest.param(_edit(lambda content: content.update({"\x1b[31m": 1})), id="an entry that nobody knows"),
        pytest.param(
            lambda folder: (folder / MANIFEST_FILE).write_text((folder / MANIFEST_FILE).read_text() + "\n"), id="a line added"
        ),
    ],
)  # fmt: skip
def test_a_changed_model_cannot_score(folder: Path, damage: Callable[[Path], object]) -> None:
    damage(folder)
    _refused(folder)


def test_a_model_that_was_not_registered_cannot_score(folder: Path) -> None:
    with pytest.raises(VerificationError, match="was changed"):
        read_model(folder, "0" * 64)


def test_a_folder_that_is_not_there_cannot_score(tmp_path: Path) -> None:
    _refused(tmp_path / "m-2026-02-01-01")
