"""What happens, in which order: flows, and the command line that runs them."""
