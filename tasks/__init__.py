"""The steps of the flows: they read by reference, call the arithmetic in tasks.core or the warehouse, and write by reference."""

import os

# Threads of LightGBM and scikit-learn sleep while they wait: spinning, a fit beside other work on the same cores took eight times
# as long. OpenMP reads this when it is loaded, so it has to stand before the first import of either.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
