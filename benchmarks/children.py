"""Memory of the processes that a measured one starts, which its own peak does not count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_EVERY_SECONDS = 0.5
_PROC = Path("/proc")


class MostHeld:
    """`mb`: the most that all processes below one held together at a moment (resident, shared pages once for each)."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.mb = 0.0


@contextmanager
def most_held_below(pid: int) -> Iterator[MostHeld]:
    """Looks twice a second while the block lasts."""
    found, ended = MostHeld(), Event()

    def look() -> None:
        while not ended.wait(_EVERY_SECONDS):
            found.mb = max(found.mb, held_below(pid))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def held_below(pid: int) -> float:
    """MB (2^20 bytes) that all processes below one hold now; without itself."""
    held: dict[int, float] = {}
    children: defaultdict[int, list[int]] = defaultdict(list)
    for folder in _PROC.glob("[0-9]*"):
        try:
            words = dict(line.split(":", 1) for line in (folder / "status").read_text(encoding="utf-8").splitlines())
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        children[int(words["PPid"])].append(int(folder.name))
        held[int(folder.name)] = int(words.get("VmRSS", "0 kB").split()[0]) / 1024
    below, left = [], [pid]
    while left:
        own = children[left.pop()]
        below += own
        left += own
    return sum(held[one] for one in below)
