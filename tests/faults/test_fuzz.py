"""A fixed share of what `make fuzz` tries."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given, settings

from tests.faults import fuzzing
from tests.faults.fuzzing import Made, check_file, check_policy, read_text


@settings(max_examples=150)
@given(made=fuzzing.files)
def test_any_file_is_read_or_refused(tmp_path: Path, made: Made) -> None:
    check_file(made, tmp_path, Counter())


@settings(max_examples=100)
@given(content=fuzzing.policy_contents())
def test_any_policy_is_refused_or_means_what_it_must(content: dict[str, object]) -> None:
    check_policy(lambda: fuzzing.parse_policy(content, "fuzzed"), Counter())


@settings(max_examples=60)
@given(text=fuzzing.policy_texts())
def test_any_text_is_refused_or_a_policy(text: str) -> None:
    check_policy(lambda: read_text(text), Counter())
