"""Another process that holds the warehouse, for tests of waiting."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.settings import Settings


@contextmanager
def held(settings: Settings, *, by_us: bool) -> Iterator[int]:
    """Another process that holds the warehouse: one of ours, or another tool."""
    ours = """
        from pathlib import Path
        from tests.conftest import settings_of
        from warehouse.connection import open_warehouse
        from warehouse.holder import name_command
        name_command("loanwatch nightly")
        opened = open_warehouse(settings_of(Path({home!r})))
        opened.__enter__()
    """
    other = """
        import duckdb
        connection = duckdb.connect({warehouse!r})
    """
    code = textwrap.dedent(ours if by_us else other).format(home=str(settings.home), warehouse=str(settings.warehouse))
    code = f"import sys{code}\nsys.stdout.write('held\\n'); sys.stdout.flush(); sys.stdin.readline()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
    finally:
        process.communicate("done\n", timeout=600)
