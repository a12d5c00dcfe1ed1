"""Steps of the flows: read by reference, call the arithmetic or the warehouse, write by reference."""

import os

# Threads of LightGBM and scikit-learn that wait sleep instead of spinning: beside other work on the same cores a fit took eight times
# as long with spinning. OpenMP reads this when it is loaded, so it has to stand before the first import of either.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
