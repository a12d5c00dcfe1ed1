"""What the speed benchmarks share: sides in processes of their own, checks that must agree, targets, and the page."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.frame import DisagreementError, Side, Stopwatch, compare, require_agreement
from benchmarks.performance import DOCS, PAGE, PLOTS, read_results, render, write_page
from benchmarks.records import MEDIANS, MIXED, RESULTS, Comparison, Target, judged, require_joinable, write


def comparison(*targets: Target) -> Comparison:
    """Two sizes, two runs: the peer takes 4 and 6 times as long."""
    found = {
        10: {
            "ours": [{"seconds": 1.0, "peak_mb": 50.0, "check": 1}, {"seconds": 3.0, "peak_mb": 60.0, "check": 1}],
            "peer": [{"seconds": 6.0, "peak_mb": 200.0, "check": 1}, {"seconds": 10.0, "peak_mb": 100.0, "check": 1}],
        },
        1000: {
            "ours": [{"seconds": 200.0, "peak_mb": 60.0, "check": 2, "rows": 7}] * 2,
            "peer": [{"seconds": 1200.0, "peak_mb": 240.0, "check": 2}] * 2,
        },
    }
    return Comparison("made_up", "One thing and another", "rows", 2, 1e-9, 0.5, found, targets)


def test_a_ratio_is_of_medians_with_the_range_of_single_runs() -> None:
    (answer,) = comparison(Target("at_least", 5, of=("peer", "ours"))).record(date="2026-01-01")["targets"]
    assert answer["found"] == {"10": {"value": 4.0, "low": 3.3333, "high": 6.0}, "1000": {"value": 6.0, "low": 6.0, "high": 6.0}}
    assert (answer["reached"], answer["answer"]) == (False, "not reached")


def test_a_target_counts_at_its_sizes_alone_and_is_open_where_none_was_measured() -> None:
    record = comparison(
        Target("at_least", 5, of=("peer", "ours"), sizes=(1000,)),
        Target("at_most", 0.5, of=("ours", "peer"), measure="peak_mb"),
        Target("at_most", 90, of="ours", sizes=(300_000,)),
        Target("at_most", 90, of="ours", sizes=(10, 300_000, 400_000)),
    ).record(date="2026-01-01")
    assert [target["reached"] for target in record["targets"]] == [True, True, None, True]
    assert [target["answer"] for target in record["targets"][2:]] == ["not measured", "reached; 300,000 and 400,000 not measured"]
    assert record["targets"][1]["found"]["10"]["value"] == 0.3


def test_a_page_names_the_commands_that_made_what_it_shows_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [f"python -m benchmarks.made_up --sizes {sizes}" for sizes in ("10 1000 --runs 3", "1000 --runs 1", "99 --runs 1")]
    monkeypatch.setattr(sys, "argv", ["made_up", "--add", "--sizes", "10", "--runs", "2", "--folder", "x", "--date=2026-01-01"])
    record = replace(comparison(), own=(10,), before="; ".join(before)).record(date="2026-01-01")
    told = [before[1], f"{before[2]} --add", "python -m benchmarks.made_up --sizes 10 --runs 2 --add"]
    assert record["command"] == "; ".join(told)


def test_a_command_names_its_sizes_and_only_adds_where_there_is_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["made_up", "--runs", "2", "--dry", "--add"])
    assert comparison().record()["command"] == "python -m benchmarks.made_up --sizes 10 1000 --runs 2"


def test_further_figures_are_medians_too(tmp_path: Path) -> None:
    runs = [{"seconds": 1.0, "peak_mb": 1.0, "rows": 7, "word": "a", "steps": {"one": n}, "cpu": n} for n in (1.0, 9.0, 2.0)]
    whole = replace(comparison(), found={5: {"ours": runs}})
    record = whole.record(date="2026-01-01")
    figures = record["sizes"]["5"]["ours"]
    assert (figures["rows"], figures["word"], figures["steps"], figures["cpu"]) == (7, "a", {"one": 2.0}, 2.0)
    assert whole.joined(record).record()["more"] == MEDIANS
    del record["more"]
    assert whole.joined(record).record()["more"] == MEDIANS
    assert replace(comparison(), found={9: {"ours": runs}}).joined(record).record()["more"] == MIXED
    write(record, tmp_path / "results")
    write_page(tmp_path, tmp_path / "results")
    assert "| more (last run) |" in (tmp_path / PAGE).read_text(encoding="utf-8")


def test_sizes_do_not_join_a_record_that_lacks_a_side_which_a_target_is_of() -> None:
    target = Target("at_least", 5, of=("another", "ours"))
    record = comparison().record(date="2026-01-01")
    with pytest.raises(ValueError, match="without 'another' at 10: measure that again"):
        require_joinable(record, [target], [1000])
    require_joinable(record, [target], [10, 1000])
    require_joinable(record, [replace(target, sizes=(7,))])


def test_a_record_is_judged_anew_without_measuring() -> None:
    record = comparison().record(date="2026-01-01")
    target = Target("at_least", 5, of=("peer", "ours"))
    anew = judged(record, [target], ["A note."])
    assert anew["targets"] == comparison(target).record(date="2026-01-01")["targets"]
    assert anew == {**record, "targets": anew["targets"], "notes": ["A note."]}


def test_a_part_of_a_nights_time_is_kept_run_by_run_and_held_against_the_whole_time_of_a_peer() -> None:
    runs = {
        "ours": [{"seconds": 9.0, "snapshot_seconds": part, "peak_mb": 1.0} for part in (6.0, 8.0, 4.0)],
        "peer": [{"seconds": whole, "peak_mb": 1.0} for whole in (4.0, 4.0, 5.0)],
    }
    target = Target("at_most", 1.5, of=("ours", "peer"), measure="snapshot_seconds")
    record = replace(comparison(target), found={5: runs}).record(date="2026-01-01")
    assert record["targets"][0]["found"] == {"5": {"value": 1.5, "low": 0.8, "high": 2.0}}
    assert record["targets"][0]["text"] == "time to the snapshot of ours at most 1.5 x that of peer"
    assert record["sizes"]["5"]["ours"]["median_snapshot_seconds"] == 6.0
    assert judged(record, [target], []) == record


def test_a_slope_is_that_of_the_logarithms() -> None:
    (answer,) = comparison(Target("at_most", 1.05, of="ours", slope=True)).record(date="2026-01-01")["targets"]
    assert answer["found"]["all"]["value"] == 1.0
    assert answer["reached"]


def test_a_slope_counts_its_sizes_alone() -> None:
    of_two = comparison()
    three = replace(of_two, found={**of_two.found, 100_000: {"ours": [{"seconds": 200.0, "peak_mb": 60.0}]}}, targets=(
        Target("at_most", 0.1, of="ours", slope=True, sizes=(1000, 100_000)),
        Target("at_most", 0.1, of="ours", slope=True),
        Target("at_most", 0.1, of="ours", slope=True, sizes=(10, 99)),
    ))  # fmt: skip
    of_larger, of_all, of_one = three.record(date="2026-01-01")["targets"]
    assert (of_larger["found"]["all"]["value"], of_larger["reached"], of_all["reached"]) == (0.0, True, False)
    assert (of_one["found"], of_one["reached"]) == ({}, None)
    assert of_larger["text"].endswith("over log size at most 0.1 at 1,000 and 100,000")


def test_sides_run_in_processes_of_their_own_and_their_figures_are_kept(tmp_path: Path) -> None:
    def side(name: str) -> Side:
        return Side(
            name, [sys.executable, "-c", 'print(\'noise\'); print(\'{"seconds": 0.5, "check": [1.0, null], "rows": 3}\')']
        )

    found = compare("x", "y", lambda size, folder: [side("ours"), side("peer")], [], sizes=[5], runs=1, folder=tmp_path)
    (run,) = found.found[5]["peer"]
    assert (run["seconds"], run["rows"]) == (0.5, 3)
    assert run["peak_mb"] > 1


def test_sides_that_did_not_compute_the_same_are_an_error() -> None:
    agreed = {"a": [{"check": {"x": [1.0, 2]}}], "b": [{"check": {"x": [1.0 + 1e-12, 2]}}], "c": [{"check": None}]}
    require_agreement(agreed, 1e-9)
    with pytest.raises(DisagreementError, match=r"a and b did not compute the same: check\.x\[1\]: 2 and 3"):
        require_agreement({**agreed, "b": [{"check": {"x": [1.0, 3]}}]}, 1e-9)


def test_sides_agree_with_those_that_are_about_the_same() -> None:
    sides = {"a": [{"check": 1}], "b": [{"check": 2, "about": "bad"}], "c": [{"check": 2, "about": "bad"}]}
    require_agreement(sides, 1e-9)
    with pytest.raises(DisagreementError, match="b and c did not compute the same"):
        require_agreement({**sides, "c": [{"check": 1, "about": "bad"}]}, 1e-9)


def test_the_stopwatch_adds_up() -> None:
    stopwatch = Stopwatch()
    for _ in range(2):
        with stopwatch.running():
            sum(range(1000))
    assert 0 < stopwatch.figures()["seconds"] < 1


def test_the_page_says_what_was_reached_and_how_to_repeat_it(tmp_path: Path) -> None:
    results, docs = tmp_path / "results", tmp_path / "docs"
    record = comparison(Target("at_least", 5, of=("peer", "ours"))).record(date="2026-01-01", notes=["A note."])
    write(record, results)
    (results / "other.json").write_text(json.dumps({"cases": []}), encoding="utf-8")
    write_page(docs, results)
    first = {path: path.read_bytes() for path in docs.rglob("*") if path.is_file()}
    write_page(docs, results)
    assert {path: path.read_bytes() for path in docs.rglob("*") if path.is_file()} == first
    page = (docs / PAGE).read_text(encoding="utf-8")
    assert "4 (3.33 to 6) at 10; 6 (6 to 6) at 1,000 | **not reached** |" in page
    assert "`python -m benchmarks.made_up" in page
    assert (docs / PLOTS / "made_up.svg").is_file()


def test_sizes_measured_before_are_kept_and_count_for_the_targets() -> None:
    target = Target("at_most", 1.05, of="ours", slope=True)
    whole = comparison(target)
    former = replace(whole, found={10: whole.found[10]}).record(date="2026-01-01")
    joined = replace(whole, found={1000: whole.found[1000]}).joined(former)
    record = joined.record(date="2026-01-01")
    assert {key: record[key] for key in ("sizes", "targets")} == {
        key: whole.record(date="2026-01-01")[key] for key in ("sizes", "targets")
    }
    assert record["command"].count("python -m benchmarks.made_up") == 2
    with pytest.raises(ValueError, match="another machine"):
        whole.joined({**former, "machine": "another"})


def test_the_page_names_the_day_and_the_commit_of_each_size() -> None:
    whole = comparison()
    former = replace(whole, found={10: whole.found[10]}).record(date="2026-01-01")
    assert "- 2026-01-01, " in render([former])
    later = replace(whole, found={1000: whole.found[1000]}, code="f21acce").joined(former).record(date="2026-02-03")
    assert "- 10: 2026-01-01; 1,000: 2026-02-03 (f21acce), " in render([later])
    again = replace(whole, code="06b9738").joined(later).record(date="2026-02-04")
    assert "- 2026-02-04 (06b9738), " in render([again])


def test_code_that_is_no_commit_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    assert machine.code() == ""
    (tmp_path / ".git").mkdir()
    assert machine.code() == ""  # git knows of no commit here
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x"]
    made = tmp_path / "made.py"
    made.write_text("1\n", encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "made.py"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *arguments], check=True)
    commit = machine.code()
    assert len(commit) >= 7
    made.write_text("2\n", encoding="utf-8")
    assert machine.code() == f"{commit} and changes"


def test_the_page_is_what_the_results_give() -> None:
    found = read_results(RESULTS)
    assert (DOCS / PAGE).read_text(encoding="utf-8") == render(found)
    assert {path.stem for path in (DOCS / PLOTS).glob("*.svg")} == {record["name"] for record in found}


def test_make_bench_measures_all_that_the_page_shows(project: Path) -> None:
    (line,) = [one for one in (project / "scripts" / "bench.sh").read_text("utf-8").splitlines() if one.startswith("speed=")]
    measured = set(line.partition(":-")[2].rstrip("}").split())
    assert {record["name"] for record in read_results(RESULTS)} <= measured
