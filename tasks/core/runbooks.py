"""What to check first, by kind of alert: the text that goes out with it and stands in docs/alerts.md."""

from __future__ import annotations

from schemas.alerting import DEAD_MAN, REFUSED

#: by kind of alert
RUNBOOKS = {
    "feature": (
        "Check the source before the people: was a unit, a sign, a default or a code list changed? Compare the bins "
        "(marts.drift_bins) and the quarantine of the night. If the applicants did change, look at the score's own drift "
        "and at the approval rate, and consider retraining."
    ),
    "score": (
        "Look at which inputs drift (marts.drift, kind feature, missing and unseen, sorted by PSI). One input: treat it "
        "as a fault of its source. Many: the population changed; compare approval rate and mean PD with the reference and "
        "consider retraining. None: check that champion and policy are those expected (marts.models)."
    ),
    "decision": (
        "Compare the mix with the reference (marts.drift_bins), then the policy in force and the threshold of the "
        "champion. More reviews than usual: look for absent history tables (marts.application_quality, missing_tables)."
    ),
    "missing": (
        "Ask the source whether the field or the table behind it failed. If a history table did not arrive, its features "
        "are empty for everyone and the decisions went to review: have it delivered again for that day."
    ),
    "unseen": (
        "A level that the model never saw is scored as unknown. Ask the source for the change of its code list; map the "
        "new level or retrain on data that holds it."
    ),
    "volume": (
        "Compare with the same weekday of past weeks (marts.batches). Too few: is a file cut off or a branch missing? Too "
        "many: was a day delivered twice under another date, or a campaign started?"
    ),
    "rate": (
        "See whether the share moved with the mix of applicants (kind feature) or by itself. By itself: check policy, "
        "threshold and champion of the night, and the rules that the quarantined rows broke (marts.quarantine)."
    ),
    "freshness": (
        "See which delivery is the newest (marts.freshness, marts.batches), whether folders stand in landing/ without "
        "_READY, and whether the source still delivers."
    ),
    REFUSED: (
        "Read why (marts.batches, refused_because) and which rules the rows broke (marts.quarantine). Have the day "
        "corrected and delivered again into the same folder; the next night takes it in. Nobody of that day has a "
        "decision until then."
    ),
    DEAD_MAN: (
        "See whether server and worker run (loanwatch up, the Prefect page), how the last run ended (loanwatch status), "
        "whether the warehouse is held by another process and whether there is space. Then run it: loanwatch nightly. "
        "Nobody who applied since has a decision."
    ),
}

_OTHER = "Look the subject up in marts.drift and compare it with the nights before."


def runbook_of(kind: str) -> str:
    """What to check first for that kind of alert."""
    return RUNBOOKS.get(kind, _OTHER)
