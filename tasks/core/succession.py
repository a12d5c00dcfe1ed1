"""Who may approve, and who was champion before: pure rules about people and changes of champion."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from schemas.promotion import Promotion


def _plain_name(name: str) -> str:
    """A name without case, width, accent form, invisible characters and surplus space."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    visible = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split())


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are written. Names are not checked: this is no authentication."""
    return _plain_name(one) == _plain_name(other)


def champion_before(history: Sequence[Promotion]) -> str | None:
    """The version that a rollback makes champion: the one before the last change that was not undone; None if there is none.

    Changes are a stack: A, then B, then C; a rollback takes C away and B is champion, another one B, then none is left to undo.

    Args:
        history: every change of champion, oldest first.
    """
    champions: list[str] = []
    for change in history:
        if change.kind == "rollback":
            champions = champions[:-1]
        else:
            champions.append(change.model_version)
    return champions[-2] if len(champions) > 1 else None
