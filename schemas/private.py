"""Who may read what a home holds: the account that runs Loanwatch, and nobody else unless a setting says so."""

from __future__ import annotations

import os

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
GROUP_READABLE_FILE = 0o640

_OTHERS = 0o077


def keep_private() -> None:
    """From here on this process and its children create files as 0600 and folders as 0700, whatever the shell says."""
    os.umask(_OTHERS)
