"""The nightly page and the index: what they say is what was given, whatever it is, and nothing else is loaded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.index_page import write_index_page
from reports.nightly_page import nightly_page_path, render_nightly_page, worst_status, write_nightly_page
from schemas.pages import AlertLine, BinLine, DriftLine, NightLine, NightlyPage, PastPsi
from tests.pages import NIGHT, SCRIPT, Page, drift_line, empty_page, full_page


def plain_page() -> NightlyPage:
    """The loud night without what is drawn, which takes most of the time."""
    return replace(full_page(), past=None, bins=None)


@pytest.fixture(scope="module")
def full() -> str:
    return render_nightly_page(full_page())


def test_a_loud_night_shows_every_part_of_it(full: str) -> None:
    text = Page(full).text
    for part in (
        "Night of 2026-06-30",
        "Delivery 2026063002 was refused: 7 of 100 rows are bad, more than 5 %; column <script>alert(1)</script> is unknown",
        "not_a_number AMT_CREDIT application.csv 19",
        "approve 641 64.1 % 3.41 %",
        "score_points: 1 day to 2026-06-30 against the reference",
        "PSI over windows of 1 day, tonight at the left, back to 2026-06-01: 27 of 30 nights were measured",
        "69.0 % → 64.1 % (-4.9 points) -2.13 → -1.40 +0.73 +0.31 +0.42 +0.00 +732",
        "Check first: Ask the source of the external scores",
        ", by the PSI of EXT_SOURCE_2.",
        "NAME_INCOME_TYPE=State servant AMT_INCOME_TOTAL feature 1 d",
        "OWN_CAR_AGE no value in the window",
    ):
        assert part in text


def test_counts_of_the_tiles_are_sums_over_the_deliveries(full: str) -> None:
    text = Page(full).text
    assert (
        "1,123 received 1,000 scored 26 quarantined 4 duplicates 93 refused 64.1 % approved of those scored 2 open alerts" in text
    )


def test_numbers_of_the_drift_table_are_those_of_the_rows(full: str) -> None:
    assert "EXT_SOURCE_2 ALERT 0.625 (0.018) 0.375 (0.018) 0.125 (0.018) 0.20 18.3 % 0.2 % → 50.2 %".replace(
        " %", "\u00a0%"
    ) in Page(full).text.replace(" %", "\u00a0%")


def test_subjects_stand_in_the_order_of_what_matters(full: str) -> None:
    table = Page(full).text.split("Drift against the reference")[1].split("PSI of the last 30 nights")[0]
    table = table.split("Missing before", 1)[1]
    names = [
        "score_points",
        "EXT_SOURCE_2",
        "AMT_INCOME_TOTAL",
        "decision",
        "OVER_LAST_35_YEARS",
        "ORGANIZATION_TYPE",
        "BUREAU_0",
    ]
    assert [table.index(name) for name in names] == sorted(table.index(name) for name in names)


def test_every_bin_of_the_score_is_in_the_numbers_below_its_picture(full: str) -> None:
    text = Page(full).text
    total, now = 50_000, 1_000
    for line in full_page().bins or ():
        if line.n_reference + line.n_current:
            shares = f"{100 * line.n_reference / total:.1f} % {line.n_current:,} {100 * line.n_current / now:.1f} %"
            assert f"{line.label} {line.n_reference:,} {shares} {line.contribution:.4f}" in text


def test_an_empty_home_is_told_what_is_missing_and_gets_no_zeros() -> None:
    text = Page(render_nightly_page(empty_page())).text
    assert text.count("Not measured") == 6
    assert "No delivery was taken in for this date." in text
    assert "Alerts are not recorded in this home." in text
    assert "No Evidently report was written" in text
    assert "0.00" not in text
    assert " 0 " not in text


def test_a_quiet_measured_night_says_none_and_not_unmeasured() -> None:
    page = replace(plain_page(), alerts=(), rules=(), drift=(drift_line("AMT_CREDIT", 0.01),))
    text = Page(render_nightly_page(page)).text
    assert "Open alerts None." in text
    assert "No row broke a rule." in text
    assert worst_status(page) == "ok"


def test_a_subject_that_could_not_be_judged_shows_no_number() -> None:
    line = drift_line("AMT_CREDIT", 0.4, status="too_few", n_current=120)
    text = Page(render_nightly_page(replace(plain_page(), drift=(line,)))).text
    assert "AMT_CREDIT too few rows too few (120)" in text
    assert "0.400" not in text


def test_a_window_that_was_not_measured_says_so() -> None:
    drift = (drift_line("A", 0.01), drift_line("B", 0.01), drift_line("B", 0.02, window_days=7), drift_line("C", None))
    text = Page(render_nightly_page(replace(plain_page(), drift=drift))).text
    assert "A ok 0.010 (0.018) not measured" in text
    assert "C ok not measured not measured" in text


def test_the_swap_set_is_told_in_a_line_and_shown_with_what_has_matured(full: str) -> None:
    text = Page(full).text
    line = "Challenger m0002-20260620 scored 900 applications beside the champion: 31 swap in, 12 swap out."
    assert line in text
    assert "both approve 560 3.31 % 3.18 % 56 3.57 %".replace(" %", "\u00a0%") in text.replace(" %", "\u00a0%")
    assert "swap-in: the challenger alone approves 31 8.74 % 6.41 % 0 –" in text.replace("\u00a0", " ")  # noqa: RUF001
    assert "Warning: Challenger m0002-20260620 did not score 100 applications" in text


def test_a_night_without_a_challenger_says_so_and_a_gap_is_no_such_night() -> None:
    alone = replace(plain_page(), swaps=(), shadow_gaps=())
    assert "No challenger scored beside the champion." in Page(render_nightly_page(alone)).text
    broken = Page(render_nightly_page(replace(plain_page(), swaps=()))).text
    assert "No challenger scored" not in broken
    assert "Warning: Challenger m0002-20260620 did not score 100 applications" in broken
    assert "Shadow scores are not recorded in this home." in Page(render_nightly_page(empty_page())).text


def _odd_page() -> NightlyPage:
    """Tags, quotes, mathematics and other scripts wherever a name or a text may stand."""
    odd = f"{SCRIPT}\"' onload=x $\\frac{{1}}{{0}}$ & <b>Страхование</b> 保険"
    full = full_page()
    return replace(
        full,
        deliveries=tuple(replace(line, refused_because=odd, status="refused") for line in full.deliveries),
        rules=tuple(replace(line, rule=odd, column_name=odd, source_file=odd) for line in full.rules),
        decisions=tuple(replace(line, decision=odd) for line in full.decisions),
        model_versions=(odd,),
        drift=(*_renamed(full.drift or (), odd), drift_line("plain", 0.9, segment=odd)),
        bins=tuple(replace(line, label=odd, subject=odd) for line in full.bins or ()),
        past=tuple(replace(line, subject=odd) for line in full.past or ()),
        alerts=(AlertLine(odd, NIGHT, odd, odd, odd, odd, odd, odd),),
        evidently_left_out={odd: odd},
        score_parts=tuple(replace(line, feature=odd) for line in full.score_parts or ()),
        swaps=tuple(replace(line, swap=odd, champion_version=odd, challenger_version=odd) for line in full.swaps or ()),
        shadow_gaps=tuple(replace(line, challenger_version=odd, refused_because=odd) for line in full.shadow_gaps or ()),
    )


def _renamed(lines: tuple[DriftLine, ...], name: str) -> list[DriftLine]:
    return [replace(line, subject=name, status=name if line.kind == "rate" else line.status) for line in lines]


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")  # the browser has the letters that matplotlib measures without
def test_texts_from_outside_are_shown_and_never_run() -> None:
    page = Page(render_nightly_page(_odd_page()))
    assert SCRIPT in page.text
    assert [tag for tag, _ in page.tags if tag == "script"] == []
    assert "Страхование</b> 保険" in page.text
    assert [given for _, given in page.tags if any(name.startswith("on") for name in given)] == []


@pytest.mark.parametrize("page", [full_page(), empty_page()], ids=["full", "empty"])
def test_a_page_loads_nothing_from_anywhere(page: NightlyPage) -> None:
    text = render_nightly_page(page)
    parsed = Page(text)
    assert [address for address in parsed.loaded if not address.startswith("#")] == []
    assert all(not link.startswith(("http:", "https:", "//", "javascript:")) for link in parsed.links)
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_a_reader_without_eyes_finds_language_headers_and_words_for_pictures(full: str) -> None:
    page = Page(full)
    by_tag = {name: [given for tag, given in page.tags if tag == name] for name in ("html", "svg", "th", "table", "caption")}
    assert by_tag["html"] == [{"lang": "en"}]
    assert len(by_tag["svg"]) == 3
    assert all(given["role"] == "img" and given["aria-label"] for given in by_tag["svg"])
    assert all(given["scope"] in ("col", "row") for given in by_tag["th"])
    assert len(by_tag["table"]) == len(by_tag["caption"])


def test_ids_of_several_pictures_do_not_collide(full: str) -> None:
    ids = [given["id"] for _, given in Page(full).tags if "id" in given]
    assert len(ids) == len(set(ids))


def test_the_same_night_gives_the_same_bytes(full: str, tmp_path: Path) -> None:
    first, second = (write_nightly_page(full_page(), tmp_path / name) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes() == full.encode()
    assert first == nightly_page_path(tmp_path / "one", NIGHT)
    assert [path.name for path in first.parent.iterdir()] == ["index.html"]


def test_nights_without_numbers_between_measured_ones_do_not_break_the_map() -> None:
    past = (PastPsi(NIGHT, 1, "A", "feature", None, "too_few"), PastPsi(NIGHT, 1, "B", "feature", 12.5, "alert"))
    text = Page(render_nightly_page(replace(full_page(), past=past))).text
    assert "1 of 30 nights were measured" in text


def test_bins_without_any_application_draw_nothing() -> None:
    bins = (BinLine(1, "score_points", "score", 0, None, None, None, 100, 0, 0.0),)
    text = Page(render_nightly_page(replace(full_page(), bins=bins))).text
    assert "no distribution of score or decisions" in text


def _nights() -> list[NightLine]:
    return [
        NightLine(date(2026, 6, 28), 1000, 990, 10, 0, 0, None, None, None),
        NightLine(NIGHT, 1123, 1000, 26, 93, 1, "alert", 2, 3),
        NightLine(date(2026, 6, 29), 1001, 991, 10, 0, 0, "too_few", 0, 0),
    ]


def test_the_index_lists_every_night_the_newest_first_with_its_status_in_words(tmp_path: Path) -> None:
    text = Page(write_index_page(_nights(), tmp_path).read_text(encoding="utf-8")).text
    rows = [
        "2026-06-30 ALERT 2 3 1,123 1,000 26 93 1",
        "2026-06-29 too few rows 0 0 1,001 991 10 0 0",
        "2026-06-28 not measured – – 1,000 990 10 0 0",  # noqa: RUF001
    ]
    assert [text.index(row) for row in rows] == sorted(text.index(row) for row in rows)


def test_the_index_links_only_to_pages_that_exist(tmp_path: Path) -> None:
    write_nightly_page(replace(empty_page(), as_of=date(2026, 6, 29)), tmp_path)
    page = Page(write_index_page(_nights(), tmp_path).read_text(encoding="utf-8"))
    assert page.links == ["2026-06-29/index.html"]


def test_an_index_without_nights_says_so(tmp_path: Path) -> None:
    assert "No night has been recorded yet." in Page(write_index_page([], tmp_path).read_text(encoding="utf-8")).text
