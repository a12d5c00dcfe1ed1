"""A person's decision about a challenger, asked for in the Prefect UI while the run is suspended."""

from __future__ import annotations

from typing import Annotated, Literal

from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from pydantic import Field

#: Anything but blanks: the server refuses an answer without it, and the question stays.
_SAYS_SOMETHING = r"\S"


class Approval(RunInput):
    """What the form asks. The name is taken as it is typed: this is a record of who decided, no authentication."""

    decision: Annotated[
        Literal["approve", "reject"],
        Field(title="Decision", description="approve: it decides from the next business date on. reject: it is retired."),
    ]
    name: Annotated[
        str,
        Field(
            title="Your name",
            description="Another person than the one who asked for the training.",
            pattern=_SAYS_SOMETHING,
            max_length=100,
        ),
    ]
    comment: Annotated[
        str,
        Field(title="Comment", description="Why; stands in the registry of promotions.", pattern=_SAYS_SOMETHING, max_length=500),
    ]


def _form(description: str) -> type[Approval]:
    """The form with a text above it. Prefect's own `with_initial_data` would drop the bounds of the fields."""
    form: type[Approval] = type("Approval", (Approval,), {"__module__": __name__, "__doc__": Approval.__doc__})
    form._description = description
    return form


def ask_for_approval(description: str, number: int) -> Approval:
    """Suspends the run until a person has filled in the form; asked again, the run goes on with the answer.

    The run leaves its process, waits without a limit of time, and survives a restart of server and worker.
    `number` counts the questions of one run, from 1.
    """
    answer: Approval = suspend_flow_run(wait_for_input=_form(description), key=f"approval-{number}")
    return answer
