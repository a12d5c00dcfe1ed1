"""What processes below a measured one hold."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from benchmarks.children import held_below, most_held_below

#: Holds 64 MB in a child of the process that is watched.
_NESTED = """
import subprocess, sys
child = "held = bytearray(b'x') * (64 * 2**20); print('ready', flush=True); input()"
subprocess.run([sys.executable, "-c", child])
"""


def test_memory_is_that_of_children_and_theirs_and_not_of_others() -> None:
    with subprocess.Popen([sys.executable, "-c", _NESTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with most_held_below(process.pid) as found:
            deadline = time.monotonic() + 30
            while not found.mb and time.monotonic() < deadline:
                time.sleep(0.05)
        assert 64 < held_below(process.pid) < 200
        assert 64 < found.mb < 200
        assert held_below(os.getpid()) > held_below(process.pid)
        process.communicate("\n")
    assert held_below(process.pid) == 0
