"""A small share of `make faults`: killed at named boundaries and at random instants, a home ends as if nothing had happened."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.faults.kill_state import State


def test_a_home_that_was_killed_and_run_again_is_the_same(champion_home: Path, project: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.kill_harness", "--kills", "6", "--cli", "0", "--seed", "7"]
    command += ["--champion-home", str(champion_home), "--only", "night", "backup"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"6 kills in \d+ homes: lost = 0, doubled = 0, differing = 0", done.stdout)


def test_the_comparison_finds_what_is_lost_doubled_or_different() -> None:
    whole = State({"a": "1"}, ["decision 1", "decision 2"], {"1": ["t"]}, [], "")
    assert whole.against(whole) == (0, 0, [])
    assert State({"a": "1"}, ["decision 1"], {}, [], "").against(whole) == (2, 0, ["sent"])
    assert State({"a": "2"}, ["decision 1", *whole.keys], {"1": ["t", "u"]}, [], "").against(whole) == (0, 2, ["a", "sent"])
    assert State({"a": "1"}, whole.keys, whole.sent, ["b7"], "").against(whole) == (0, 0, ["b7"])
