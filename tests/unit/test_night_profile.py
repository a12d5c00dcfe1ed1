"""The profile of a night counts what its threads do, not only that the first one waits for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from benchmarks.profile_night import Recorder, page


def _counted() -> int:
    total = 0
    while total < 50_000:
        total += 1
    return total


def test_functions_of_other_threads_are_counted_within_their_step() -> None:
    recorder = Recorder()
    with recorder.step("threads"), ThreadPoolExecutor(2) as pool:
        assert [future.result() for future in [pool.submit(_counted) for _ in range(3)]] == [50_000] * 3
    with recorder.step("none"):
        pass
    threads, none = recorder.steps
    assert threads.threads > 1
    assert none.threads == 1
    assert [calls for name, calls, _, _ in threads.functions if name.endswith(" _counted")] == [3]
    assert not any(name.endswith(" _counted") for name, *_ in none.functions)


def test_a_recorder_without_functions_profiles_nothing() -> None:
    recorder = Recorder(with_functions=False)
    with recorder.step("plain"):
        _counted()
    assert (recorder.steps[0].functions, recorder.steps[0].threads) == ([], 0)


def test_the_page_says_when_on_what_and_by_how_many_threads() -> None:
    recorder = Recorder()
    with recorder.step("threads"):
        _counted()
    with recorder.step("readiness"):
        _counted()
    text = page(10_000, with_histories=False, steps=recorder.steps, load=1.5)
    rates = {cells[0].strip("| "): cells[4] for cells in (line.split(" | ") for line in text.splitlines()) if len(cells) == 7}
    assert rates["threads"].replace(",", "").isdigit()
    assert rates["readiness"] == ""
    assert "load 1.50 at the start" in text
    assert "\n- duckdb " in text
    assert "own seconds, all threads" in text
