"""What a long run keeps of the memory that its threads have freed."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.loading import share_arenas

_THREADS_THAT_ALLOCATE = """
import ctypes, sys, threading
from flows.loading import share_arenas
if sys.argv[2] == "shared":
    share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
together = threading.Barrier(6)
def allocate():
    together.wait()
    for _ in range(200):
        libc.malloc(ctypes.c_size_t(1000))
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def _n_arenas(folder: Path, how: str) -> int:
    report = folder / f"{how}.xml"
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    subprocess.run([sys.executable, "-c", _THREADS_THAT_ALLOCATE, str(report), how], check=True, env=environment)
    return report.read_text(encoding="ascii").count("<heap nr=")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library is not glibc")
def test_threads_share_two_arenas(tmp_path: Path) -> None:
    assert _n_arenas(tmp_path, "shared") <= 2 < _n_arenas(tmp_path, "apart")


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.loading.ctypes.CDLL", lambda _: SimpleNamespace())
    share_arenas()
