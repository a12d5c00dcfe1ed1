"""`loanwatch doctor` as text or JSON: one line per subject, what to do below it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from schemas.doctor import Diagnosis, exit_code_of


def render_diagnoses(diagnoses: Sequence[Diagnosis], form: str) -> str:
    """All lines, and a last one that sums them up. `form` is text or json."""
    return _json(diagnoses) if form == "json" else _text(diagnoses)


def _json(diagnoses: Sequence[Diagnosis]) -> str:
    content = {"exit_code": exit_code_of(diagnoses), "diagnoses": [asdict(diagnosis) for diagnosis in diagnoses]}
    return json.dumps(content, indent=1) + "\n"


def _text(diagnoses: Sequence[Diagnosis]) -> str:
    lines = []
    for diagnosis in diagnoses:
        lines.append(f"{diagnosis.state:<5} {diagnosis.subject:<12} {diagnosis.found}")
        if diagnosis.state != "ok":
            lines.append(f"{'':<18} do next: {diagnosis.remedy}")
    n_failed, n_warned = (sum(diagnosis.state == state for diagnosis in diagnoses) for state in ("fail", "warn"))
    sums = f"{n_failed} failed, {n_warned} to look at" if n_failed or n_warned else "all is well"
    return "\n".join([*lines, sums]) + "\n"
