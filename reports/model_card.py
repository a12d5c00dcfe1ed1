"""The model card of a version, for a reader who validates models: one page, and the same words as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.card_blocks import (
    Block,
    Code,
    Section,
    Text,
    VerdictLine,
    markdown_text,
    page_sections,
    section_html,
    section_markdown,
)
from reports.card_performance import (
    VERDICTS,
    calibration_section,
    candidates_section,
    comparison_section,
    comparison_tables,
    fairness_section,
    performance_section,
    threshold_section,
)
from reports.card_sections import (
    data_section,
    features_section,
    limits_section,
    purpose_section,
    reproduction_section,
    search_section,
    summary_blocks,
)
from reports.figures import svg_document
from reports.files import write_document
from reports.html import Markup, document, element
from reports.model_figures import model_figures
from schemas.gate import GateResult
from schemas.manifest import ModelManifest
from schemas.training_record import TrainingRecord

#: Names within the folder of a version.
CARD_PAGE = "card.html"
CARD_MARKDOWN = "card.md"
FIGURE_FOLDER = "figures"


def _sections(record: TrainingRecord, manifest: ModelManifest, gate: GateResult | None, former: str | None) -> list[Section]:
    return [
        Section("In short", summary_blocks(record, gate)),
        purpose_section(),
        data_section(record, manifest),
        features_section(record),
        search_section(record),
        candidates_section(record),
        performance_section(record),
        calibration_section(record),
        threshold_section(record),
        fairness_section(record.fairness),
        comparison_section(gate, former),
        limits_section(record),
        reproduction_section(record, manifest),
    ]


def _title(record: TrainingRecord) -> str:
    return f"Model card {record.model_version}"


def model_card_html(
    record: TrainingRecord,
    manifest: ModelManifest,
    gate: GateResult | None = None,
    former: str | None = None,
    figures: Mapping[str, Markup] | None = None,
) -> str:
    """The card as a page that loads nothing and runs nothing; the same content gives the same bytes.

    Args:
        record: the training of the version.
        manifest: the manifest of the same version.
        gate: its comparison with the champion, if one was made.
        former: the champion when it was registered; None for the first model of a home.
        figures: `model_figures(record)`, where the caller has them already.
    """
    drawn = model_figures(record) if figures is None else figures
    first, *rest = _sections(record, manifest, gate, former)
    lead = section_html(Section("", first.blocks), drawn)
    title = _title(record)
    return document(title, element("h1", title), lead, page_sections(rest, drawn))


def model_card_markdown(
    record: TrainingRecord, manifest: ModelManifest, gate: GateResult | None = None, former: str | None = None
) -> str:
    """The same words as Markdown beside a folder of figures. Arguments as for `model_card_html`."""
    parts = [f"# {markdown_text(_title(record))}"]
    parts += [section_markdown(section, FIGURE_FOLDER) for section in _sections(record, manifest, gate, former)]
    return "\n\n".join(parts) + "\n"


def write_model_card(
    folder: Path, record: TrainingRecord, manifest: ModelManifest, gate: GateResult | None = None, former: str | None = None
) -> Path:
    """Writes page, Markdown and figures into the version's folder and returns the page's path; what was there is replaced."""
    figures = model_figures(record)
    for name, figure in figures.items():
        write_document(folder / FIGURE_FOLDER / f"{name}.svg", svg_document(figure))
    write_document(folder / CARD_MARKDOWN, model_card_markdown(record, manifest, gate, former))
    return write_document(folder / CARD_PAGE, model_card_html(record, manifest, gate, former, figures))


def model_comparison_markdown(record: TrainingRecord, gate: GateResult | None) -> str:
    """Challenger against champion in short, for the one who has to approve or reject it.

    Args:
        record: the challenger's training.
        gate: its comparison with the champion; None for the first model of a home.
    """
    section = Section(
        f"Challenger {record.model_version}", [*_asked_for(record), *_compared(gate), *_how_to_decide(record, gate)]
    )
    return section_markdown(section, FIGURE_FOLDER, level=1) + "\n"


def _asked_for(record: TrainingRecord) -> list[Block]:
    words = (
        f"Asked for by {record.requested_by}: {record.reason}",
        f"Fitted on {record.n_rows:,} applications received from {record.received_from} to {record.received_to}; "
        f"{record.n_holdout:,} held out.",
    )
    return [Text(line) for line in words]


def _compared(gate: GateResult | None) -> Sequence[Block]:
    if gate is None:
        return [Text("There is no champion: it becomes the first one at once.")]
    failed = [item.rule.replace("_", " ") for item in gate.comparison.findings if item.verdict == "fail"]
    because = f"; what failed: {', '.join(failed)}" if failed else ""
    rows = f"{gate.comparison.n_rows:,} applications that neither was fitted on"
    words = f"against champion {gate.champion_version} on {rows}{because}."
    return [VerdictLine(VERDICTS[gate.verdict], words), *comparison_tables(gate.comparison)]


def _how_to_decide(record: TrainingRecord, gate: GateResult | None) -> list[Block]:
    if gate is None:
        return []
    if gate.verdict != "pass":
        return [Text("It cannot be approved as it stands: mend what failed and train again, or leave the champion where it is.")]
    return [
        Text(
            "The approver must not be the one who asked for it. Approve or reject it here with your name and a comment, or "
            "approve it from a terminal:"
        ),
        Code(f'loanwatch promote {record.model_version} --approver "YOUR NAME" --reason "WHY"'),
        Text(f"Its model card: models/{record.model_version}/{CARD_PAGE} in the home."),
    ]
