"""The arithmetic: pure functions on Polars frames and NumPy arrays."""
