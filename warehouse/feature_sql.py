"""The one generator of feature SQL: from the declared list to one statement per table, for training and for scoring.

Each statement reads the registered frame `feature_versions` (application_id, batch_id) and gives one row per version, in order.

How results stay the same whatever the threads, chunk or subset: a value is rounded to a fixed number of decimals and summed as an
integer (HUGEINT holds every sum and sum of squares that rows within their ranges can give), so sums do not depend on order;
means and variances are each one division of such sums. No float is ever added to a float of another row.

Only identifiers of the closed declared list are put into the text; levels and group values are parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.feature_catalogue import RATIO_CAP, Group, History
from schemas.features import Feature, history_of, value_decimals
from schemas.tables import Column, table

Parameters = dict[str, str | int]

#: Up to this many rows of one applicant the exact formula of the variance cannot overflow; beyond, the same sums as doubles.
_EXACT_ROWS = 100_000
#: Values are declared up to 1e10; with four decimals, or a capped ratio with eight, that is 1e14 as an integer.
_LARGEST = 10_000_000_000
#: Decimals of the share of a credit's months with a status, before the mean over credits is taken.
_SHARE_DECIMALS = 15


@dataclass(frozen=True)
class Statement:
    """One statement and its named parameters."""

    text: str
    parameters: Parameters = field(default_factory=dict)


def ratio(numerator: str, denominator: str) -> str:
    """numerator / denominator, NULL where the denominator is 0, capped at +-1e6."""
    quotient = f"({numerator})::DOUBLE / nullif({denominator}, 0)"
    return f"CASE WHEN {quotient} > {RATIO_CAP} THEN {RATIO_CAP} WHEN {quotient} < -{RATIO_CAP} THEN -{RATIO_CAP} ELSE {quotient} END"


def _present(columns: Sequence[str]) -> str:
    return " + ".join(f"({column} IS NOT NULL)::INTEGER" for column in columns)


def _total(columns: Sequence[str], weights: Sequence[int] | None = None) -> str:
    factors = weights or [1] * len(columns)
    return " + ".join(f"coalesce({column}, 0) * {factor}" for column, factor in zip(columns, factors, strict=True))


def _mean_of(columns: Sequence[str]) -> str:
    return f"({_total(columns)})::DOUBLE / nullif({_present(columns)}, 0)"


def _weighted_mean_of(columns: Sequence[str]) -> str:
    weights = range(1, len(columns) + 1)
    present = " + ".join(f"({column} IS NOT NULL)::INTEGER * {weight}" for column, weight in zip(columns, weights, strict=True))
    return f"({_total(columns, list(weights))})::DOUBLE / nullif({present}, 0)"


def _std_of(columns: Sequence[str]) -> str:
    squares = " + ".join(f"coalesce(({column} - ({_mean_of(columns)})) ** 2, 0)" for column in columns)
    return f"CASE WHEN {_present(columns)} > 1 THEN sqrt(({squares}) / ({_present(columns)} - 1)) END"


_FORMULAS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "ratio": lambda columns: ratio(columns[0], columns[1]),
    "per": lambda columns: f"{columns[0]} / nullif({columns[1]}, 0)",
    "mean_of": _mean_of,
    "weighted_mean_of": _weighted_mean_of,
    "std_of": _std_of,
    "min_of": lambda columns: f"least({', '.join(columns)})",
    "max_of": lambda columns: f"greatest({', '.join(columns)})",
    "count_of": _present,
    "product_of": lambda columns: " * ".join(columns),
    "total_of": lambda columns: f"CASE WHEN {_present(columns)} > 0 THEN {_total(columns)} END",
    "missing_of": lambda columns: f"{len(columns)} - ({_present(columns)})",
    "value": lambda columns: columns[0],
    "is_sentinel": lambda columns: f"{columns[0]}_IS_SENTINEL",
}


def application_statement(features: Sequence[Feature]) -> Statement:
    """Inputs and ratios within an application. Reads core.applications, where cleaning is defined."""
    lines = []
    for feature in features:
        expression = _FORMULAS[feature.function]([f"a.{column}" for column in feature.columns])
        kind = "VARCHAR" if feature.kind == "text" else "DOUBLE"
        lines.append(f"  ({expression})::{kind} AS {feature.name}")
    text = (
        "SELECT\n  v.application_id,\n  v.batch_id,\n"
        + ",\n".join(lines)
        + (
            "\nFROM feature_versions AS v"
            "\nJOIN core.applications AS a ON a.SK_ID_CURR = v.application_id AND a.batch_id = v.batch_id"
            "\nORDER BY v.application_id, v.batch_id"
        )
    )
    return Statement(text)


def _cleaned(column: Column) -> str:
    """A history column with its sentinel taken out, as in the core views."""
    return f"nullif(r.{column.name}, {column.sentinel})" if column.sentinel is not None else f"r.{column.name}"


def _scaled(value: str, decimals: int) -> str:
    """The value as an integer count of its last decimal; what lies outside every declared range (or is NaN) is missing."""
    return f"CASE WHEN abs({value}) <= {_LARGEST} THEN round(({value}) * 1e{decimals})::BIGINT END"


_DERIVED: Mapping[tuple[str, str], str] = {
    ("previous_application", "AMT_APPLICATION_TO_CREDIT"): ratio("r.AMT_APPLICATION", "r.AMT_CREDIT"),
    ("installments_payments", "PAID_TO_DUE"): ratio("coalesce(r.AMT_PAYMENT, 0)", "r.AMT_INSTALMENT"),
    ("installments_payments", "DUE_MINUS_PAID"): "r.AMT_INSTALMENT - coalesce(r.AMT_PAYMENT, 0)",
    # never paid: late up to the application, which is day 0
    ("installments_payments", "DAYS_PAST_DUE"): "greatest(coalesce(r.DAYS_ENTRY_PAYMENT, 0) - r.DAYS_INSTALMENT, 0)",
    ("installments_payments", "DAYS_BEFORE_DUE"): "greatest(r.DAYS_INSTALMENT - coalesce(r.DAYS_ENTRY_PAYMENT, 0), 0)",
    ("installments_payments", "IS_LATE"): "(coalesce(r.DAYS_ENTRY_PAYMENT, 0) > r.DAYS_INSTALMENT)::INTEGER",
    ("installments_payments", "IS_UNPAID"): "(r.AMT_PAYMENT IS NULL)::INTEGER",
    ("credit_card_balance", "BALANCE_TO_LIMIT"): ratio("r.AMT_BALANCE", "r.AMT_CREDIT_LIMIT_ACTUAL"),
    ("bureau", "MONTHS_BALANCE_MIN"): "b.oldest_month",
    ("bureau", "MONTHS_BALANCE_MAX"): "b.newest_month",
    ("bureau", "MONTHS_BALANCE_SIZE"): "b.n_months",
}


def _value(history: History, name: str) -> str:
    """One value of a history row, as the integer that is aggregated."""
    decimals = value_decimals(history, name)
    derived = _DERIVED.get((history.table, name))
    expression = derived or _cleaned(table(history.table).column(name))
    if decimals == 0:
        return f"({expression})::BIGINT"
    return _scaled(expression, decimals)


#: What a function needs of a value in each part of the rows: state -> aggregate over the rows, aggregate over the parts.
_STATES: Mapping[str, tuple[str, str]] = {
    "n": ("count({0})", "sum({0})"),
    "s": ("sum({0})", "sum({0})"),
    "q": ("sum({0}::HUGEINT * {0})", "sum({0})"),
    "lo": ("min({0})", "min({0})"),
    "hi": ("max({0})", "max({0})"),
}
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "min": ("lo",),
    "max": ("hi",),
    "mean": ("n", "s"),
    "sum": ("s",),
    "var": ("n", "s", "q"),
    "nunique": (),
}


def _variance(at: str, name: str, decimals: int) -> str:
    n, s, q = (f"{at}.{state}_{name}" for state in ("n", "s", "q"))
    exact = f"({n} * {q} - {s} * {s})::DOUBLE"
    rough = f"greatest({n}::DOUBLE * {q}::DOUBLE - {s}::DOUBLE * {s}::DOUBLE, 0)"
    spread = f"CASE WHEN {n} <= {_EXACT_ROWS} THEN {exact} ELSE {rough} END"
    return f"CASE WHEN {n} > 1 THEN ({spread}) / ({n}::DOUBLE * ({n} - 1)::DOUBLE * 1e{2 * decimals}) END"


def _aggregate(at: str, feature: Feature, decimals: int) -> str:
    """A feature from the states of its value; `at` is the row of states of its group."""
    name = feature.column
    match feature.function:
        case "min":
            return f"{at}.lo_{name} / 1e{decimals}"
        case "max":
            return f"{at}.hi_{name} / 1e{decimals}"
        case "mean":
            return f"{at}.s_{name}::DOUBLE / ({at}.n_{name} * 1e{decimals})"
        case "sum":
            return f"CASE WHEN {at}.n_rows > 0 THEN coalesce({at}.s_{name}, 0)::DOUBLE / 1e{decimals} END"
        case _:
            return _variance(at, name, decimals)


def _level_aggregate(function: str, key: str) -> str:
    k, n = f"w.{key}", "w.n_rows"
    match function:
        case "level_share":
            return f"{k}::DOUBLE / {n}"
        case "level_min":
            return f"({k} = {n})::INTEGER"
        case "level_max":
            return f"({k} > 0)::INTEGER"
        case "level_sum":
            return k
        case _:
            return f"CASE WHEN {n} > 1 THEN ({n} * {k} - {k} * {k})::DOUBLE / ({n}::DOUBLE * ({n} - 1)::DOUBLE) END"


class HistoryStatement:
    """Writes the statement of one history table."""

    def __init__(self, name: str, features: Sequence[Feature]) -> None:
        self.history = history_of(name)
        self.features = [feature for feature in features if feature.function != "ratio"]
        self.ratios = [feature for feature in features if feature.function == "ratio"]
        self.groups: dict[str, int] = {group.name: number for number, group in enumerate(self.history.groups, start=1)}
        self.parameters: Parameters = {}
        self.level_keys = self._levels(lambda feature: feature.function.startswith("level_"))
        self.status_keys = self._levels(lambda feature: feature.function == "mean_of_share")
        self.has_balance = name == "bureau"

    def _levels(self, wanted: Callable[[Feature], bool]) -> dict[tuple[str, str], str]:
        keys: dict[tuple[str, str], str] = {}
        for feature in self.features:
            if wanted(feature) and (feature.column, feature.level or "") not in keys:
                key = f"k{len(self.parameters)}"
                keys[(feature.column, feature.level or "")] = key
                self.parameters[key] = feature.level or ""
        return keys

    def statement(self) -> Statement:
        clauses = [
            *self._picks(),
            *(self._balance() if self.has_balance else []),
            self._cleaned_rows(),
            self._parts(),
            self._whole(),
            *self._distinct(),
            self._plain(),
        ]
        return Statement("WITH " + ",\n".join(clauses) + "\n" + self._result(), self.parameters)

    def _pick(self, name: str, source: str) -> str:
        """Per version the newest delivery of that table's rows for the applicant, not later than its business date."""
        return (
            f"{name} AS (\n"
            "  SELECT v.application_id, v.batch_id, max(h.batch_id) AS held\n"
            "  FROM feature_versions AS v\n"
            "  JOIN (\n"
            f"    SELECT DISTINCT r.SK_ID_CURR, r.batch_id FROM raw.{source}_v1 AS r\n"
            "    WHERE r.SK_ID_CURR IN (SELECT application_id FROM feature_versions)\n"
            "  ) AS h ON h.SK_ID_CURR = v.application_id AND h.batch_id <= v.batch_id // 100 * 100 + 99\n"
            "  GROUP BY v.application_id, v.batch_id\n)"
        )

    def _picks(self) -> list[str]:
        """`picks`: per version the deliveries it sees. `sets`: each combination once, numbered; versions often share one."""
        clauses = [self._pick("own", self.history.table)]
        if self.has_balance:
            clauses.append(self._pick("balance", "bureau_balance"))
        monthly = "m.held" if self.has_balance else "NULL::INTEGER"
        join = "\n  LEFT JOIN balance AS m USING (application_id, batch_id)" if self.has_balance else ""
        clauses.append(
            f"picks AS (\n  SELECT o.application_id, o.batch_id, o.held, {monthly} AS held_monthly\n  FROM own AS o{join}\n)"
        )
        clauses.append(
            "sets AS (\n"
            "  SELECT application_id, held, held_monthly, row_number() OVER ()::INTEGER AS set_no\n"
            "  FROM (SELECT DISTINCT application_id, held, held_monthly FROM picks)\n)"
        )
        return clauses

    def _balance(self) -> list[str]:
        """Months per credit, before they meet the credit: one pass over the largest table."""
        counts = "".join(
            f",\n    round(count_if(r.STATUS = ${key}) / count(*) * 1e{_SHARE_DECIMALS})::BIGINT AS {key}"
            for key in self.status_keys.values()
        )
        return [
            "months AS (\n"
            "  SELECT s.set_no, r.SK_ID_BUREAU, min(r.MONTHS_BALANCE) AS oldest_month, max(r.MONTHS_BALANCE) AS newest_month,\n"
            f"    count(*) AS n_months{counts}\n"
            "  FROM raw.bureau_balance_v1 AS r\n"
            "  JOIN sets AS s ON s.application_id = r.SK_ID_CURR AND s.held_monthly = r.batch_id\n"
            "  GROUP BY s.set_no, r.SK_ID_BUREAU\n)"
        ]

    def _part(self) -> str:
        """The number of the group that a row is in, 0 if in none."""
        lines = [f"WHEN {self._condition(group)} THEN {self.groups[group.name]}" for group in self.history.groups]
        return f"CASE {' '.join(lines)} ELSE 0 END::TINYINT" if lines else "0::TINYINT"

    def _condition(self, group: Group) -> str:
        key = f"group_{self.groups[group.name]}"
        self.parameters[key] = group.value
        return f"r.{group.column} {group.operator} ${key}"

    def _value_names(self) -> dict[str, list[str]]:
        """The states each value needs, over all its features."""
        needs: dict[str, list[str]] = {}
        for feature in self.features:
            if feature.function in _NEEDS and feature.column:
                states = needs.setdefault(feature.column, [])
                states += [state for state in _NEEDS[feature.function] if state not in states]
        return {name: states for name, states in needs.items() if states}

    def _cleaned_rows(self) -> str:
        values = [f"{_value(self.history, name)} AS v_{name}" for name in self._value_names()]
        levels = [f"r.{column} AS l_{column}" for column in dict.fromkeys(column for column, _ in self.level_keys)]
        statuses = [f"b.{key} AS {key}" for key in self.status_keys.values()]
        columns = ",\n    ".join(["s.set_no", f"{self._part()} AS part", *values, *levels, *statuses])
        join = "\n  LEFT JOIN months AS b ON b.set_no = s.set_no AND b.SK_ID_BUREAU = r.SK_ID_BUREAU" if self.has_balance else ""
        return (
            f"cleaned AS (\n  SELECT\n    {columns}\n  FROM raw.{self.history.table}_v1 AS r\n"
            f"  JOIN sets AS s ON s.application_id = r.SK_ID_CURR AND s.held = r.batch_id{join}\n)"
        )

    def _parts(self) -> str:
        """Exact states per set and part of its rows; every state of the whole can be had from those of its parts."""
        states = [
            f"{_STATES[state][0].format(f'v_{name}')} AS {state}_{name}"
            for name, needed in self._value_names().items()
            for state in needed
        ]
        levels = [f"count_if(l_{column} = ${key}) AS {key}" for (column, _), key in self.level_keys.items()]
        statuses = [f"sum({key}) AS {key}, count({key}) AS n_{key}" for key in self.status_keys.values()]
        columns = ",\n    ".join(["set_no", "part", "count(*) AS n_rows", *states, *levels, *statuses])
        return f"parts AS (\n  SELECT\n    {columns}\n  FROM cleaned\n  GROUP BY set_no, part\n)"

    def _whole(self) -> str:
        states = [
            f"{_STATES[state][1].format(f'{state}_{name}')} AS {state}_{name}"
            for name, needed in self._value_names().items()
            for state in needed
        ]
        levels = [f"sum({key}) AS {key}" for key in self.level_keys.values()]
        statuses = [f"sum({key}) AS {key}, sum(n_{key}) AS n_{key}" for key in self.status_keys.values()]
        columns = ",\n    ".join(["set_no", "sum(n_rows) AS n_rows", *states, *levels, *statuses])
        return f"whole AS (\n  SELECT\n    {columns}\n  FROM parts\n  GROUP BY set_no\n)"

    def _distinct(self) -> list[str]:
        """Numbers of different values cannot be had from parts: one narrow pass each."""
        return [
            f"distinct_{name} AS (\n"
            "  SELECT set_no, count(*) AS n FROM (\n"
            f"    SELECT DISTINCT s.set_no, r.{name} FROM raw.{self.history.table}_v1 AS r\n"
            "    JOIN sets AS s ON s.application_id = r.SK_ID_CURR AND s.held = r.batch_id\n"
            f"    WHERE r.{name} IS NOT NULL\n"
            "  ) GROUP BY set_no\n)"
            for name in self._distinct_names()
        ]

    def _distinct_names(self) -> list[str]:
        return [feature.column for feature in self.features if feature.function == "nunique"]

    def _expression(self, feature: Feature) -> str:
        at = f"g{self.groups[feature.group]}" if feature.group else "w"
        if feature.function == "has":
            return f"({'m' if feature.table == 'bureau_balance' else 'p'}.held IS NOT NULL)::INTEGER"
        if feature.function == "count":
            return f"coalesce({at}.n_rows, 0)"
        if feature.function == "nunique":
            return f"CASE WHEN w.n_rows > 0 THEN coalesce(distinct_{feature.column}.n, 0) END"
        if feature.function == "mean_of_share":
            key = self.status_keys[(feature.column, feature.level or "")]
            return f"w.{key}::DOUBLE / (nullif(w.n_{key}, 0) * 1e{_SHARE_DECIMALS})"
        if feature.function.startswith("level_"):
            return _level_aggregate(feature.function, self.level_keys[(feature.column, feature.level or "")])
        return _aggregate(at, feature, value_decimals(self.history, feature.column))

    def _plain(self) -> str:
        """Every feature that is not a ratio of others."""
        lines = [f"({self._expression(feature)})::DOUBLE AS {feature.name}" for feature in self.features]
        joins = ["LEFT JOIN picks AS p USING (application_id, batch_id)"]
        if self.has_balance:
            joins.append("LEFT JOIN balance AS m USING (application_id, batch_id)")
        joins.append(
            "LEFT JOIN sets AS s ON s.application_id = v.application_id AND s.held = p.held"
            " AND s.held_monthly IS NOT DISTINCT FROM p.held_monthly"
        )
        joins.append("LEFT JOIN whole AS w ON w.set_no = s.set_no")
        joins += [
            f"LEFT JOIN parts AS g{number} ON g{number}.set_no = s.set_no AND g{number}.part = {number}"
            for number in self.groups.values()
        ]
        joins += [f"LEFT JOIN distinct_{name} ON distinct_{name}.set_no = s.set_no" for name in self._distinct_names()]
        columns = ",\n    ".join(["v.application_id", "v.batch_id", *lines])
        return f"plain AS (\n  SELECT\n    {columns}\n  FROM feature_versions AS v\n  " + "\n  ".join(joins) + "\n)"

    def _result(self) -> str:
        lines = [f"f.{feature.name}" for feature in self.features]
        for feature in self.ratios:
            numerator, denominator = (
                column if column.startswith("application.") else f"f.{column}" for column in feature.columns
            )
            lines.append(f"({ratio(numerator, denominator)})::DOUBLE AS {feature.name}")
        join = (
            "\nLEFT JOIN core.applications AS application"
            " ON application.SK_ID_CURR = f.application_id AND application.batch_id = f.batch_id"
        )
        columns = ",\n  ".join(["f.application_id", "f.batch_id", *lines])
        return f"SELECT\n  {columns}\nFROM plain AS f{join if self.ratios else ''}\nORDER BY f.application_id, f.batch_id"


def statement_of(name: str, features: Sequence[Feature]) -> Statement:
    """The statement that computes the features of one table (`application` or a history table; bureau_balance goes with bureau)."""
    return application_statement(features) if name == "application" else HistoryStatement(name, features).statement()
