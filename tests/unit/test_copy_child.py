"""The copy of a warehouse, byte for byte."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from schemas.errors import ResourceError, VerificationError
from warehouse.copy_child import DIFFERENT, WRITTEN, DifferentError, copy_file
from warehouse.file_copy import copy_apart, copying_apart


def test_a_copy_is_told_by_the_hash_of_what_was_written(tmp_path: Path) -> None:
    content = os.urandom((4 << 20) + 5)
    (tmp_path / "source").write_bytes(content)
    assert copy_file(str(tmp_path / "source"), str(tmp_path / "target")) == hashlib.sha256(content).hexdigest()
    assert (tmp_path / "target").read_bytes() == content


def test_a_copy_that_reads_back_otherwise_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").write_bytes(b"what was decided")
    monkeypatch.setattr("os.fsync", lambda descriptor: os.pwrite(descriptor, b"W", 0))
    with pytest.raises(DifferentError):
        copy_file(str(tmp_path / "source"), str(tmp_path / "target"))


def test_a_disk_that_gives_other_bytes_back_is_no_want_of_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"import sys; sys.exit({DIFFERENT})")
    monkeypatch.setattr("warehouse.file_copy._CHILD", child)
    with pytest.raises(VerificationError, match="read back differs") as told:
        copy_apart(tmp_path / "source", tmp_path / "target")
    assert "check the disk" in told.value.remedy


def test_all_is_there_to_be_read_while_it_goes_to_disk(tmp_path: Path) -> None:
    content = os.urandom((4 << 20) + 5)
    (tmp_path / "source").write_bytes(content)
    with copying_apart(tmp_path / "source", tmp_path / "target") as flushed:
        assert (tmp_path / "target").read_bytes() == content
        assert flushed() == hashlib.sha256(content).hexdigest()


def test_what_differs_when_it_is_read_back_is_told_after_all_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"import sys; sys.stdout.write({WRITTEN!r}); sys.exit({DIFFERENT})")
    monkeypatch.setattr("warehouse.file_copy._CHILD", child)
    with copying_apart(tmp_path / "source", tmp_path / "target") as flushed, pytest.raises(VerificationError):
        flushed()


def test_a_copy_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="No such file or directory"), copying_apart(tmp_path / "none", tmp_path / "target"):
        pytest.fail("nothing was written")


def test_of_a_fault_with_many_lines_the_last_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text("raise MemoryError('no room')")
    monkeypatch.setattr("warehouse.file_copy._CHILD", child)
    with pytest.raises(ResourceError, match="cannot be written: MemoryError: no room"):
        copy_apart(tmp_path / "source", tmp_path / "target")


def test_who_leaves_early_ends_the_copying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"import sys, time; sys.stdout.write({WRITTEN!r}); sys.stdout.flush(); time.sleep(600)")
    monkeypatch.setattr("warehouse.file_copy._CHILD", child)
    with pytest.raises(KeyError), copying_apart(tmp_path / "source", tmp_path / "target"):
        raise KeyError
