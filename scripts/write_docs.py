"""Writes the generated documents: `python scripts/write_docs.py [FOLDER]`, by default into docs/."""

import sys
from pathlib import Path

from licences import render as render_licences

from reports.dictionary import render_dictionary
from reports.parameters import with_parameters
from schemas.features import feature_set
from schemas.parameters import RetrainParameters
from schemas.policy import load_policy
from warehouse.dictionary import describe_warehouse

DOCS = Path(__file__).parent.parent / "docs"


def main(folder: Path) -> None:
    """Writes data-dictionary.md, licences.md, and retraining.md with its table of parameters."""
    features = feature_set({}, load_policy(None).protected.columns).features
    text = render_dictionary(describe_warehouse(), features)
    (folder / "data-dictionary.md").write_text(text, encoding="utf-8")
    page = (DOCS / "retraining.md").read_text(encoding="utf-8")
    (folder / "retraining.md").write_text(with_parameters(page, RetrainParameters), encoding="utf-8")
    (folder / "licences.md").write_text(render_licences(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
