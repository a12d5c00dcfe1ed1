"""What happens, in which order: flows, and the command line that runs them."""

import logging

#: The loggers of our own packages.
OWN_LOGGERS = ("flows", "tasks", "warehouse", "reports")

# Here, since a run that a worker starts imports its flow and little else. Prefect gives the loggers that it is told of a handler
# (flows/up.py) but no level: without one they would inherit WARNING, and the page of a run would show no line of ours.
for _name in OWN_LOGGERS:
    logging.getLogger(_name).setLevel(logging.INFO)
