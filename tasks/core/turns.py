"""Which of LightGBM's predictions may run at the same time in one process.

LightGBM keeps the number of threads of a prediction for the whole process, makes room for so many, and asks for the number again
when it starts them: a call in between that sets another number makes it write outside that room (with 4.7.0 the process ends by a
signal). And before contributions it works out the depth of every tree anew, in the booster that all calls share.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Any number at once of those who run together, or one of those who run alone."""

    def __init__(self) -> None:
        """Nobody is at work."""
        self._changed = Condition()
        self._n_together = 0
        self._is_alone = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """For predictions on one thread each: waits for whom runs alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_alone)
            self._n_together += 1
        try:
            yield
        finally:
            with self._changed:
                self._n_together -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For everything else: waits until nobody is at work. Not to be entered by whom has a turn already."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_alone and self._n_together == 0)
            self._is_alone = True
        try:
            yield
        finally:
            with self._changed:
                self._is_alone = False
                self._changed.notify_all()


#: Those of this process.
PREDICTIONS = Turns()
