"""Progress of long work: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

OnProgress = Callable[[int, int, str], None]

_LOG_EVERY_SECONDS = 10.0


@contextmanager
def progress_bar(what: str) -> Iterator[OnProgress]:
    """Gives a function to call with (done, of, detail)."""
    if sys.stderr.isatty():
        with _terminal_bar(what) as on_progress:
            yield on_progress
    else:
        yield _logging_progress(what)


@contextmanager
def _terminal_bar(what: str) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}"),
    ]
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None, detail="")
        yield lambda done, of, detail: progress.update(task, completed=done, total=of, detail=detail)


def _logging_progress(what: str) -> OnProgress:
    said_at = time.monotonic()

    def on_progress(done: int, of: int, detail: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= _LOG_EVERY_SECONDS:
            click.echo(f"{what}: {done} of {of} {detail}".rstrip(), err=True)
            said_at = time.monotonic()

    return on_progress
