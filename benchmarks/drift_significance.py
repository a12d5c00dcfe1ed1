"""Whether quiet nights stay quiet and drift is seen: level and power of the significance of PSI, by simulation.

Per shape of bins and rows on both sides: how often undrifted nights fall below 1e-3, 1e-4 and 1e-5, as multiples of
those levels; how many would alert (PSI 0.20 as well); and the same level 1e-5 for PSI times n m/(n + m) taken as chi-square.

Run: python -m benchmarks.drift_significance [nights]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from tasks.core.psi import measure_cells

Shares = npt.NDArray[np.float64]
LEVELS = (1e-3, 1e-4, 1e-5)
SIZES = ((200, 50_000), (200, 640), (500, 50_000))
_CELLS_AT_ONCE = 200_000


def shapes(k: int) -> Iterator[tuple[str, Shares]]:
    """Shares of k bins: equal, falling like levels do, irregular, and one large bin beside bins that expect x rows of 200."""
    generator = np.random.default_rng(1)
    falling = 1.0 / np.arange(1, k + 1) ** 1.5
    yield "equal", np.full(k, 1.0 / k)
    yield "falling", falling / falling.sum()
    yield "irregular", generator.dirichlet(np.full(k, 0.3))
    for expected in (1.5, 0.3, 0.02):
        thin = np.full(k, expected / 200.0)
        thin[0] = 1.0 - thin[1:].sum()
        yield f"{expected} of 200", thin


def level(shares: Shares, n: int, m: int, nights: int) -> dict[str, object]:
    """Multiples of each level, alerts, and the multiple of 1e-5 of the plain chi-square."""
    generator = np.random.default_rng(2)
    below, plain, alerts, done = np.zeros(len(LEVELS)), 0, 0, 0
    while done < nights:
        some = min(nights - done, max(1, _CELLS_AT_ONCE // len(shares)))
        reference, current = (generator.multinomial(rows, shares, size=some).astype(float).ravel() for rows in (m, n))
        found = measure_cells(reference, current, np.repeat(np.arange(some), len(shares)))
        below += [np.count_nonzero(found.p_value < one) for one in LEVELS]
        plain += int(np.count_nonzero(chi2.sf(n * m / (n + m) * found.psi, len(shares) - 1) < LEVELS[-1]))
        alerts += int(np.count_nonzero((found.p_value < LEVELS[-1]) & (found.psi >= 0.20)))
        done += some
    return {
        "of_levels": (below / nights / LEVELS).round(2).tolist(),
        "alerts": alerts,
        "plain": round(plain / nights / 1e-5, 1),
    }


def power(k: int, n: int, true_psi: float, nights: int = 1_000) -> dict[str, object]:
    """Share of nights that find a shift of k equal bins along their order, by this test, by the plain one, and as an alert."""
    generator = np.random.default_rng(3)
    p, tilt = np.full(k, 1.0 / k), np.linspace(-1.0, 1.0, k)
    shifts = [np.exp(strength * tilt) / np.exp(strength * tilt).sum() for strength in np.linspace(0.05, 4.0, 2_000)]
    q = min(shifts, key=lambda one: abs(float(np.sum((one - p) * np.log(one / p))) - true_psi))
    m = np.tile(generator.multinomial(50_000, p).astype(float), nights)
    current = generator.multinomial(n, q, size=nights).astype(float).ravel()
    found = measure_cells(m, current, np.repeat(np.arange(nights), k))
    plain = chi2.sf(n * 50_000 / (n + 50_000) * found.psi, k - 1) < LEVELS[-1]
    is_significant = found.p_value < LEVELS[-1]
    shares = {"found": is_significant, "plain": plain, "alert": is_significant & (found.psi >= 0.20)}
    return {name: round(float(np.mean(hits)), 3) for name, hits in shares.items()}


def main() -> None:
    """Prints one JSON line per case."""
    nights = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    for k in (10, 58):
        for n in (200, 500):
            for true_psi in (0.25, 0.35):
                print(json.dumps({"bins": k, "n": n, "true_psi": true_psi} | power(k, n, true_psi)), flush=True)
    for k in (2, 5, 12, 58):
        for name, shares in shapes(k):
            for n, m in SIZES:
                print(json.dumps({"bins": k, "shape": name, "n": n, "m": m} | level(shares, n, m, nights)), flush=True)


if __name__ == "__main__":
    main()
