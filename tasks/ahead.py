"""Two steps of a chain side by side: while one piece is being written, the next is worked on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from contextvars import copy_context
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_AGAIN_SECONDS = 0.1


def one_ahead(work: Callable[[Given], Made], pieces: Iterable[Given]) -> Iterator[Made]:
    """What `work` makes of each piece, in order. A thread works on the next piece while the caller uses the last one.

    Pieces are taken in the caller's thread, so that a connection to the warehouse stays with one thread; `work` does without.
    What `work` raises is raised where its piece is due, what taking a piece raises one result earlier; a caller that stops early
    waits for the piece in work.
    """
    with ThreadPoolExecutor(1) as thread:
        due: Future[Made] | None = None
        for piece in pieces:
            begun = thread.submit(copy_context().run, work, piece)
            if due is not None:
                yield due.result()
            due = begun
        if due is not None:
            yield due.result()


def made_ahead(pieces: Generator[Made, None, None], stop: Callable[[], None] = lambda: None) -> Generator[Made, None, None]:
    """The pieces in order. A thread makes the next one while the caller uses the last one.

    All are made in that thread. What making raises is raised where its piece is due; a caller that stops early (`closing`)
    waits for the piece in work, and then the pieces are closed. `stop` cuts that short: it is called until the thread is free,
    for a statement does not hear what was called before it began.
    """
    with closing(pieces), ThreadPoolExecutor(1) as thread:
        due: Future[tuple[Made] | None] | None = None
        try:
            due = thread.submit(copy_context().run, _next_of, pieces)
            while piece := due.result():
                due = thread.submit(copy_context().run, _next_of, pieces)
                yield piece[0]
                del piece  # before the next one is waited for
        finally:
            while due is not None and not due.done():
                stop()
                wait([due], timeout=_AGAIN_SECONDS)


def _next_of(pieces: Generator[Made, None, None]) -> tuple[Made] | None:
    for piece in pieces:
        return (piece,)
    return None
