"""Nothing here runs what it reads, binds to more than this machine, or is installed without its hash."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from schemas.errors import UsageError
from schemas.extras import EXTRAS, lacking_for, require_extra
from tests.architecture.unsafe_calls import unsafe

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", re.MULTILINE)
#: An address that the whole network reaches.
_EVERYWHERE = re.compile(r"\b0\.0\.0\.0\b|[\"']::[\"']|\[::\]|--with-healthcheck|INADDR_ANY")
_RUNS_IT = re.compile(r"(?:^|[;&|(]\s*)eval\s|\b(?:curl|wget)\b|\bsource\s+<\(", re.MULTILINE)

SAMPLES = [
    "import pickle",
    "from pickle import loads as l",
    "import joblib.numpy_pickle",
    "eval('1')",
    "f = exec",
    "import builtins as b\nb.eval('1')",
    "import os as o\no.system('x')",
    "from os import popen as p",
    "import yaml\nyaml.load(x)",
    "import yaml\nyaml.safe_load_all(x) or yaml.unsafe_load(x)",
    "run('x', shell=True)",
    "run('x', shell=flag)",
    "import numpy as np\nnp.load(x, allow_pickle=True)",
    "frame.to_pickle(x)",
    "archive.extractall()",
    "get(x, verify=False)",
    "import subprocess as s\ns.getoutput('x')",
    "import ssl\nssl._create_unverified_context()",
]

HARMLESS = ["import re\nre.compile('x')", "import yaml\nyaml.safe_load(x)", "run(['x'], shell=False)", "model.load(x)"]


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


@pytest.mark.parametrize("text", SAMPLES)
def test_what_runs_what_it_reads_is_found(text: str) -> None:
    assert unsafe(ast.parse(text)) != []


@pytest.mark.parametrize(
    "text", ["import re\nre.compile('x')", "import yaml\nyaml.safe_load(x)", "run(['x'], shell=False)", "model.load(x)"]
)
def test_what_only_reads_is_not(text: str) -> None:
    assert unsafe(ast.parse(text)) == []


def test_nothing_reads_what_could_run_as_code(python_trees: dict[Path, ast.Module]) -> None:
    ours = {path: tree for path, tree in python_trees.items() if path.name not in {"unsafe_calls.py", "test_supply_chain.py"}}
    assert len(ours) > 100
    assert [f"{path}:{found}" for path, tree in ours.items() for found in unsafe(tree)] == []


def test_no_script_of_the_shell_runs_what_it_fetches_or_reads(project: Path, released_files: list[Path]) -> None:
    scripts = [path for path in released_files if path.suffix == ".sh" or path.name in {"Makefile", "run"}]
    assert len(scripts) >= 3
    assert [str(path) for path in scripts if _RUNS_IT.search((project / path).read_text(encoding="utf-8"))] == []


def test_a_deployment_pulls_and_runs_nothing_of_its_own(project: Path) -> None:
    content = yaml.safe_load((project / "prefect.yaml").read_text(encoding="utf-8"))
    steps = [content.get(name) or [] for name in ("build", "push", "pull")]
    steps += [entry.get(name) or [] for entry in content["deployments"] for name in ("build", "push", "pull")]
    named = [name for step in steps for entry in step for name in entry]
    assert [name for name in named if "shell" in name or "git" in name or "pip" in name] == []


def test_no_file_binds_to_more_than_this_machine(project: Path, released_files: list[Path]) -> None:
    kinds = {".py", ".yaml", ".toml", ".sh", ""}
    files = [path for path in released_files if path.suffix in kinds and path.parts[0] not in {"docs", "tests", "benchmarks"}]
    assert [str(path) for path in files if _EVERYWHERE.search((project / path).read_text(encoding="utf-8"))] == []


def test_every_server_that_is_started_is_told_its_address(package_trees: dict[Path, ast.Module]) -> None:
    starts = [
        (path, [item.value if isinstance(item, ast.Constant) else getattr(item, "id", "") for item in call.args])
        for path, tree in package_trees.items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
    ]
    servers = [(path, words) for path, words in starts if ("server" in words and "start" in words) or "ui" in words]
    assert servers
    assert [str(path) for path, words in servers if words[words.index("--host") + 1] != "LOOPBACK"] == []


def test_the_lint_that_knows_bandit_is_on(project: Path) -> None:
    lint = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert [rule for rule in lint["ignore"] if rule.startswith("S")] == ["S608"]


def test_the_small_lock_is_part_of_the_whole_one_and_brings_no_extra(project: Path, pyproject: dict[str, Any]) -> None:
    locks = [set(_PIN.findall((project / f"requirements{part}.lock").read_text(encoding="utf-8"))) for part in ("", "-score")]
    whole, small = ({(canonicalize_name(name), version) for name, version in lock} for lock in locks)
    assert small < whole
    extra = [text for name in EXTRAS for text in pyproject["optional-dependencies"][name]]
    assert {canonicalize_name(Requirement(text).name) for text in extra} & {name for name, _ in small} == set()
    asked = {canonicalize_name(Requirement(text).name) for text in pyproject["dependencies"]}
    assert asked - {name for name, _ in small} == set()


def test_a_missing_extra_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for extra in EXTRAS:
        require_extra(extra)
    monkeypatch.setattr("schemas.extras.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"loanwatch\[train\]"):
        require_extra("train")
    assert lacking_for(ModuleNotFoundError("x", name="evidently.core")).exit_code == 2  # type: ignore[union-attr]
    assert lacking_for(ModuleNotFoundError("x", name="polars")) is None
    assert lacking_for(ValueError("x")) is None


def test_a_night_imports_nothing_that_an_extra_brings(project: Path) -> None:
    names = sorted({module for modules in EXTRAS.values() for module in modules} - {"pandas"})  # Pandera takes it where it is
    code = f"""
import importlib, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
for name in ("nightly", "backfill", "cli.nights", "cli.reading", "cli.policies", "cli.alerts"):
    importlib.import_module("flows." + name)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_the_licences_of_direct_dependencies_are_those_of_the_packages(project: Path) -> None:
    spec = importlib.util.spec_from_file_location("licences", project / "scripts" / "licences.py")
    assert spec
    assert spec.loader
    licences = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(licences)
    section = licences.direct_section()
    assert section in (project / "docs" / "licences.md").read_text(encoding="utf-8"), "run `make docs`"
    assert "not installed here" not in section
