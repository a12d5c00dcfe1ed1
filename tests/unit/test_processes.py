"""Children end with what they have started, also where that hides in a session of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.processes import Child, _parents_from_proc, _parents_from_ps, descendants, end_descendants

#: Starts a grandchild in another session that ignores SIGTERM, as a careless program might.
_STUBBORN = """
import signal, subprocess, sys, time
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
time.sleep(60)
"""


def _wait_for(path: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in path.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_descendants_are_found_across_sessions_and_killed_if_they_will_not_end(tmp_path: Path) -> None:
    others = descendants(os.getpid())
    child = Child("stubborn", [sys.executable, "-c", _STUBBORN], dict(os.environ), tmp_path, tmp_path)
    _wait_for(child.log, "up")
    below = descendants(child.pid)
    assert len(below) == 1
    assert below[0] in descendants(os.getpid())
    assert end_descendants(child.pid, seconds=0.3) == 1
    assert child.stop(seconds=5)
    assert set(descendants(os.getpid())) <= set(others)


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = Child("deaf", [sys.executable, "-c", code], dict(os.environ), tmp_path, tmp_path)
    _wait_for(child.log, "up")
    assert not child.stop(seconds=0.3)
    assert child.exit_code == -9


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here to compare ps with")
def test_ps_and_proc_tell_the_same_family(tmp_path: Path) -> None:
    if subprocess.run(["sh", "-c", "command -v ps"], capture_output=True, check=False).returncode:
        pytest.skip("ps is not installed here; /proc is used")
    child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ), tmp_path, tmp_path)
    try:
        assert _parents_from_ps()[child.pid] == _parents_from_proc()[child.pid] == os.getpid()
    finally:
        child.stop(seconds=5)
