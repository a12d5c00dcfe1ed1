"""One piece is worked on while another is used."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import closing

import pytest

from tasks.ahead import made_ahead, one_ahead


def test_results_come_in_order_and_pieces_are_taken_in_the_callers_thread() -> None:
    takers: set[int] = set()

    def pieces() -> Iterator[int]:
        for number in range(5):
            takers.add(threading.get_ident())
            yield number

    assert list(one_ahead(lambda number: number * 10, pieces())) == [0, 10, 20, 30, 40]
    assert takers == {threading.get_ident()}


@pytest.mark.parametrize("n_pieces", [0, 1])
def test_few_pieces_are_worked_on_too(n_pieces: int) -> None:
    assert list(one_ahead(str, range(n_pieces))) == [str(number) for number in range(n_pieces)]


def test_the_next_piece_is_worked_on_while_the_last_result_is_used() -> None:
    begun = [threading.Event() for _ in range(3)]

    def work(number: int) -> int:
        begun[number].set()
        return number

    results = one_ahead(work, range(3))
    assert next(results) == 0
    assert begun[1].wait(5)
    assert list(results) == [1, 2]


def test_what_the_work_raises_comes_where_its_piece_is_due() -> None:
    results = one_ahead(lambda number: 1 // number, [1, 0, 2])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_a_caller_that_stops_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    results = one_ahead(str, range(10))
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def _numbers(n: int, makers: set[int] | None = None) -> Generator[int, None, None]:
    for number in range(n):
        if makers is not None:
            makers.add(threading.get_ident())
        yield number


@pytest.mark.parametrize("n_pieces", [0, 1, 5])
def test_pieces_made_ahead_come_in_order_from_another_thread(n_pieces: int) -> None:
    makers: set[int] = set()
    assert list(made_ahead(_numbers(n_pieces, makers))) == list(range(n_pieces))
    assert len(makers) == min(n_pieces, 1)
    assert threading.get_ident() not in makers


def test_the_next_piece_is_made_while_the_last_one_is_used_and_no_other() -> None:
    made = [threading.Event() for _ in range(3)]

    def pieces() -> Generator[int, None, None]:
        for number, event in enumerate(made):
            event.set()
            yield number

    with closing(made_ahead(pieces())) as ahead:
        assert next(ahead) == 0
        assert made[1].wait(5)
        assert not made[2].is_set()
        assert list(ahead) == [1, 2]


def test_what_making_raises_comes_where_its_piece_is_due() -> None:
    ahead = made_ahead(1 // number for number in (1, 0, 2))
    assert next(ahead) == 1
    with pytest.raises(ZeroDivisionError):
        next(ahead)


def test_a_caller_that_stops_closes_what_makes_the_pieces() -> None:
    closed = threading.Event()

    def pieces() -> Generator[int, None, None]:
        try:
            yield from _numbers(10)
        finally:
            closed.set()

    before = threading.active_count()
    with closing(made_ahead(pieces())) as ahead:
        next(ahead)
    assert closed.is_set()
    assert threading.active_count() == before
