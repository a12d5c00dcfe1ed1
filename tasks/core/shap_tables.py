"""Path-dependent SHAP values of a model, looked up instead of computed: tables made once, for rows by the thousand.

What a leaf adds to the SHAP values of a row depends only on which inputs pass the leaf's conditions: of u inputs, on one of 2^u
patterns. Neighbouring leaves of a tree share most of their inputs, so they share a table: its cells are the combinations of what
these leaves can tell apart, and each cell holds the sums over the leaves. A row costs some additions per table, however
many leaves lie behind it. Patterns instead of rows: Nadel and Wettenstein, "From Decision Trees to Boolean Logic: A Fast and
Unified SHAP Algorithm" (2025).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.core.encoding import Matrix
from tasks.core.tree_paths import Leaf, Tree
from tasks.core.vectors import Vector

#: Cells of a table shared by several leaves: larger tables mean fewer of them, smaller ones stay in the processor's cache.
MOST_CELLS = 1024
#: Inputs on the way to one leaf: its table alone has 2^inputs cells.
MOST_INPUTS = 14
#: Of all tables of a model.
MOST_BYTES = 512 * 2**20
#: Patterns of leaves that are computed together.
_CELLS_TOGETHER = 2**14

Places = npt.NDArray[np.intp]
#: Per column and code of a tree: bits that say which conditions of the leaves so far the code passes.
_Signatures = dict[int, tuple[int, ...]]


class Table(NamedTuple):
    """Some leaves of one tree.

    `inputs`: positions among the model's used columns. `offsets`: per input, code -> what it adds to the cell's number.
    `effects`: per input, cell -> SHAP value.
    """

    inputs: tuple[int, ...]
    offsets: tuple[Places, ...]
    effects: tuple[Vector, ...]


@dataclass(frozen=True)
class ShapTables:
    """The tables of a model. `columns` of the matrix are used; a value's code in one is the number of its `cuts` below it."""

    columns: Places
    cuts: tuple[Vector, ...]
    tables: tuple[Table, ...]


def shap_tables(trees: Sequence[Tree]) -> ShapTables | None:
    """The tables of these trees; None where a leaf has more than `MOST_INPUTS` inputs or all need more than `MOST_BYTES`."""
    widths = [len(leaf.conditions) for tree in trees for leaf in tree.leaves]
    if any(width > MOST_INPUTS for width in widths) or sum(8 * width << width for width in widths) > MOST_BYTES:
        return None
    cuts = _all_cuts(trees)
    columns = sorted(cuts)
    places = {column: place for place, column in enumerate(columns)}
    tables: list[Table] = []
    n_bytes = 0
    for tree, alone in zip(trees, _effects_of_leaves(trees), strict=True):
        codes = {column: _tree_codes(cuts[column], tree.cuts[column]) for column in tree.cuts}
        for leaves, signatures in _groups(tree):
            n_bytes += 8 * _n_cells(signatures) * len(signatures)
            if n_bytes > MOST_BYTES:
                return None
            tables.append(_table([(tree.leaves[leaf], alone[leaf]) for leaf in leaves], signatures, codes, places))
    return ShapTables(np.array(columns, dtype=np.intp), tuple(cuts[column] for column in columns), tuple(tables))


def _all_cuts(trees: Sequence[Tree]) -> dict[int, Vector]:
    """Thresholds of all trees by column, rising, each once."""
    found: dict[int, set[float]] = {}
    for tree in trees:
        for column, cuts in tree.cuts.items():
            found.setdefault(column, set()).update(cuts)
    return {column: np.array(sorted(cuts)) for column, cuts in found.items()}


def _effects_of_leaves(trees: Sequence[Tree]) -> list[list[Matrix]]:
    """`leaf_effects` of each leaf of each tree; leaves of as many inputs are computed together."""
    alike: dict[int, list[tuple[int, int]]] = {}
    for number, tree in enumerate(trees):
        for place, leaf in enumerate(tree.leaves):
            alike.setdefault(len(leaf.conditions), []).append((number, place))
    found: list[list[Matrix]] = [[np.empty((0, 0))] * len(tree.leaves) for tree in trees]
    for n_inputs, places in alike.items():
        together = max(1, _CELLS_TOGETHER >> n_inputs)
        for start in range(0, len(places), together):
            block = places[start : start + together]
            leaves = [trees[number].leaves[place] for number, place in block]
            shares = [[condition.share for condition in leaf.conditions.values()] for leaf in leaves]
            effects = leaf_effects(np.array([leaf.value for leaf in leaves]), np.array(shares))
            for (number, place), one in zip(block, effects, strict=True):
                found[number][place] = one
    return found


def leaf_effects(values: Vector, shares: Matrix) -> npt.NDArray[np.float64]:
    """SHAP values of leaves alone: leaves x inputs x patterns; bit j of a pattern is set where input j passes the conditions.

    With m coalition members of u, Shapley's weight m! (u-m-1)! / u! is the integral of t^m (1-t)^(u-m-1) over [0, 1], so the sum
    over all coalitions is that of a product: value (b_j - r_j) x the integral of the product over the other inputs k of
    r_k (1-t) + b_k t, where b is 1 for an input that passes, else 0, and r is the share of training rows that pass. The
    polynomial has degree u-1: Gauss-Legendre nodes integrate it exactly, and nothing cancels. The product over all inputs is the
    same for each j, so it is made once, and divided by the factor of j where it is summed over the nodes.
    """
    n_leaves, u = shares.shape
    t, weights = _quadrature((u + 1) // 2)
    fails = shares[:, :, None] * (1.0 - t)
    factors = np.stack([fails, fails + t], axis=2)  # leaves x inputs x fails or passes x nodes
    products = np.ones((n_leaves, len(t), 1))
    for one in range(u):
        by_factor = [products * factors[:, one, passes, :, None] for passes in (0, 1)]
        products = np.concatenate(by_factor, axis=2)
    gains = values[:, None, None] * (np.arange(2.0) - shares[:, :, None])
    both = ((gains[..., None] * weights / factors).reshape(n_leaves, 2 * u, -1) @ products).reshape(n_leaves, u, 2, -1)
    passes = (np.arange(2**u) >> np.arange(u)[:, None]) & 1 == 1
    return np.where(passes, both[:, :, 1], both[:, :, 0])


@cache
def _quadrature(n_nodes: int) -> tuple[Vector, Vector]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
    return (nodes + 1.0) / 2.0, weights / 2.0


def _groups(tree: Tree) -> list[tuple[list[int], _Signatures]]:
    """Numbers of neighbouring leaves, as many together as have at most `MOST_CELLS` cells; a leaf may have more alone."""
    found: list[tuple[list[int], _Signatures]] = []
    for number, leaf in enumerate(tree.leaves):
        if found:
            leaves, signatures = found[-1]
            wider = _with_leaf(signatures, leaf, tree)
            if _n_cells(wider) <= MOST_CELLS:
                found[-1] = ([*leaves, number], wider)
                continue
        found.append(([number], _with_leaf({}, leaf, tree)))
    return found


def _with_leaf(signatures: _Signatures, leaf: Leaf, tree: Tree) -> _Signatures:
    added = dict(signatures)
    for column, condition in leaf.conditions.items():
        before = signatures.get(column, (0,) * (len(tree.cuts[column]) + 2))
        added[column] = tuple(2 * bits + (condition.codes >> code & 1) for code, bits in enumerate(before))
    return added


def _n_cells(signatures: _Signatures) -> int:
    return prod(len(set(bits)) for bits in signatures.values())


def _tree_codes(of_model: Vector, of_tree: Sequence[float]) -> Places:
    """Code by the model's cuts -> code by the tree's, which are some of them."""
    positions = np.searchsorted(of_model, of_tree)
    return np.append(np.searchsorted(positions, np.arange(len(of_model) + 1)), len(of_tree) + 1)


def _table(
    leaves: Sequence[tuple[Leaf, Matrix]], signatures: _Signatures, codes: dict[int, Places], places: dict[int, int]
) -> Table:
    """The table of these leaves, each with its own effects."""
    kinds = {column: sorted(set(bits)) for column, bits in signatures.items()}
    sizes = [len(kinds[column]) for column in kinds]
    effects = np.zeros((len(sizes), *sizes))
    for leaf, alone in leaves:
        _add_leaf(effects, leaf, alone, signatures, kinds)
    offsets = []
    for axis, column in enumerate(kinds):
        kind = np.array([kinds[column].index(bits) for bits in signatures[column]], dtype=np.intp)
        offsets.append(kind[codes[column]] * prod(sizes[axis + 1 :]))
    return Table(tuple(places[column] for column in kinds), tuple(offsets), tuple(effects.reshape(len(sizes), -1)))


def _add_leaf(effects: Matrix, leaf: Leaf, alone: Matrix, signatures: _Signatures, kinds: dict[int, list[int]]) -> None:
    """Adds the leaf's SHAP values to every cell; `effects` has an axis of inputs, then one for each input's kinds of codes."""
    axes = {column: axis for axis, column in enumerate(kinds)}
    pattern = np.zeros([1] * len(kinds), dtype=np.intp)
    for bit, (column, condition) in enumerate(leaf.conditions.items()):
        known = signatures[column]
        passes = [(condition.codes >> known.index(kind) & 1) << bit for kind in kinds[column]]
        along = [1] * len(kinds)
        along[axes[column]] = len(passes)
        pattern = pattern + np.array(passes, dtype=np.intp).reshape(along)
    for column, effect in zip(leaf.conditions, alone.take(pattern, axis=1), strict=True):
        effects[axes[column]] += effect
