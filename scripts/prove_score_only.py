"""Proves that `loanwatch[score]` alone takes in, scores and publishes: `python scripts/prove_score_only.py`, 2 to 4 minutes.

Builds the wheel, installs it with requirements-score.lock (hashes checked) into an environment of its own in a scratch folder,
lets this environment train a champion in a scratch home, runs the night in both on a copy each, and compares every decision.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from set_up import say, uv_environment

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(sys.executable).parent
ABSENT = ("mlflow", "optuna", "evidently", "imblearn", "matplotlib", "pandas")
QUERY = (
    "select application_id, batch_id, pd, score_points, decision, threshold, model_version, policy_sha256, "
    "reason_1, reason_2, reason_3, reason_4 from marts.decisions order by all"
)


def run(command, expected=0, **options):
    """Runs a command, tells it, and returns what it printed; ends everything where its exit code is another."""
    say("  " + " ".join(str(part) for part in command)[:110])
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)  # noqa: S603
    if ended.returncode != expected:
        say(ended.stdout + ended.stderr)
        sys.exit(f"ended with {ended.returncode}, expected {expected}")
    return ended.stdout + ended.stderr


def install(folder):
    """An environment with the wheel and the packages of requirements-score.lock; returns its folder of programs."""
    run([sys.executable, "-m", "venv", folder / "venv"])
    programs = folder / "venv" / "bin"
    run([HERE / "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT)
    wheel = next(folder.glob("*.whl"))
    environment = uv_environment(programs / "python")
    run([HERE / "uv", "pip", "sync", "--quiet", "--require-hashes", ROOT / "requirements-score.lock"], env=environment)
    run([HERE / "uv", "pip", "install", "--quiet", "--no-deps", wheel], env=environment)
    return programs


def prepare(home, environment):
    """A home with a champion and two new days, made by the full environment."""
    train = (
        "from schemas.parameters import RetrainParameters as P; from schemas.settings import read_settings as s; "
        "from tasks.retrain import retrain; from tasks.simulate import simulate_deliveries as d; from datetime import date; "
        "d(s(), days=2, per_day=400, seed=1, until=date(2026, 3, 2), new_days=0); "
        "d(s(), days=2, per_day=200, seed=2, until=date(2026, 6, 30), new_days=2); "
        "retrain(s(), date(2026, 6, 30), P(maturity_days=60, parameters={'learning_rate': 0.5, 'num_leaves': 4}))"
    )
    run([HERE / "python", "-c", train], env=environment | {"LOANWATCH_HOME": str(home)}, cwd=ROOT)


def decide(loanwatch, home, environment):
    """The decisions of a night in that home, as CSV."""
    own = environment | {"LOANWATCH_HOME": str(home)}
    run([loanwatch, "ingest"], env=own, cwd=home.parent)
    run([loanwatch, "nightly"], env=own, cwd=home.parent)
    run([loanwatch, "status"], env=own, cwd=home.parent)
    return run([loanwatch, "sql", QUERY, "--format", "csv"], env=own, cwd=home.parent)


def prove(folder):
    """Runs it all; returns the line that says so."""
    unset = ("LOANWATCH_", "PREFECT_", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    programs = install(folder)
    code = f"import importlib.util as u; print([n for n in {ABSENT!r} if u.find_spec(n)])"
    absent = run([programs / "python", "-c", code], env=environment, cwd=folder).strip()
    if absent != "[]":
        sys.exit(f"these should not be installed: {absent}")
    prepare(folder / "full", environment)
    shutil.copytree(folder / "full", folder / "score")
    of_score = decide(programs / "loanwatch", folder / "score", environment)
    of_full = decide(HERE / "loanwatch", folder / "full", environment)
    n_decisions = of_score.count("\n") - 1
    if of_score != of_full or n_decisions < 1:
        sys.exit("the decisions differ")
    refused = run([programs / "loanwatch", "drift"], 2, env=environment | {"LOANWATCH_HOME": str(folder / "score")}, cwd=folder)
    if "loanwatch[report]" not in refused:
        sys.exit("drift does not say which extra it lacks")
    n_packages = len(list((folder / "venv").rglob("*.dist-info")))
    size = sum(path.lstat().st_size for path in (folder / "venv").rglob("*") if path.is_file()) // 2**20
    return f"{date.today()}: {n_packages} packages, {size} MB; {n_decisions} decisions, all equal to the full installation's"  # noqa: DTZ011


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        say(prove(Path(scratch)))
