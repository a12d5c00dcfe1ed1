"""What may not stand in the source, whatever a reviewer overlooks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 300
LONGEST_FUNCTION = 60

_MACHINE_PATH = re.compile(r"(?<![\w.>})/])/(?:home|root|Users|work)/\w|[A-Z]:\\Users")
_INDEX_ADDRESS = re.compile(r"pypi\.org|python[h]osted\.org|://[^\s\"']*/simple\b|--(?:extra-)?index-url|--find-links")
_UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_TEXT = {".py", ".sql", ".toml", ".yaml", ".yml", ".md", ".sh", ".txt", ".csv", ".lock", ".cfg", ""}


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _lines(project: Path, files: list[Path]) -> Iterator[tuple[str, str]]:
    for path in files:
        if path.suffix in _TEXT and path.parts[:2] != ("tests", "architecture"):
            for number, line in enumerate((project / path).read_text(encoding="utf-8").splitlines(), start=1):
                yield f"{path}:{number}", line


def test_production_code_does_not_print(package_trees: dict[Path, ast.Module]) -> None:
    calls = [(path, call) for path, tree in package_trees.items() for call in _calls(tree)]
    assert [f"{path}:{call.lineno}" for path, call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"] == []


def test_no_exception_is_caught_unnamed(python_trees: dict[Path, ast.Module]) -> None:
    handlers = [
        (path, node) for path, tree in python_trees.items() for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)
    ]
    assert [f"{path}:{node.lineno}" for path, node in handlers if node.type is None] == []


def test_files_and_functions_stay_short(project: Path, python_trees: dict[Path, ast.Module], statements: dict[Path, str]) -> None:
    texts = {path: (project / path).read_text(encoding="utf-8") for path in python_trees} | statements
    found = [f"{path}: {length} lines" for path, text in texts.items() if (length := text.count("\n")) > LONGEST_FILE]
    for path, tree in python_trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found += [f"{path}:{node.lineno} {node.name}: {length} lines"] if length > LONGEST_FUNCTION else []
    assert found == []


def test_nothing_is_left_to_be_done_later(project: Path, released_files: list[Path]) -> None:
    assert [where for where, line in _lines(project, released_files) if _UNFINISHED.search(line)] == []


def test_no_file_names_a_machine_or_a_package_index(project: Path, released_files: list[Path]) -> None:
    lines = list(_lines(project, released_files))
    assert [where for where, line in lines if _MACHINE_PATH.search(line) or _INDEX_ADDRESS.search(line)] == []


def test_tests_have_names_that_are_sentences(python_trees: dict[Path, ast.Module]) -> None:
    tests = [
        (path, node.name)
        for path, tree in python_trees.items()
        for node in ast.walk(tree)
        if path.parts[0] == "tests" and isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(tests) > 0
    assert [f"{path}: {name}" for path, name in tests if name.count("_") < 3] == []


def test_one_module_alone_opens_warehouse_files(package_trees: dict[Path, ast.Module]) -> None:
    """Another way to the same file would let go of its lock when it is closed."""
    calls = [(path, call) for path, tree in package_trees.items() for call in _calls(tree)]
    connects = [(path, call) for path, call in calls if ast.unparse(call.func) == "duckdb.connect"]
    assert len(connects) > 3
    assert [
        f"{path}:{call.lineno}"
        for path, call in connects
        if path != Path("warehouse/opening.py") and not (call.args and ast.unparse(call.args[0]) == "':memory:'")
    ] == []


def test_no_query_with_parameters_is_run_as_a_relation(package_trees: dict[Path, ast.Module]) -> None:
    """DuckDB runs it at once and keeps each cell as a value of its own: half a million rows take a second instead of 15 ms."""
    calls = [(path, call) for path, tree in package_trees.items() for call in _calls(tree)]
    relations = [(path, call) for path, call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "sql"]
    assert len(relations) > 3
    assert [f"{path}:{call.lineno}" for path, call in relations if any(k.arg == "params" for k in call.keywords)] == []
