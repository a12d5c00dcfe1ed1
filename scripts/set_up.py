"""Makes the environment of the project from its locks: `python3 scripts/set_up.py .venv`. Standard library only, any Python 3.

uv installs in seconds what takes pip a minute and a half, so one pinned uv comes first; where it cannot be had (a mirror
without it, a platform without a wheel), pip installs the same files under the same hashes.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
LOCK = "requirements.lock"
BOOTSTRAP = "requirements-bootstrap.lock"

#: What a night and its temporary server load, with all that it brings along.
LOADED = "import flows.nightly, flows.monitor, prefect.server.api.server, uvicorn, lightgbm"


def say(text):
    """One line to the person who waits."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def succeeds(command, **options):
    """Whether the command ends with 0."""
    return subprocess.run(command, check=False, **options).returncode == 0  # noqa: S603 - a fixed list, no shell


def is_usable(python):
    """Whether that environment exists whole, with the version that was asked for."""
    code = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])!r})"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return python.exists() and succeeds([str(python), "-c", code], **quiet)


def uv_environment(python):
    """The environment for uv, with pip's index where only pip was told of one: uv does not read pip's configuration."""
    environment = dict(os.environ, VIRTUAL_ENV=str(python.parent.parent))
    if not any(name in environment for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE", "UV_NO_INDEX")):
        asked = [str(python), "-m", "pip", "config", "get", "global.index-url"]
        answer = subprocess.run(asked, check=False, capture_output=True, text=True)  # noqa: S603 - a fixed list, no shell
        index = environment.get("PIP_INDEX_URL") or answer.stdout.strip()
        if index:
            environment["UV_DEFAULT_INDEX"] = index
    return environment


def install(python):
    """Installs what the lock names, and nothing else, by uv or else by pip. Returns whether that worked."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if succeeds([*pip, "--no-deps", "--require-hashes", "-r", BOOTSTRAP]):
        uv = [str(python.parent / "uv"), "pip", "sync", "--quiet", "--require-hashes", LOCK]
        if succeeds(uv, env=uv_environment(python)):
            return True
    say("uv is not to be had here; pip installs the same files, which takes one or two minutes")
    return succeeds([*pip, "--no-deps", "--require-hashes", "-r", LOCK])


def compile_what_is_loaded(python):
    """Lets Python keep its byte code of what a night loads; whether it could is of no consequence but for time.

    uv leaves no byte code behind. Python would write it at the first run, unless PYTHONDONTWRITEBYTECODE is set, as in many
    images, or the environment belongs to somebody else: then every command would compile 2,500 files anew.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    # Prefect makes a folder for its state, in the home of the account if it is not told otherwise
    with tempfile.TemporaryDirectory() as state:
        environment |= {**quiet, "PREFECT_HOME": state}
        succeeds([str(python), "-c", LOADED], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main(folder):
    """Makes the environment in `folder`; returns the exit code."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        say(f"Loanwatch needs Python 3.11, 3.12 or 3.13; {sys.executable} is {version}.")
        say("Name another one, for example: make PYTHON=python3.12 nightly")
        return 2
    python = Path(folder).absolute() / "bin" / "python"
    say(f"setting up {folder} with Python {version} (once; again only when a lock changes)")
    if not is_usable(python) and not succeeds([sys.executable, "-m", "venv", "--clear", folder]):
        say("no environment could be made; on Debian and Ubuntu the package python3-venv is needed")
        return 1
    if not install(python):
        say(f"the packages of {LOCK} could not be installed; is the package registry within reach?")
        return 13
    project = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if not succeeds([*project, "--no-deps", "--no-build-isolation", "--editable", "."]):
        return 1
    compile_what_is_loaded(python)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
