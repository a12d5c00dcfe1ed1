"""One error tree. Every error carries an exit code of the command line and says what was expected and what to do.

Messages hold counts, names and keys, never an applicant's values.
"""

from __future__ import annotations

from typing import Literal

#: Why a delivery as a whole is refused.
RefusalCode = Literal[
    "not_a_regular_file",
    "two_files_for_table",
    "too_many_versions",
    "empty_file",
    "unreadable_file",
    "wrong_delimiter",
    "missing_column",
    "duplicate_column",
    "nested_column",
    "wrong_type",
    "lookalike_column",
    "too_many_columns",
    "unpacks_too_large",
    "too_many_bad_rows",
]


class LoanwatchError(Exception):
    """Base of every error that a user can meet.

    Args:
        found: what was found instead (counts, names, keys; never an applicant's values).
        expected: what was expected.
        where: the file, table or setting.
        remedy: what to do next.
    """

    exit_code = 1

    def __init__(self, found: str, *, expected: str = "", where: str = "", remedy: str = "") -> None:
        self.found, self.expected, self.where, self.remedy = found, expected, where, remedy
        lines = [found]
        lines += [f"{label}: {text}" for label, text in self._details() if text]
        super().__init__("\n".join(lines))

    def _details(self) -> list[tuple[str, str]]:
        return [("  expected", self.expected), ("  where", self.where), ("  do next", self.remedy)]


class UsageError(LoanwatchError):
    """The command cannot mean anything sensible here."""

    exit_code = 2


class GateRefusedError(LoanwatchError):
    """A gate or an approver stands against a change of champion; nothing was changed."""

    exit_code = 5


class ApproverRefusedError(GateRefusedError):
    """The person who approves is the one who asked."""


class AuditDiffersError(LoanwatchError):
    """A replay or the audit differs from what is stored."""

    exit_code = 4


class DeliveryRefusedError(LoanwatchError):
    """A delivery as a whole cannot be taken in. `code` is kept in the ledger, in front of what was found."""

    exit_code = 10

    def __init__(self, code: RefusalCode, found: str, *, expected: str = "", where: str = "", remedy: str = "") -> None:
        self.code = code
        super().__init__(found, expected=expected, where=where, remedy=remedy)


class NoChampionError(LoanwatchError):
    """No model is in force on the business date."""

    exit_code = 11


class WarehouseBusyError(LoanwatchError):
    """Another process holds the warehouse file."""

    exit_code = 12


class SourceUnreachableError(LoanwatchError):
    """A source of deliveries cannot be reached."""

    exit_code = 13


class VerificationError(LoanwatchError):
    """A model, a policy or a migration is not the one that was registered."""

    exit_code = 14


class ResourceError(LoanwatchError):
    """No space, or no permission."""

    exit_code = 15


class CheckFailedError(LoanwatchError):
    """A check of the warehouse found rows that must not exist."""

    exit_code = 1


class WarehouseError(LoanwatchError):
    """The database refused a statement: a fault of the program."""

    exit_code = 1
