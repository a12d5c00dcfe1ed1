"""The steps of the flows: they read by reference, call the arithmetic in tasks.core or the warehouse, and write by reference."""
