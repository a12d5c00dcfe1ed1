"""The lock, the project file and the deployments say the same, and say it without naming where packages come from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements.lock", "requirements-score.lock", "requirements-bootstrap.lock")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)
_MODULE_ENTRYPOINT = re.compile(r"^flows(\.[a-z_]+){2}$")


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def deployments(project: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((project / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_names_no_index(project: Path, lock: str) -> None:
    text = (project / lock).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert "://" not in text
    assert re.findall(r"^\s*-(?!-hash=).*", text, flags=re.MULTILINE) == []


def test_the_lock_holds_what_the_project_asks_for(project: Path, pyproject: dict[str, Any]) -> None:
    pins: dict[str, list[str]] = {}
    for name, version in _PIN.findall((project / "requirements.lock").read_text(encoding="utf-8")):
        pins.setdefault(canonicalize_name(name), []).append(version)
    asked = (
        pyproject["project"]["dependencies"]
        + [text for extra in pyproject["project"]["optional-dependencies"].values() for text in extra]
        + pyproject["build-system"]["requires"]
    )
    for requirement in (found for found in map(Requirement, asked) if found.name != "loanwatch"):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement} is not in the lock: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), (
            f"{requirement}: the lock has {versions}: make lock"
        )


def test_every_package_is_listed(project: Path, pyproject: dict[str, Any]) -> None:
    found = {path.parent.name for path in project.glob("*/__init__.py")}
    installed = found - {"benchmarks"}
    listed = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert installed == set(listed) == set(pyproject["tool"]["importlinter"]["root_packages"])
    assert found == set(pyproject["tool"]["mypy"]["packages"])


def test_deployments_name_their_flow_by_module(deployments: list[dict[str, Any]]) -> None:
    assert [entry["entrypoint"] for entry in deployments if not _MODULE_ENTRYPOINT.match(entry["entrypoint"])] == []


def test_every_schedule_states_its_time_zone(deployments: list[dict[str, Any]]) -> None:
    schedules = [schedule for entry in deployments for schedule in entry.get("schedules", [])]
    assert schedules
    assert all(schedule["timezone"] for schedule in schedules)


def test_one_run_at_a_time_and_the_next_one_waits(deployments: list[dict[str, Any]]) -> None:
    assert [
        entry["name"] for entry in deployments if entry["concurrency_limit"] != {"limit": 1, "collision_strategy": "ENQUEUE"}
    ] == []
