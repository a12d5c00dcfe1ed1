"""`loanwatch`: finds the command, runs it, turns errors into exit codes."""

from __future__ import annotations

import atexit
import gc
import importlib
import logging
import os
import signal
import sys
import traceback
from types import FrameType, TracebackType
from typing import NoReturn

import click

from schemas.errors import LoanwatchError, ResourceError
from schemas.private import keep_private
from warehouse.holder import name_command

#: command -> module and attribute, loaded only when the command is asked for
COMMANDS = {
    "simulate": "flows.cli.deliveries:simulate",
    "import-home-credit": "flows.cli.deliveries:import_home_credit",
    "ingest": "flows.cli.nights:ingest",
    "retrain": "flows.cli.models:retrain",
    "promote": "flows.cli.promotion:promote",
    "rollback": "flows.cli.promotion:rollback",
    "models": "flows.cli.promotion:models",
    "nightly": "flows.cli.nights:nightly",
    "drift": "flows.cli.drift:drift",
    "backfill": "flows.cli.nights:backfill",
    "status": "flows.cli.reading:status",
    "sql": "flows.cli.reading:sql",
    "explain": "flows.cli.reading:explain",
    "replay": "flows.cli.replay:replay",
    "policy": "flows.cli.policies:policy",
    "alerts": "flows.cli.alerts:alerts",
    "backup": "flows.cli.backups:backup",
    "restore": "flows.cli.backups:restore",
    "export-person": "flows.cli.people:export_person",
    "erase": "flows.cli.people:erase",
    "encrypt": "flows.cli.people:encrypt",
    "requeue": "flows.cli.requeue:requeue",
    "doctor": "flows.cli.doctor:doctor",
    "up": "flows.cli.serving:up",
}

SUMMARIES = {
    "simulate": "Write deliveries of invented applicants.",
    "import-home-credit": "Turn the competition's tables into deliveries.",
    "ingest": "Take in and validate what has arrived, and stop there.",
    "retrain": "Fit a model on mature outcomes and register it.",
    "promote": "Make a version champion, approved by another person.",
    "rollback": "Undo the last change of champion.",
    "models": "Every model version; one with candidates, gate and reviews.",
    "nightly": "Score every delivery that is not processed yet, and publish.",
    "drift": "Measure drift, write the reports, raise alerts.",
    "backfill": "Run the nights between two dates, in order.",
    "status": "Last night, champion and freshness, in one screen.",
    "sql": "Run a query on the published snapshot, read-only.",
    "explain": "One decision with its reasons.",
    "replay": "Decisions computed again from what was stored, and compared.",
    "policy": "Put another decision policy in force.",
    "alerts": "Open alerts; take one up, send what is pending.",
    "backup": "Copy warehouse, models and policy, and read the copy back.",
    "restore": "Put a backup into a new home.",
    "export-person": "Everything held of one applicant, and decided about them.",
    "erase": "Remove the personal data of an applicant everywhere.",
    "encrypt": "Encrypt warehouse, snapshot and backups, or change their key.",
    "requeue": "Take repaired rows of the quarantine in again.",
    "doctor": "Look over the home and say what to do.",
    "up": "Prefect server, deployments and a worker in one terminal.",
}


_ON_RESOURCES = "check that the path exists, belongs to you and has space, and run the command again"


class LazyGroup(click.Group):
    """Knows the names of the commands and imports one only when it is used, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} is no command")
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Notes the name: a process that waits for the warehouse is told it."""
        found = super().resolve_command(ctx, args)
        name_command(f"loanwatch {found[0]}")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: loanwatch simulate --days 120 --per-day 200 --seed 1 && loanwatch retrain && loanwatch nightly",
)
@click.option("--home", type=click.Path(file_okay=False), help="Where state lives. Default: LOANWATCH_HOME, else var/.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error; may stand anywhere.")
@click.version_option(package_name="loanwatch", message="loanwatch %(version)s")
@click.pass_context
def cli(ctx: click.Context, home: str | None, debug: bool) -> None:  # noqa: ARG001, FBT001  main() reads --debug itself
    """Scores new credit applications every night and watches whether they still look like what the model was trained on."""
    if home:
        os.environ["LOANWATCH_HOME"] = home
    ctx.obj = {"debug": "--debug" in sys.argv}


class _Signals:
    """Remembers which signal came: inside a query DuckDB turns the exception into an error of its own."""

    def __init__(self) -> None:
        self.received: int | None = None

    def stop(self, number: int, _frame: FrameType | None) -> NoReturn:
        self.received = number
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    def listen(self) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)


class _EchoHandler(logging.Handler):
    """Log lines to wherever standard error is when they come."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


def _configure_logging() -> None:
    for name in ("flows", "tasks", "warehouse", "reports"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        if not any(isinstance(handler, _EchoHandler) for handler in logger.handlers):
            logger.addHandler(_EchoHandler())
        logger.propagate = False


def _tell_fault(kind: type[BaseException], _error: BaseException, _traceback: TracebackType | None) -> None:
    """A fault of the program in one line: the text of a library's error may quote values, so only its name is told."""
    click.echo(
        f"loanwatch: a fault of the program: {kind.__name__}\n"
        "  do next: run the command again with --debug and look at the traceback; what was committed before is whole",
        err=True,
    )


def _run() -> int:
    """Runs the command and returns its exit code; errors that a user can meet are told in words."""
    try:
        code = cli.main(args=[item for item in sys.argv[1:] if item != "--debug"], standalone_mode=False)
    except LoanwatchError as error:
        _tell(error)
        return error.exit_code
    except OSError as error:
        _tell(ResourceError(f"{type(error).__name__}: {error.strerror}", where=str(error.filename or ""), remedy=_ON_RESOURCES))
        return ResourceError.exit_code
    except click.exceptions.Abort:
        click.echo("loanwatch: stopped", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else 0


def _tell(error: LoanwatchError) -> None:
    if "--debug" in sys.argv:
        traceback.print_exc()
    click.echo(f"loanwatch: {error}", err=True)


def main() -> None:
    """Entry point. Exit codes: docs/exit-codes.md."""
    keep_private()
    atexit.register(gc.freeze)  # what is left at the end goes with the process: to look for garbage in it takes half a second
    signals = _Signals()
    signals.listen()
    _configure_logging()
    if "--debug" not in sys.argv:
        sys.excepthook = _tell_fault
    code = 1
    try:
        code = _run()
    finally:
        if signals.received is not None:
            click.echo("loanwatch: stopped; run the command again to go on", err=True)
            sys.exit(128 + signals.received)
    sys.exit(code)
