"""What every test may use. Telemetry is off before Prefect is imported; nothing here reaches the network."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from schemas.settings import Settings

os.environ.update({"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "WARNING"})
for name in [name for name in os.environ if name.startswith("LOANWATCH_") and name != "LOANWATCH_REAL_DATA"]:
    del os.environ[name]  # a test sets what it needs; the developer's own home is out of reach
os.environ["LOANWATCH_BACKUPS"] = "0"  # a test that is about backups switches them on

PROJECT = Path(__file__).resolve().parent.parent

hypothesis_settings.register_profile(
    "loanwatch",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=int(os.environ.get("HYPOTHESIS_MAX_EXAMPLES", "40")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("loanwatch")


def settings_of(home: Path) -> Settings:
    """Settings for tests: small, and impatient where another process holds the warehouse."""
    return Settings(home=home, policy_file=None, memory_limit="1GB", threads=2, lock_wait_seconds=1.0, chunk_rows=20000)


@pytest.fixture(scope="session", autouse=True)
def _empty_warehouses_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty warehouse is made by the migrations once in a session and copied from then on: 0.4 s for each of many homes."""
    import warehouse.upgrade
    from warehouse.migrations import shipped_migrations

    make, originals = warehouse.upgrade._migrate_file, tmp_path_factory.mktemp("empty-warehouses")

    def make_or_copy(settings: Settings, path: Path) -> int:
        if settings.key is not None or path.exists():
            return make(settings, path)
        shipped = shipped_migrations()  # a test may have put others in their place
        original = originals / hashlib.sha256("".join(item.sha256 for item in shipped).encode()).hexdigest()
        if not original.exists():
            make(settings, original)
        shutil.copyfile(original, path)
        return len(shipped)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(warehouse.upgrade, "_migrate_file", make_or_copy)
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of this test's own, also in LOANWATCH_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LOANWATCH_HOME", str(folder))
    return folder


@pytest.fixture
def settings(home: Path) -> Settings:
    """The settings of this test's own home."""
    return settings_of(home)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real Home Credit rows; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("LOANWATCH_REAL_DATA") or PROJECT.parent / "shared" / "data" / "home_credit")
    if not (folder / "application_train.parquet").exists():
        pytest.skip("the real Home Credit rows are not here; LOANWATCH_REAL_DATA names their folder")
    return folder


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One temporary Prefect server for all tests that run flows (about 12 s, once)."""
    from flows.prefect_settings import configure_prefect

    configure_prefect(settings_of(tmp_path_factory.mktemp("prefect-home")))
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=60):
        yield
