"""Column names that look like one of ours and are another: left aside unseen, they would leave the real column empty."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

#: Cyrillic and Greek capitals that are drawn like Latin ones, by their names, so that this file has none of them in it.
_DRAWN_ALIKE = {
    "CYRILLIC CAPITAL LETTER": {
        "A": "A", "VE": "B", "IE": "E", "KA": "K", "EM": "M", "EN": "H", "O": "O", "ER": "P", "ES": "C", "TE": "T", "HA": "X",
        "U": "Y", "DZE": "S", "BYELORUSSIAN-UKRAINIAN I": "I", "JE": "J",
    },
    "GREEK CAPITAL LETTER": {
        "ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I", "KAPPA": "K", "MU": "M", "NU": "N",
        "OMICRON": "O", "RHO": "P", "TAU": "T", "UPSILON": "Y", "CHI": "X",
    },
}  # fmt: skip
_LATIN = str.maketrans(
    {unicodedata.lookup(f"{kind} {name}"): latin for kind, names in _DRAWN_ALIKE.items() for name, latin in names.items()}
)


def skeleton(name: str) -> str:
    """What a reader sees: compatible forms unified, capitals of other alphabets as Latin, case, spaces and the unseen dropped."""
    seen = unicodedata.normalize("NFKC", name).upper().translate(_LATIN)
    return "".join(sign for sign in seen if sign.isalnum() or sign == "_")


def lookalikes(names: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Delivered names that are none of `known` but look like one that was not delivered: name -> the one it looks like."""
    delivered = list(names)
    absent = {skeleton(name): name for name in known if name not in delivered}
    strange = (name for name in delivered if name not in known)
    return {name: absent[skeleton(name)] for name in strange if skeleton(name) in absent}
