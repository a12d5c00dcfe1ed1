"""The figures of a version: all of them, from the record alone, the same bytes from the same numbers."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from reports.figures import svg_document
from reports.html import Markup
from reports.model_figures import CAPTIONS, candidate_figures, model_figures
from schemas.training_record import Curves, Figure, TrainingRecord
from tests.training_records import candidate, record


@pytest.fixture(scope="module")
def told() -> TrainingRecord:
    return record()


@pytest.fixture(scope="module")
def drawn(told: TrainingRecord) -> dict[str, Markup]:
    return model_figures(told)


def test_every_figure_is_drawn_in_the_order_of_the_card_as_a_file_of_its_own(drawn: dict[str, Markup]) -> None:
    assert list(drawn) == list(CAPTIONS)
    for figure in drawn.values():
        root = ElementTree.fromstring(svg_document(figure))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.attrib["aria-label"]


def test_the_same_record_gives_the_same_bytes(drawn: dict[str, Markup]) -> None:
    assert drawn == model_figures(record())


def test_ids_of_figures_on_one_page_do_not_collide(drawn: dict[str, Markup]) -> None:
    ids = [
        element.attrib["id"]
        for figure in drawn.values()
        for element in ElementTree.fromstring(svg_document(figure)).iter()
        if "id" in element.attrib
    ]
    assert len(ids) == len(set(ids))


def test_the_chosen_threshold_is_marked_on_the_cost_curve(drawn: dict[str, Markup]) -> None:
    assert "threshold 0.0850" in drawn["cost"]


def test_a_name_is_text_whatever_stands_in_it(told: TrainingRecord) -> None:
    odd = told.shap[0].model_copy(update={"feature": "<script>$x$</script>"})
    figure = model_figures(told.model_copy(update={"shap": [odd]}))["shap"]
    assert "&lt;script&gt;$x$&lt;/script&gt;" in figure
    assert "<script" not in figure


def test_a_candidate_without_order_and_without_curves_is_drawn_all_the_same() -> None:
    dummy = candidate("dummy", 0.0)
    empty = Curves(roc=[], precision_recall=[], cost=[], lift=[], reliability=[], scores=[])
    figures = {**dummy.holdout.figures, "auc": Figure(value=None), "cost": Figure(value=None)}
    holdout = dummy.holdout.model_copy(update={"figures": figures})
    drawn = candidate_figures(dummy.model_copy(update={"curves": empty, "holdout": holdout}))
    assert len(drawn) == 6


def test_one_pd_for_all_is_not_drawn_among_the_curves_of_the_others(told: TrainingRecord, drawn: dict[str, Markup]) -> None:
    without = model_figures(told.model_copy(update={"candidates": [item for item in told.candidates if item.name != "dummy"]}))
    assert [drawn[name] == without[name] for name in ("roc", "precision_recall", "lift")] == [True] * 3
