"""Checks of the warehouse: each file returns the failing rows, zero rows pass. `fail` stops the run,
`warn` goes on the report.
"""
