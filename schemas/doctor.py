"""What `loanwatch doctor` finds: one line per subject, and the exit code that they make together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]

#: Codes that say more than that something is wrong; a failure with any other code counts as 1.
TELLING_CODES = frozenset({4, 11, 12, 14, 15})


@dataclass(frozen=True)
class Diagnosis:
    """One subject: what was found, in counts and names, and what to do. `exit_code` is 0 unless it failed."""

    subject: str
    state: State
    found: str
    remedy: str = ""
    exit_code: int = 0


def well(subject: str, found: str) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(subject, "ok", found)


def warned(subject: str, found: str, remedy: str) -> Diagnosis:
    """The next night runs; somebody should look all the same."""
    return Diagnosis(subject, "warn", found, remedy)


def failed(subject: str, found: str, remedy: str, exit_code: int) -> Diagnosis:
    """The next night would not end well."""
    return Diagnosis(subject, "fail", found, remedy, exit_code if exit_code in TELLING_CODES else 1)


def exit_code_of(diagnoses: Iterable[Diagnosis]) -> int:
    """Of several the highest applies."""
    return max((diagnosis.exit_code for diagnosis in diagnoses), default=0)
