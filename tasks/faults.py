"""Keeps values out of what is told about a fault: the text of a library's error may quote the value that it stumbled over."""

from __future__ import annotations

import traceback
from contextlib import ContextDecorator
from pathlib import Path
from types import TracebackType

from schemas.errors import LoanwatchError
from schemas.extras import lacking_for

_ROOT = Path(__file__).resolve().parent.parent
_OURS = {"flows", "tasks", "warehouse", "reports", "schemas"}


def _place(stack: TracebackType | None) -> str:
    """The innermost line of our own."""
    place = ""
    for frame in traceback.extract_tb(stack):
        file = Path(frame.filename)
        if file.is_relative_to(_ROOT) and file.relative_to(_ROOT).parts[0] in _OURS:
            place = f"{file.relative_to(_ROOT)}, line {frame.lineno}"
    return place


def _is_harmless(error: BaseException) -> bool:
    """Our own errors and those of the operating system name no values; signals and Prefect's own are not ours to change."""
    return (
        isinstance(error, LoanwatchError | OSError)
        or not isinstance(error, Exception)
        or type(error).__module__.partition(".")[0] == "prefect"
    )


class values_withheld(ContextDecorator):  # noqa: N801  used as a decorator and in a with statement
    """Replaces any other error by one that names its type and place, with the stack it came by.

    Prefect writes the text of an exception into its database, its log and, whatever `persist_result` says, a file of its
    result storage (`handle_exception` of its flow engine), so the text has to be harmless before Prefect sees it.

    Raises:
        LoanwatchError: in place of a library's error.
        UsageError: in place of an import that an extra of the installation would have made possible.
    """

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None) -> None:
        if error is None or kind is None or _is_harmless(error):
            return
        if absent := lacking_for(error):
            raise absent.with_traceback(stack) from None
        fault = LoanwatchError(
            f"a fault of the program: {kind.__module__}.{kind.__qualname__} (its text is withheld: it may quote values)",
            where=_place(stack),
            remedy="look at the stack in the log; what was committed before is whole",
        )
        raise fault.with_traceback(stack) from None
