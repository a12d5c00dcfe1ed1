"""A night leaves nothing that runs when it is read: no pickle in the home, none among Prefect's results."""

from __future__ import annotations

import pickletools
from pathlib import Path

import pytest

from schemas.settings import Settings
from tests.flows.nights import run_night


def _is_pickle(path: Path) -> bool:
    content = path.read_bytes()
    if not content.endswith(b"."):  # its last operation
        return False
    try:
        return sum(1 for _ in pickletools.genops(content)) > 1
    except (ValueError, IndexError, UnicodeDecodeError):
        return False


def test_a_pickle_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x80\x04K\x01.")
    (tmp_path / "b").write_bytes(b"I1\n.")
    (tmp_path / "c").write_text('{"a": 1}')
    assert [_is_pickle(tmp_path / name) for name in "abc"] == [True, True, False]


@pytest.mark.usefixtures("small_home", "prefect_server")
def test_a_night_leaves_no_pickle(settings: Settings) -> None:
    from prefect.settings import get_current_settings

    run_night()
    files = [path for place in (settings.home, get_current_settings().home) for path in place.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [str(path) for path in files if _is_pickle(path) or path.suffix in {".pkl", ".pickle", ".joblib"}] == []
