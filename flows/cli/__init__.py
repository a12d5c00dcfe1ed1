"""The command line: each command in one screen, heavy imports inside the step that needs them."""
