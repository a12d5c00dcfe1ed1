"""Reading a TOML file that somebody else may have written: bounded, and whatever is wrong with it is one kind of error."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from schemas.printable import visible

#: The shipped policy has 10 kB.
MAX_TOML_BYTES = 2**20


class UnreadableTomlError(Exception):
    """Says in one line why a file is no TOML file."""


def _bytes_of(file: Path) -> bytes:
    """The file's bytes; a pipe or a device is not waited for."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableTomlError("it is no regular file")
        content = stream.read(MAX_TOML_BYTES + 1)
    if len(content) > MAX_TOML_BYTES:
        raise UnreadableTomlError(f"it is larger than {MAX_TOML_BYTES} bytes")
    return content


def parse_toml(text: str) -> dict[str, Any]:
    """The mapping that a text holds. Raises UnreadableTomlError, also for brackets without end and numbers without end."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableTomlError(visible(f"TOMLDecodeError: {error}")) from None
    except RecursionError:
        raise UnreadableTomlError("its brackets are nested too deep") from None
    except ValueError:
        raise UnreadableTomlError("a number in it has too many digits") from None


def read_toml(file: Path) -> dict[str, Any]:
    """The mapping that a file holds. Raises UnreadableTomlError for whatever is wrong with it, a missing file too."""
    try:
        return parse_toml(_bytes_of(file).decode("utf-8"))
    except UnicodeDecodeError:
        raise UnreadableTomlError("UnicodeDecodeError: it is not UTF-8") from None
    except OSError as error:
        raise UnreadableTomlError(f"{type(error).__name__}: {error.strerror}") from None
