"""Who may approve, and whom a rollback brings back."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.promotion import Promotion, PromotionKind
from tasks.core.succession import champion_before, is_same_person


def history(*changes: tuple[PromotionKind, str]) -> list[Promotion]:
    return [Promotion(number, kind, version, None, date.min, "Q", "") for number, (kind, version) in enumerate(changes, 1)]


@pytest.mark.parametrize(
    "other",
    ["R. Meyer", "r. meyer", "  R.  Meyer ", "R. MEYER", "\uff32. Meyer", "R.\u00a0Meyer", "R. Mey\u200ber", "\ufeffR. Meyer"],
)
def test_a_name_is_the_same_however_it_is_written(other: str) -> None:
    assert is_same_person("R. Meyer", other)


def test_an_accent_is_the_same_composed_or_not_and_another_letter_is_not() -> None:
    assert is_same_person("Andr\u00e9", "ANDRE\u0301")
    assert is_same_person("Stra\u00dfe", "STRASSE")
    assert not is_same_person("Andre", "Andr\u00e9")
    assert not is_same_person("R. Meyer", "R. Meier")


def test_rollbacks_walk_back_through_the_changes_until_none_is_left() -> None:
    changes: list[tuple[PromotionKind, str]] = [("bootstrap", "A"), ("promotion", "B"), ("promotion", "C")]
    assert champion_before(history(*changes)) == "B"
    changes.append(("rollback", "B"))
    assert champion_before(history(*changes)) == "A"
    changes.append(("rollback", "A"))
    assert champion_before(history(*changes)) is None


def test_after_a_rollback_a_promotion_is_undone_first() -> None:
    changes: list[tuple[PromotionKind, str]] = [("bootstrap", "A"), ("promotion", "B"), ("rollback", "A"), ("promotion", "C")]
    assert champion_before(history(*changes)) == "A"


def test_the_same_version_promoted_again_is_a_change_of_its_own() -> None:
    changes: list[tuple[PromotionKind, str]] = [("bootstrap", "A"), ("promotion", "B"), ("promotion", "A")]
    assert champion_before(history(*changes)) == "B"


@pytest.mark.parametrize("changes", [[], [("bootstrap", "A")], [("bootstrap", "A"), ("rollback", "A"), ("rollback", "A")]])
def test_without_an_earlier_champion_there_is_nothing_to_undo(changes: list[tuple[PromotionKind, str]]) -> None:
    assert champion_before(history(*changes)) is None
