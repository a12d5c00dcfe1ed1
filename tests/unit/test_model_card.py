"""The model card: what a validator asks stands in it, in both forms, and nothing that was typed in becomes markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.card_blocks import Code, Section, Table, markdown_text, section_markdown
from reports.html import Markup
from reports.model_card import model_card_html, model_card_markdown, model_comparison_markdown, write_model_card
from reports.model_figures import CAPTIONS
from schemas.training_record import Figure
from tests.pages import Page
from tests.training_records import gate, manifest, record

NO_FIGURES = dict.fromkeys(CAPTIONS, Markup("<svg></svg>"))
CHAPTERS = [
    "Purpose",
    "Data",
    "Features",
    "Parameters",
    "Candidates",
    "Performance",
    "Calibration",
    "Threshold",
    "Fairness",
    "Comparison with the former champion",
    "Limits",
    "Reproduction",
]


@pytest.fixture(scope="module")
def html() -> str:
    return model_card_html(record(), manifest(), gate("fail"), "2025-12-01.1", NO_FIGURES)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def markdown() -> str:
    return model_card_markdown(record(), manifest(), gate("fail"), "2025-12-01.1")


def test_both_forms_have_every_chapter(html: str, markdown: str) -> None:
    assert [line.removeprefix("## ") for line in markdown.splitlines() if line.startswith("## ")] == ["In short", *CHAPTERS]
    assert re.findall(r"<h2>(.*?)</h2>", html) == CHAPTERS


def test_the_page_loads_nothing_and_runs_nothing(page: Page) -> None:
    assert page.loaded == []
    assert {tag for tag, _ in page.tags} & {"script", "iframe", "link", "img", "object", "form"} == set()


def test_what_was_typed_in_stays_text(page: Page, markdown: str) -> None:
    assert "drift of the score: <b>weekly</b>" in page.text
    assert sum(tag == "b" for tag, _ in page.tags) == 8, "the tiles, and no other"
    assert "<b>" not in markdown
    assert not re.search(r"^# not a heading", markdown, re.MULTILINE)


def test_figures_stand_with_their_bounds_for_all_three_sets(page: Page) -> None:
    chosen = record().candidate("lightgbm")
    for rows in (chosen.train, chosen.out_of_fold, chosen.holdout):
        auc = rows.figures["auc"]
        assert f"{auc.value:.4f} ({auc.lower:.4f} to {auc.upper:.4f})" in page.text


def test_every_candidate_stands_with_its_paired_differences(page: Page) -> None:
    for item in record().candidates:
        assert item.title in page.text
        if item.auc_difference is not None and item.auc_difference.value is not None:
            assert f"{item.auc_difference.value:+.4f} (" in page.text


def test_every_feature_stands_with_its_meaning_in_both_forms(page: Page, markdown: str) -> None:
    for item in record().features:
        assert f"{item.name} {item.description}" in page.text
        assert f"| {item.name} | {markdown_text(item.description)} |" in markdown


def test_groups_below_the_floor_and_too_small_ones_are_told_apart(page: Page) -> None:
    assert "M 2,000 55.0 % 0.764" in page.text
    assert "BELOW THE FLOOR" in page.text
    assert "<XNA> 4" in page.text
    assert "Below the policy's fairness floor on the hold-out: CODE_GENDER." in page.text


def test_the_threshold_is_told_with_the_one_that_exact_pds_would_have(page: Page) -> None:
    assert "A loan can be granted only where PD < 0.085." in page.text
    assert "the best threshold would be 0.0909" in page.text


def test_the_hashes_and_the_command_to_make_it_again_are_there(page: Page, markdown: str) -> None:
    for text in (page.text, markdown):
        assert manifest().model_text_sha256 in text
        assert record().reproduce in text
        assert "lightgbm 4.7.0" in text


@pytest.mark.parametrize(
    ("result", "former", "words"),
    [
        (gate("not_enough_data"), "2025-12-01.1", "not enough data"),
        (None, None, "first model of its home"),
        (None, "2025-12-01.1", "Not compared with champion 2025-12-01.1 yet"),
    ],
)
def test_the_comparison_says_what_is_known(result: object, former: str | None, words: str) -> None:
    told = model_card_markdown(record(), manifest(), result, former)  # type: ignore[arg-type]
    assert words in told


def test_a_record_with_nothing_optional_makes_a_card(page: Page) -> None:
    told = record(
        search=None, shap=[], dropped=[], fairness=[], warnings=[], git_revision=None, candidates=[record().candidate("lightgbm")]
    )
    bare = model_card_html(told, manifest(), None, None, NO_FIGURES)
    assert "No search" in Page(bare).text
    assert "nothing was measured" in Page(bare).text


def test_a_figure_that_the_rows_cannot_give_is_a_dash_and_no_zero() -> None:
    chosen = record().candidate("lightgbm")
    figures = dict.fromkeys(chosen.holdout.figures, Figure(value=None))
    holdout = chosen.holdout.model_copy(update={"figures": figures})
    told = record(candidates=[chosen.model_copy(update={"holdout": holdout})])
    (line,) = [line for line in model_card_markdown(told, manifest()).splitlines() if line.startswith("| AUC |")]
    assert line.split("|")[4].strip() == "\N{EN DASH}"


def test_the_folder_holds_page_markdown_and_the_figures_that_it_links(tmp_path: Path) -> None:
    page = write_model_card(tmp_path, record(), manifest(), gate(), "2025-12-01.1")
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((\S+)\)", text)
    assert sorted(linked) == sorted(f"figures/{name}.svg" for name in CAPTIONS)
    assert all((tmp_path / name).read_text(encoding="utf-8").startswith("<svg ") for name in linked)
    before = page.read_bytes()
    assert write_model_card(tmp_path, record(), manifest(), gate(), "2025-12-01.1").read_bytes() == before


def test_the_short_comparison_says_verdict_and_how_to_approve() -> None:
    text = model_comparison_markdown(record(), gate())
    assert "**passed** against champion 2025-12-01.1 on 5,800 applications" in text
    assert f"loanwatch promote {record().model_version} --approver" in text
    assert "must not be the one who asked for it" in text


@pytest.mark.parametrize("verdict", ["fail", "not_enough_data"])
def test_the_short_comparison_offers_no_approval_of_what_did_not_pass(verdict: str) -> None:
    text = model_comparison_markdown(record(), gate(verdict))  # type: ignore[arg-type]
    assert "loanwatch promote" not in text
    assert "cannot be approved" in text


def test_the_first_model_needs_no_approval() -> None:
    assert "becomes the first one at once" in model_comparison_markdown(record(), None)


@given(st.text(max_size=60))
def test_any_words_stay_one_line_of_words_in_markdown(words: str) -> None:
    text = markdown_text(words)
    assert "\n" not in text
    assert "<" not in text
    assert not re.match(r"(#{1,6}|[+*-]|\d+[.)])(\s|$)", text)
    assert re.search(r"(?<!\\)(\\\\)*[*`|\[\]~]", text) is None


@given(st.text(max_size=20))
def test_no_cell_breaks_its_table(words: str) -> None:
    text = section_markdown(Section("t", [Table("c", ["a", "b"], [[words, "x"]])]), "figures")
    row = text.splitlines()[-1]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3


def test_a_fence_is_longer_than_any_within() -> None:
    text = section_markdown(Section("t", [Code("a ```` b")]), "figures")
    assert text.endswith("`````\na ```` b\n`````")
