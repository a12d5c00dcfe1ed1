"""What each leaf of a LightGBM model asks of each input, read from the model's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_NO_MISSING, _ZERO_IS_MISSING, _NAN_IS_MISSING = 0, 1, 2


class Condition(NamedTuple):
    """What the splits on the way to a leaf ask of one input.

    `codes`: a set of bits; bit c is set where values of code c pass all these splits. `share`: the product, over these splits, of
    the share of the rows of training that went the same way.
    """

    codes: int
    share: float


class Leaf(NamedTuple):
    """What a leaf adds to the log-odds, and what it asks, by column of the matrix."""

    value: float
    conditions: dict[int, Condition]


@dataclass(frozen=True)
class Tree:
    """The leaves of a tree, neighbours side by side.

    `cuts`: thresholds of its splits by column, rising. The code of a value is the number of cuts below it; that of a missing
    value is one more than there are cuts.
    """

    cuts: dict[int, tuple[float, ...]]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class _Splits:
    """A tree as it stands in the text: parallel lists by split, and by leaf. A child below 0 is the leaf ~child."""

    column: Sequence[int]
    threshold: Sequence[float]
    decision: Sequence[int]
    left: Sequence[int]
    right: Sequence[int]
    n_rows: Sequence[int]
    leaf_value: Sequence[float]
    leaf_rows: Sequence[int]

    def rows_below(self, child: int) -> int:
        return self.leaf_rows[~child] if child < 0 else self.n_rows[child]

    def missing_goes_left(self, split: int) -> bool:
        """LightGBM reads a missing value as 0 where a split has seen none."""
        if self.decision[split] >> 2 == _NO_MISSING:
            return self.threshold[split] >= 0.0
        return bool(self.decision[split] & 2)


def read_trees(text: str) -> list[Tree] | None:
    """The trees of a model text, those without a split left out; None where it holds what is not read here.

    That is: several trees for each round, an average of trees, categorical splits, linear leaves, zeros that count as missing, or
    a branch that no row of training took.
    """
    head, *blocks = text.split("\nTree=")
    lines = head.splitlines()
    if "num_tree_per_iteration=1" not in lines or "average_output" in lines:
        return None
    trees = []
    for block in blocks:
        fields = dict(line.partition("=")[::2] for line in block.partition("\n\n")[0].splitlines())
        if fields["num_leaves"] == "1":
            continue
        splits = _splits(fields)
        if splits is None:
            return None
        trees.append(_tree(splits))
    return trees


def _splits(fields: dict[str, str]) -> _Splits | None:
    if fields.get("num_cat") != "0" or fields.get("is_linear", "0") != "0":
        return None
    whole = {
        name: [int(word) for word in fields[name].split()]
        for name in (
            "split_feature", "decision_type", "left_child", "right_child", "internal_count", "leaf_count"
        )
    }  # fmt: skip
    kinds = {decision >> 2 for decision in whole["decision_type"]}
    if not kinds <= {_NO_MISSING, _NAN_IS_MISSING} or min(whole["internal_count"] + whole["leaf_count"]) < 1:
        return None
    real = {name: [float(word) for word in fields[name].split()] for name in ("threshold", "leaf_value")}
    return _Splits(
        whole["split_feature"],
        real["threshold"],
        whole["decision_type"],
        whole["left_child"],
        whole["right_child"],
        whole["internal_count"],
        real["leaf_value"],
        whole["leaf_count"],
    )


def _tree(splits: _Splits) -> Tree:
    found: dict[int, set[float]] = {}
    for column, threshold in zip(splits.column, splits.threshold, strict=True):
        found.setdefault(column, set()).add(threshold)
    cuts = {column: tuple(sorted(values)) for column, values in found.items()}
    return Tree(cuts, tuple(_leaves(splits, cuts)))


def _leaves(splits: _Splits, cuts: dict[int, tuple[float, ...]]) -> list[Leaf]:
    """From left to right, so that leaves of a common way lie together."""
    found: list[Leaf] = []
    waiting: list[tuple[int, dict[int, Condition]]] = [(0, {})]
    while waiting:
        node, conditions = waiting.pop()
        if node < 0:
            found.append(Leaf(splits.leaf_value[~node], conditions))
            continue
        column = splits.column[node]
        everything = (1 << (len(cuts[column]) + 2)) - 1
        left = _codes_left(splits, node, cuts[column])
        before = conditions.get(column, Condition(everything, 1.0))
        for child, codes in ((splits.right[node], everything & ~left), (splits.left[node], left)):
            share = before.share * (splits.rows_below(child) / splits.n_rows[node])
            waiting.append((child, {**conditions, column: Condition(before.codes & codes, share)}))
    return found


def _codes_left(splits: _Splits, node: int, cuts: tuple[float, ...]) -> int:
    """A value goes left where it is at most the threshold: where no more cuts lie below it than below the threshold."""
    up_to = (1 << (cuts.index(splits.threshold[node]) + 1)) - 1
    return up_to | (int(splits.missing_goes_left(node)) << (len(cuts) + 1))
