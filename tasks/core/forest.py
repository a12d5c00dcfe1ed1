"""Trees as arrays: what a vectorised kernel needs to walk them, read from a LightGBM text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

#: Leaves that a kernel of each width can tell apart: one bit per leaf.
WIDTHS = (16, 32, 64)
_DEFAULT_LEFT, _MISSING_TYPE = 0b10, 0b1100
_MISSING_ZERO, _MISSING_NAN = 0b0100, 0b1000


class UnsuitableTreesError(Exception):
    """The trees have something that the arrays do not say: the words are for a report."""


@dataclass(frozen=True)
class Forest:
    """The trees of a model, leaves counted from left to right.

    A row starts in a tree with one bit set per leaf. Each node whose answer is "right" clears the leaves on its left; the lowest
    bit left is the row's leaf: QuickScorer (Lucchese et al., SIGIR 2015).

    Attributes:
        n_inputs: columns of the matrix.
        width: bits of a mask: 16, 32 or 64.
        used: int32, the inputs that the trees read, in order.
        bounds: int32, trees x 3: the first node, the first node where a missing value goes right, the end.
        feature: int32 per node, position in `used`.
        threshold: float64 per node; a value up to it goes left.
        mask: unsigned per node: the leaves that stay when the answer is "right".
        leaves: float64, trees x width.
    """

    n_inputs: int
    width: int
    used: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float64]
    mask: npt.NDArray[np.unsignedinteger[Any]]
    leaves: npt.NDArray[np.float64]

    @property
    def n_trees(self) -> int:
        return len(self.bounds)


@dataclass(frozen=True)
class _Tree:
    feature: list[int]
    threshold: list[float]
    missing_left: list[bool]
    mask: list[int]
    leaves: list[float]


def _sections(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The head of a model text, and its trees: lines `key=value`."""
    head, *blocks = text.split("\nTree=")
    blocks = [block.split("\n\n")[0] for block in blocks]
    return _entries(head), [_entries("Tree=" + block) for block in blocks]


def _entries(block: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in block.splitlines())
    return {key: value for key, _, value in pairs}


def _require_plain(head: dict[str, str], trees: list[dict[str, str]]) -> None:
    if head.get("num_class") != "1" or "average_output" in head or not trees:
        raise UnsuitableTreesError("the model is not one sum of trees")
    if any(int(tree["num_cat"]) for tree in trees):
        raise UnsuitableTreesError("trees split on categories")
    if any(int(tree.get("is_linear", "0")) for tree in trees):
        raise UnsuitableTreesError("leaves hold linear models")
    if max(int(tree["num_leaves"]) for tree in trees) > WIDTHS[-1]:
        raise UnsuitableTreesError(f"a tree has more than {WIDTHS[-1]} leaves")


def _goes_left_missing(decision_type: int, threshold: float) -> bool:
    """Where a missing value goes. A node that saw none in training takes it for 0."""
    kind = decision_type & _MISSING_TYPE
    if kind == _MISSING_ZERO:
        raise UnsuitableTreesError("zero counts as missing")
    return bool(decision_type & _DEFAULT_LEFT) if kind == _MISSING_NAN else threshold >= 0.0


def _read_tree(entries: dict[str, str]) -> _Tree:
    values = [float(value) for value in entries["leaf_value"].split()]
    if len(values) == 1:
        return _Tree([], [], [], [], values)
    left, right = ([int(child) for child in entries[f"{side}_child"].split()] for side in ("left", "right"))
    order: list[int] = []
    mask = [0] * len(left)

    def number(child: int) -> int:
        """Numbers the leaves below a child from left to right; returns their bits."""
        if child < 0:
            order.append(~child)
            return 1 << (len(order) - 1)
        on_left = number(left[child])
        mask[child] = ~on_left
        return on_left | number(right[child])

    number(0)
    threshold = [float(value) for value in entries["threshold"].split()]
    kinds = [int(kind) for kind in entries["decision_type"].split()]
    missing_left = [_goes_left_missing(kind, value) for kind, value in zip(kinds, threshold, strict=True)]
    feature = [int(value) for value in entries["split_feature"].split()]
    return _Tree(feature, threshold, missing_left, mask, [values[leaf] for leaf in order])


def read_forest(text: str) -> Forest:
    """The arrays of a LightGBM text.

    Raises:
        UnsuitableTreesError: categorical splits, linear leaves, several classes, zero as missing, or more than 64 leaves.
    """
    head, entries = _sections(text)
    _require_plain(head, entries)
    trees = [_read_tree(tree) for tree in entries]
    width = next(width for width in WIDTHS if width >= max(len(tree.leaves) for tree in trees))
    used = sorted({feature for tree in trees for feature in tree.feature})
    place = {feature: position for position, feature in enumerate(used)}
    bounds: list[tuple[int, int, int]] = []
    nodes: list[tuple[bool, int, float, int]] = []
    leaves = np.zeros((len(trees), width))
    for number, tree in enumerate(trees):
        own = sorted(zip(tree.missing_left, tree.feature, tree.threshold, tree.mask, strict=True), key=lambda node: not node[0])
        bounds.append((len(nodes), len(nodes) + sum(node[0] for node in own), len(nodes) + len(own)))
        nodes += own
        leaves[number, : len(tree.leaves)] = tree.leaves
    return Forest(
        n_inputs=int(head["max_feature_idx"]) + 1,
        width=width,
        used=np.array(used, dtype=np.int32),
        bounds=np.array(bounds, dtype=np.int32),
        feature=np.array([place[node[1]] for node in nodes], dtype=np.int32),
        threshold=np.array([node[2] for node in nodes], dtype=np.float64),
        mask=np.array([node[3] & ((1 << width) - 1) for node in nodes], dtype=f"u{width // 8}"),
        leaves=leaves,
    )
