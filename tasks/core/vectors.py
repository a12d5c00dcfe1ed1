"""One number or one truth per row, as every calculation takes them.

No part of `metrics`, which loads scikit-learn: a night does without that.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
