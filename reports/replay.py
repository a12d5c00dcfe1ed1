"""`loanwatch replay` as text: identical, or exactly what differs."""

from __future__ import annotations

from schemas.replay import ReplayReport

_SHOWN = 20


def _engines(report: ReplayReport) -> str:
    others = sorted(report.engines - {report.engine})
    told = f"; of the stored reasons some were computed by {', '.join(others)}" if others else ""
    return f"  recomputed by {report.engine}{told}\n"


def render_replay(application_id: int, report: ReplayReport) -> str:
    """One decision: what it was made with, and every difference with both values."""
    if report.n_erased:
        return f"Application {application_id}: erased. What it was decided on is gone, so it cannot be computed again.\n"
    ((version, policy_sha256),), (batch_id,) = report.sources, report.batches
    verdict = "different" if report.differences else "identical"
    made = f"  model {version}, policy {policy_sha256[:12]}\n" + _engines(report)
    lines = [f"  {item.what}: stored {item.stored}, recomputed {item.recomputed}\n" for item in report.differences]
    what = "" if lines else "  features' hash, PD, points, decision, what decided, reasons and quality are as stored\n"
    return f"Application {application_id}, delivery {batch_id}: {verdict}\n" + what + "".join(lines) + made


def render_replays(report: ReplayReport) -> str:
    """Many decisions: how many came out the same, and the keys of those that did not; never an applicant's values."""
    text = (
        f"{report.n_replayed:,} decisions replayed: {report.n_identical:,} identical, {report.n_differing:,} different"
        + (f"; {report.n_erased:,} erased, not replayed" if report.n_erased else "")
        + f"\n  {len(report.batches):,} deliveries, {len({version for version, _ in report.sources}):,} models, "
        f"{len({sha256 for _, sha256 in report.sources}):,} policies\n" + _engines(report)
    )
    found: dict[tuple[int, int], list[str]] = {}
    for item in report.differences:
        found.setdefault((item.application_id, item.batch_id), []).append(item.what)
    for (application_id, batch_id), names in sorted(found.items())[:_SHOWN]:
        text += f"  application {application_id}, delivery {batch_id}: {', '.join(names)}\n"
    more = len(found) - _SHOWN
    return text + (f"  and {more:,} more\n" if more > 0 else "")
