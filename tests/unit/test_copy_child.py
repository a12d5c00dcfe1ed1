"""The copy of a warehouse, byte for byte."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from schemas.errors import VerificationError
from warehouse.copy_child import DIFFERENT, DifferentError, copy_file
from warehouse.file_copy import copy_apart


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
