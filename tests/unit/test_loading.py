"""Loading without looking for garbage."""

from __future__ import annotations

import gc

import pytest

from flows.loading import loading


def test_garbage_is_looked_for_again_afterwards_and_what_was_loaded_counts_as_permanent() -> None:
    try:
        with loading():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_a_failed_import_leaves_python_as_it_was() -> None:
    try:
        with pytest.raises(ImportError), loading():
            raise ImportError
        assert gc.isenabled()
        gc.disable()
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
