"""Writes the generated documents: `python scripts/write_docs.py [FOLDER]`, by default into docs/."""

import sys
from pathlib import Path

from licences import render as render_licences

from reports.dictionary import render_dictionary
from schemas.features import feature_set
from schemas.policy import load_policy
from warehouse.dictionary import describe_warehouse


def main(folder: Path) -> None:
    """Writes docs/data-dictionary.md and docs/licences.md."""
    features = feature_set({}, load_policy(None).protected.columns).features
    text = render_dictionary(describe_warehouse(), features)
    (folder / "data-dictionary.md").write_text(text, encoding="utf-8")
    (folder / "licences.md").write_text(render_licences(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs")
