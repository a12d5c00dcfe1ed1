"""The one generator of feature SQL: from the declared list to one statement per table, for training and for scoring.

Each statement reads the registered frame `feature_versions` (application_id, batch_id) and gives one row per version, in order.
Only identifiers of the closed declared list are put into the text. Levels and group values are read from the session's variable
`feature_values`, a list set by parameter (DuckDB folds it into constants).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.feature_catalogue import Group
from schemas.features import Feature, history_of, value_decimals
from warehouse.feature_aggregates import NEAR_ZERO, NEEDS, SQUARES_OF_INTEGERS, STATES, aggregate, level_aggregate
from warehouse.feature_expressions import FORMULAS, is_stored_integer, ratio, value

#: The frame of versions asked for, and the session's variable that holds levels and group values.
VERSIONS = "feature_versions"
VALUES = "feature_values"

#: Decimals of the share of a credit's months with a status, before the mean over credits is taken.
_SHARE_DECIMALS = 15

_LevelKeys = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Statement:
    """One statement, and the values that it reads from the variable `feature_values`."""

    text: str
    values: list[str] = field(default_factory=list)


def _select(columns: Sequence[str], source: str) -> str:
    return "SELECT\n  " + ",\n  ".join(columns) + f"\n{source}"


def _clause(name: str, body: str) -> str:
    return f"{name} AS (\n{body}\n)"


def application_statement(features: Sequence[Feature]) -> Statement:
    """Inputs and ratios within an application. Reads core.applications, where cleaning is defined."""
    columns = ["v.application_id", "v.batch_id"]
    for feature in features:
        expression = FORMULAS[feature.function]([f"a.{column}" for column in feature.columns])
        kind = "VARCHAR" if feature.kind == "text" else "DOUBLE"
        columns.append(f"({expression})::{kind} AS {feature.name}")
    source = (
        f"FROM {VERSIONS} AS v\n"
        "JOIN core.applications AS a ON a.SK_ID_CURR = v.application_id AND a.batch_id = v.batch_id\n"
        "ORDER BY v.application_id, v.batch_id"
    )
    return Statement(_select(columns, source))


class _HistoryStatement:
    """Writes the statement of one history table, clause by clause."""

    def __init__(self, name: str, features: Sequence[Feature]) -> None:
        self.history = history_of(name)
        self.features = [feature for feature in features if feature.function != "ratio"]
        self.ratios = [feature for feature in features if feature.function == "ratio"]
        self.groups = {group.name: number for number, group in enumerate(self.history.groups, start=1)}
        self.values: list[str] = []
        self.has_balance = name == "bureau"
        self.level_keys = self._keys([feature for feature in self.features if feature.function.startswith("level_")])
        self.status_keys = self._keys([feature for feature in self.features if feature.function == "mean_of_share"])
        self.states = self._needed_states()
        self.distinct = [feature.column for feature in self.features if feature.function == "nunique"]

    def _read(self, content: str | int) -> str:
        """An expression that reads the value given, which itself never enters the text."""
        self.values.append(str(content))
        kind = "::INTEGER" if isinstance(content, int) else ""
        return f"getvariable('{VALUES}')[{len(self.values)}]{kind}"

    def _keys(self, features: Sequence[Feature]) -> _LevelKeys:
        """A short column name per (text column, level)."""
        levels = dict.fromkeys((feature.column, feature.level or "") for feature in features)
        return {level: f"k{number}" for number, level in enumerate(levels)}

    def _needed_states(self) -> dict[str, list[str]]:
        """The states that each value needs, over all its features."""
        needs: dict[str, list[str]] = {}
        for feature in self.features:
            for state in NEEDS.get(feature.function, ()):
                states = needs.setdefault(feature.column, [])
                states += [state] if state not in states else []
        return needs

    def statement(self) -> Statement:
        clauses = [
            *self._visible_sets(),
            *self._months(),
            self._cleaned(),
            self._parts(),
            self._whole(),
            *self._levels(),
            *self._distinct(),
            self._plain(),
        ]
        text = "WITH " + ",\n".join(clauses) + "\n" + self._result()
        return Statement(text, self.values)

    def _pick(self, name: str, source: str) -> str:
        """Per version the newest delivery of that table's rows for the applicant, not later than its own."""
        return _clause(
            name,
            "  SELECT v.application_id, v.batch_id, max(h.batch_id) AS held\n"
            f"  FROM {VERSIONS} AS v\n"
            "  JOIN (\n"
            f"    SELECT DISTINCT r.SK_ID_CURR, r.batch_id FROM raw.{source}_v1 AS r\n"
            f"    WHERE r.SK_ID_CURR IN (SELECT application_id FROM {VERSIONS})\n"
            "  ) AS h ON h.SK_ID_CURR = v.application_id AND h.batch_id <= v.batch_id\n"
            "  GROUP BY v.application_id, v.batch_id",
        )

    def _visible_sets(self) -> list[str]:
        """`picks`: the deliveries each version sees. `sets`: each combination once, numbered, since versions often share one."""
        monthly, join = "NULL::INTEGER", ""
        if self.has_balance:
            monthly, join = "m.held", "\n  LEFT JOIN balance AS m USING (application_id, batch_id)"
        picks = f"  SELECT o.application_id, o.batch_id, o.held, {monthly} AS held_monthly\n  FROM own AS o{join}"
        sets = (
            "  SELECT application_id, held, held_monthly, row_number() OVER ()::INTEGER AS set_no\n"
            "  FROM (SELECT DISTINCT application_id, held, held_monthly FROM picks)"
        )
        balance = [self._pick("balance", "bureau_balance")] if self.has_balance else []
        return [self._pick("own", self.history.table), *balance, _clause("picks", picks), _clause("sets", sets)]

    def _rows_of_sets(self) -> str:
        return (
            f"FROM raw.{self.history.table}_v1 AS r\n  JOIN sets AS s ON s.application_id = r.SK_ID_CURR AND s.held = r.batch_id"
        )

    def _months(self) -> list[str]:
        """Months per credit, before they meet the credit: one pass over the largest table."""
        if not self.has_balance:
            return []
        shares = [
            f"round(coalesce(count_if(r.STATUS = {self._read(level)}), 0) / count(*) * 1e{_SHARE_DECIMALS})::BIGINT AS {key}"
            for (_, level), key in self.status_keys.items()
        ]
        extremes = ["min(r.MONTHS_BALANCE) AS oldest_month", "max(r.MONTHS_BALANCE) AS newest_month", "count(*) AS n_months"]
        source = (
            "FROM raw.bureau_balance_v1 AS r\n"
            "JOIN sets AS s ON s.application_id = r.SK_ID_CURR AND s.held_monthly = r.batch_id\n"
            "GROUP BY s.set_no, r.SK_ID_BUREAU"
        )
        return [_clause("months", _select(["s.set_no", "r.SK_ID_BUREAU", *extremes, *shares], source))]

    def _part(self) -> str:
        """The number of the group that a row is in, 0 if in none."""
        lines = "".join(f" WHEN {self._condition(group)} THEN {self.groups[group.name]}" for group in self.history.groups)
        return f"CASE{lines} ELSE 0 END::TINYINT AS part" if lines else "0::TINYINT AS part"

    def _condition(self, group: Group) -> str:
        return f"r.{group.column} {group.operator} {self._read(group.value)}"

    def _cleaned(self) -> str:
        values = [f"{value(self.history, name)} AS v_{name}" for name in self.states]
        statuses = ["b.n_months", *(f"b.{key}" for key in self.status_keys.values())] if self.has_balance else []
        join = "\nLEFT JOIN months AS b ON b.set_no = s.set_no AND b.SK_ID_BUREAU = r.SK_ID_BUREAU" if self.has_balance else ""
        return _clause("cleaned", _select(["s.set_no", self._part(), *values, *statuses], self._rows_of_sets() + join))

    def _parts(self) -> str:
        """Exact states per set and part of its rows."""
        states = [
            f"{self._of_rows(state, name).format(f'v_{name}')} AS {state}_{name}"
            for name, needed in self.states.items()
            for state in needed
        ]
        shares = [f"sum({key}) AS {key}" for key in self.status_keys.values()]
        monthly = ["count(n_months) AS n_monthly"] if self.has_balance else []
        columns = ["set_no", "part", "count(*) AS n_rows", *states, *monthly, *shares]
        return _clause("parts", _select(columns, "FROM cleaned\nGROUP BY set_no, part"))

    def _of_rows(self, state: str, name: str) -> str:
        return SQUARES_OF_INTEGERS if state == "q" and is_stored_integer(self.history, name) else STATES[state][0]

    def _whole(self) -> str:
        """Exact states per set, from those of its parts."""
        states = [
            f"{STATES[state][1].format(f'{state}_{name}')} AS {state}_{name}"
            for name, needed in self.states.items()
            for state in needed
        ]
        shares = [f"sum({key}) AS {key}" for key in self.status_keys.values()]
        monthly = ["sum(n_monthly) AS n_monthly"] if self.has_balance else []
        columns = ["set_no", "sum(n_rows) AS n_rows", *states, *monthly, *shares]
        return _clause("whole", _select(columns, "FROM parts\nGROUP BY set_no"))

    def _levels(self) -> list[str]:
        """Rows per level; apart from `parts`, whose rows would become too wide for the processor's cache.

        `count_if` over nothing but NULL is NULL in DuckDB; a missing text counts as "not this level".
        """
        if not self.level_keys:
            return []
        counts = [
            f"coalesce(count_if(r.{column} = {self._read(level)}), 0) AS {key}"
            for (column, level), key in self.level_keys.items()
        ]
        return [_clause("levels", _select(["s.set_no", *counts], self._rows_of_sets() + "\nGROUP BY s.set_no"))]

    def _distinct(self) -> list[str]:
        """Different values that `bits` has no place for, which are rare: one narrow pass each."""
        return [
            _clause(
                f"distinct_{name}",
                f"  SELECT set_no, count(*) AS n FROM (\n  SELECT DISTINCT s.set_no, r.{name} {self._rows_of_sets()}\n"
                f"  WHERE {value(self.history, name)} NOT {NEAR_ZERO}\n  ) GROUP BY set_no",
            )
            for name in self.distinct
        ]

    def _expression(self, feature: Feature) -> str:
        at = f"g{self.groups[feature.group]}" if feature.group else "w"
        level = (feature.column, feature.level or "")
        match feature.function:
            case "has":
                return f"({'m' if feature.table == 'bureau_balance' else 'p'}.held IS NOT NULL)::INTEGER"
            case "count":
                return f"coalesce({at}.n_rows, 0)"
            case "nunique":
                name = feature.column
                return f"CASE WHEN w.n_rows > 0 THEN coalesce(bit_count(w.bits_{name}), 0) + coalesce(distinct_{name}.n, 0) END"
            case "mean_of_share":
                return f"w.{self.status_keys[level]}::DOUBLE / (nullif(w.n_monthly, 0) * 1e{_SHARE_DECIMALS})"
            case "level_share" | "level_min" | "level_max" | "level_sum" | "level_var":
                return level_aggregate(feature.function, f"l.{self.level_keys[level]}", "w.n_rows")
            case _:
                return aggregate(at, feature, value_decimals(self.history, feature.column))

    def _joins(self) -> list[str]:
        joins = ["LEFT JOIN picks AS p USING (application_id, batch_id)"]
        joins += ["LEFT JOIN balance AS m USING (application_id, batch_id)"] if self.has_balance else []
        joins.append(
            "LEFT JOIN sets AS s ON s.application_id = v.application_id AND s.held = p.held"
            " AND s.held_monthly IS NOT DISTINCT FROM p.held_monthly"
        )
        joins.append("LEFT JOIN whole AS w ON w.set_no = s.set_no")
        joins += ["LEFT JOIN levels AS l ON l.set_no = s.set_no"] if self.level_keys else []
        joins += [f"LEFT JOIN parts AS g{n} ON g{n}.set_no = s.set_no AND g{n}.part = {n}" for n in self.groups.values()]
        joins += [f"LEFT JOIN distinct_{name} ON distinct_{name}.set_no = s.set_no" for name in self.distinct]
        return joins

    def _plain(self) -> str:
        """Every feature that is not a ratio of others."""
        columns = [f"({self._expression(feature)})::DOUBLE AS {feature.name}" for feature in self.features]
        source = f"FROM {VERSIONS} AS v\n" + "\n".join(self._joins())
        return _clause("plain", _select(["v.application_id", "v.batch_id", *columns], source))

    def _result(self) -> str:
        columns = ["f.application_id", "f.batch_id", *(f"f.{feature.name}" for feature in self.features)]
        for feature in self.ratios:
            top, bottom = (name if name.startswith("application.") else f"f.{name}" for name in feature.columns)
            columns.append(f"({ratio(top, bottom)})::DOUBLE AS {feature.name}")
        source = "FROM plain AS f"
        if self.ratios:
            source += (
                "\nLEFT JOIN core.applications AS application"
                " ON application.SK_ID_CURR = f.application_id AND application.batch_id = f.batch_id"
            )
        return _select(columns, source + "\nORDER BY f.application_id, f.batch_id")


def statement_of(name: str, features: Sequence[Feature]) -> Statement:
    """The statement that computes the features of `application` or of a history table (bureau_balance goes with bureau)."""
    return application_statement(features) if name == "application" else _HistoryStatement(name, features).statement()
