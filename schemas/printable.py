"""Names that others chose, as text that is safe to show: in a log line, on a terminal, in a message."""

from __future__ import annotations

from collections.abc import Collection

LONGEST_NAME = 80
MOST_NAMES = 20


def visible(text: str) -> str:
    """The text with everything that cannot be seen written as its escape: it stays on its line and moves no cursor.

    Unseen are control and format characters (direction marks, zero width), odd spaces, surrogates and what has no meaning yet.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def short_name(text: str) -> str:
    """A name, visible and cut to LONGEST_NAME characters."""
    shown = visible(text[: LONGEST_NAME + 1])
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…"


def name_list(names: Collection[str]) -> str:
    """Names with commas between them; of many the first MOST_NAMES and how many follow."""
    shown = [short_name(name) for name in list(names)[:MOST_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
