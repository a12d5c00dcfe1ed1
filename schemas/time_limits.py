"""How long a night and its parts may take, in seconds: what takes longer hangs, and is ended so that the operator hears of it.

One place, for docs/scale.md is planned within them.
"""

from __future__ import annotations

NIGHT_SECONDS = 6 * 3600
#: Taking in, scoring in one process, dealing out, one partition: each.
WORK_SECONDS = 3 * 3600
BACKUP_SECONDS = 3600
#: Checking the books and publishing: each.
CHECK_SECONDS = 1800
#: What is asked before the work and told after it.
ASK_SECONDS = 300
