"""The one generator of feature SQL: from the declared list to the statements of each table, for training and for scoring.

Per history table two statements: which rows each version sees, and the features of each set of such rows. Versions often share a
set, which is then computed once. A last statement computes the ratios of aggregates.
Statements read registered frames and give rows in any order, numbered. Only identifiers of the closed declared list are put into
the text. Levels and group values are read from the session's variable `feature_values`, a list set by parameter (DuckDB folds it
into constants).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.feature_catalogue import Group
from schemas.features import Feature, history_flag, history_of, value_decimals
from warehouse.feature_aggregates import NEEDS, SQUARES_OF_INTEGERS, STATES, aggregate, level_aggregate
from warehouse.feature_expressions import FORMULAS, is_stored_integer, ratio, value

#: Registered frames: the versions asked for (application_id, batch_id, version_no); the sets of rows that they see
#: (application_id, held, held_monthly, set_no); their aggregates that enter a ratio.
VERSIONS = "feature_versions"
SETS = "feature_row_sets"
OPERANDS = "feature_operands"
#: The session's variable that holds levels and group values.
VALUES = "feature_values"

#: Decimals of the share of a credit's months with a status, before the mean over credits is taken.
_SHARE_DECIMALS = 15

#: Bits of a packed number that are sure to be free of its sign.
_BITS = 63


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
    """Inputs and ratios within an application, one row per version_no. Reads core.applications, where cleaning is defined."""
    columns = ["v.version_no"]
    for feature in features:
        expression = FORMULAS[feature.function]([f"a.{column}" for column in feature.columns])
        kind = "VARCHAR" if feature.kind == "text" else "DOUBLE"
        columns.append(f"({expression})::{kind} AS {feature.name}")
    source = f"FROM {VERSIONS} AS v\nJOIN core.applications AS a ON a.SK_ID_CURR = v.application_id AND a.batch_id = v.batch_id"
    return Statement(_select(columns, source))


def _pick(name: str, source: str) -> str:
    """Per version the newest delivery of that table's rows for the applicant, not later than its own."""
    return _clause(
        name,
        "  SELECT v.version_no, max(h.batch_id) AS held, max(h.n_rows) AS most_rows\n"
        f"  FROM {VERSIONS} AS v\n"
        "  JOIN (\n"
        f"    SELECT r.SK_ID_CURR, r.batch_id, count(*) AS n_rows FROM raw.{source}_v1 AS r\n"
        f"    WHERE r.SK_ID_CURR IN (SELECT application_id FROM {VERSIONS})\n"
        "    GROUP BY r.SK_ID_CURR, r.batch_id\n"
        "  ) AS h ON h.SK_ID_CURR = v.application_id AND h.batch_id <= v.batch_id\n"
        "  GROUP BY v.version_no",
    )


def sets_statement(name: str) -> Statement:
    """One row per version, in order: the deliveries of a history table that it sees, their number as a set, and its flag.

    A bureau set has two deliveries, of credits and of their months; a version without rows of the table itself has no set. A
    set has `most_rows` rows of the table itself at most, and `most_months` monthly balances.
    """
    picks, flags, joins = [_pick("own", name)], [_flag(name, "p")], ["LEFT JOIN own AS p USING (version_no)"]
    monthly, months = "NULL", "NULL"
    if name == "bureau":
        picks.append(_pick("balance", "bureau_balance"))
        flags.append(_flag("bureau_balance", "m"))
        joins.append("LEFT JOIN balance AS m USING (version_no)")
        monthly, months = "m.held", "m.most_rows"
    number = f"dense_rank() OVER (ORDER BY v.application_id, p.held, {monthly}::INTEGER)"
    columns = [
        "v.version_no",
        "v.application_id",
        "p.held",
        f"{monthly}::INTEGER AS held_monthly",
        f"CASE WHEN p.held IS NOT NULL THEN {number} END::INTEGER AS set_no",
        "coalesce(p.most_rows, 0) AS most_rows",
        f"coalesce({months}, 0) AS most_months",
        *flags,
    ]
    source = "\n".join([f"FROM {VERSIONS} AS v", *joins, "ORDER BY v.version_no"])
    return Statement("WITH " + ",\n".join(picks) + "\n" + _select(columns, source))


def _flag(name: str, at: str) -> str:
    return f"({at}.held IS NOT NULL)::DOUBLE AS {history_flag(name)}"


def ratio_statement(ratios: Sequence[Feature]) -> Statement:
    """Ratios of aggregates and `application.X` columns, one row per version_no; the aggregates are read from OPERANDS."""
    columns = ["f.version_no"]
    for feature in ratios:
        top, bottom = (name if name.startswith("application.") else f"f.{name}" for name in feature.columns)
        columns.append(f"({ratio(top, bottom)})::DOUBLE AS {feature.name}")
    source = (
        f"FROM {OPERANDS} AS f\nLEFT JOIN core.applications AS application"
        " ON application.SK_ID_CURR = f.application_id AND application.batch_id = f.batch_id"
    )
    return Statement(_select(columns, source))


def _packed(
    levels: Mapping[str, Sequence[str]], most_rows: int, at: str = "packed"
) -> tuple[list[str], dict[tuple[str, str], str]]:
    """Sums that count the rows of several levels at once, and per (text column, level) the expression that reads its count.

    A row adds one to its level's bits of a 64-bit number. A level has as many bits as the number of rows of the largest set
    needs, so that none can run over; as many levels of a column as fit share a number. `at` begins the names of the sums.
    """
    bits = max(most_rows.bit_length(), 1)
    fits = _BITS // bits
    words: list[str] = []
    counts: dict[tuple[str, str], str] = {}
    for column, found in levels.items():
        for first in range(1, len(found) + 1, fits):
            held, word = found[first - 1 : first - 1 + fits], f"{at}{len(words)}"
            place = f"place_{column}"
            is_held = f"{place} BETWEEN {first} AND {first + len(held) - 1}"
            one = f"CASE WHEN {is_held} THEN 1::BIGINT << {bits} * ({place} - {first}) END"
            words.append(f"coalesce(sum({one}), 0)::BIGINT AS {word}")
            for number, level in enumerate(held):
                counts[column, level] = f"(({word} >> {bits * number}) & {2**bits - 1})"
    return words, counts


class _HistoryStatement:
    """Writes the statement of one history table, clause by clause."""

    def __init__(self, name: str, features: Sequence[Feature], most_rows: int, most_months: int) -> None:
        self.most_months = most_months
        self.history = history_of(name)
        self.features = features
        self.groups = {group.name: number for number, group in enumerate(self.history.groups, start=1)}
        self.values: list[str] = []
        self.has_balance = name == "bureau"
        self.levels = self._levels_of("level_")
        self.words, self.level_counts = _packed(self.levels, most_rows)
        statuses = self._levels_of("mean_of_share").get("STATUS", [])
        self.status_keys = {level: f"m{number}" for number, level in enumerate(statuses)}
        self.states = self._needed_states()

    def _read(self, content: str | int) -> str:
        """An expression that reads the value given, which itself never enters the text."""
        self.values.append(str(content))
        kind = "::INTEGER" if isinstance(content, int) else ""
        return f"getvariable('{VALUES}')[{len(self.values)}]{kind}"

    def _place(self, column: str, levels: Sequence[str]) -> str:
        """The place of a text among its levels, from 1; NULL for any other text. Looked up once per text and not per level."""
        first = len(self.values) + 1
        self.values.extend(levels)
        return f"list_position(getvariable('{VALUES}')[{first}:{len(self.values)}], r.{column})::UTINYINT"

    def _levels_of(self, function: str) -> dict[str, list[str]]:
        """The levels of each text column that features of this kind count."""
        levels: dict[str, dict[str, None]] = {}
        for feature in self.features:
            if feature.function.startswith(function):
                levels.setdefault(feature.column, {})[feature.level or ""] = None
        return {column: list(found) for column, found in levels.items()}

    def _needed_states(self) -> dict[tuple[str, str], list[str]]:
        """The states that each value of each group of rows ('' for all) needs, over all features."""
        needs: dict[tuple[str, str], list[str]] = {}
        for feature in self.features:
            for state in NEEDS.get(feature.function, ()):
                states = needs.setdefault((feature.group, feature.column), [])
                states += [state] if state not in states else []
        return needs

    def statement(self) -> Statement:
        text = "WITH " + ",\n".join([*self._months(), self._cleaned(), self._sums()]) + "\n" + self._result()
        return Statement(text, self.values)

    def _months(self) -> list[str]:
        """Months per credit, before they meet the credit: one pass over the largest table."""
        if not self.has_balance:
            return []
        levels = {"STATUS": list(self.status_keys)} if self.status_keys else {}
        words, counts = _packed(levels, self.most_months, "statuses")
        shares = [
            f"round({counts['STATUS', level]}::DOUBLE / n_months * 1e{_SHARE_DECIMALS})::BIGINT AS {key}"
            for level, key in self.status_keys.items()
        ]
        columns = ["set_no", "SK_ID_BUREAU", "oldest_month", "newest_month", "n_months", *shares]
        return [self._by_credit(levels, words), _clause("months", _select(columns, "FROM by_credit"))]

    def _by_credit(self, levels: Mapping[str, Sequence[str]], words: Sequence[str]) -> str:
        """Extremes of the months of each credit, and how many have each status, as `_packed` packs them."""
        places = [f"{self._place(column, found)} AS place_{column}" for column, found in levels.items()]
        read = ["r.SK_ID_CURR", "r.batch_id", "r.SK_ID_BUREAU", "r.MONTHS_BALANCE", *places]
        extremes = ["min(r.MONTHS_BALANCE) AS oldest_month", "max(r.MONTHS_BALANCE) AS newest_month", "count(*) AS n_months"]
        source = (
            f"FROM (\n{_select(read, 'FROM raw.bureau_balance_v1 AS r')}\n) AS r\n"
            f"JOIN {SETS} AS s ON s.application_id = r.SK_ID_CURR AND s.held_monthly = r.batch_id\n"
            "GROUP BY s.set_no, r.SK_ID_BUREAU"
        )
        return _clause("by_credit", _select(["s.set_no", "r.SK_ID_BUREAU", *extremes, *words], source))

    def _part(self) -> list[str]:
        """The number of the group that a row is in, NULL if in none."""
        lines = "".join(f" WHEN {self._condition(group)} THEN {self.groups[group.name]}" for group in self.history.groups)
        return [f"CASE{lines} END::TINYINT AS part"] if lines else []

    def _condition(self, group: Group) -> str:
        return f"r.{group.column} {group.operator} {self._read(group.value)}"

    def _cleaned(self) -> str:
        """The values of every row, those of a set side by side: then the sums of a set stay in the processor's cache."""
        names = dict.fromkeys(column for _, column in self.states)
        values = [f"{value(self.history, name)} AS v_{name}" for name in names]
        statuses = ["b.n_months", *(f"b.{key}" for key in self.status_keys.values())] if self.has_balance else []
        places = [f"r.place_{column}" for column in self.levels]
        looked_up = [f"{self._place(column, found)} AS place_{column}" for column, found in self.levels.items()]
        rows = f"FROM (\n{_select(['r.*', *looked_up], f'FROM raw.{self.history.table}_v1 AS r')}\n) AS r"
        joins = [f"JOIN {SETS} AS s ON s.application_id = r.SK_ID_CURR AND s.held = r.batch_id"]
        joins += ["LEFT JOIN months AS b ON b.set_no = s.set_no AND b.SK_ID_BUREAU = r.SK_ID_BUREAU"] if self.has_balance else []
        source = "\n".join([rows, *joins, "ORDER BY s.set_no"])
        return _clause("cleaned", _select(["s.set_no", *self._part(), *values, *statuses, *places], source))

    def _sums(self) -> str:
        """Exact states per set, of all its rows and of each group of them."""
        columns = ["set_no", "count(*) AS n_rows"]
        columns += [f"count(CASE WHEN part = {n} THEN 1 END) AS g{n}_n_rows" for n in self.groups.values()]
        for (group, name), needed in self.states.items():
            number = self.groups.get(group)
            at = f"g{number}_" if number else ""
            # not by FILTER, for which DuckDB cuts all columns anew for each aggregate
            of_rows = f"CASE WHEN part = {number} THEN v_{name} END" if number else f"v_{name}"
            columns += [f"{self._state(state, name).format(of_rows)} AS {at}{state}_{name}" for state in needed]
        columns += ["count(n_months) AS n_monthly"] if self.has_balance else []
        columns += [f"sum({key}) AS {key}" for key in self.status_keys.values()]
        columns += self.words
        return _clause("sums", _select(columns, "FROM cleaned\nGROUP BY set_no"))

    def _state(self, state: str, name: str) -> str:
        squares = state == "q" and is_stored_integer(self.history, name)
        return SQUARES_OF_INTEGERS if squares else STATES[state]

    def _expression(self, feature: Feature) -> str:
        at = f"g{self.groups[feature.group]}_" if feature.group else ""
        level = feature.level or ""
        match feature.function:
            case "count":
                return f"{at}n_rows"
            case "mean_of_share":
                return f"{self.status_keys[level]}::DOUBLE / (nullif(n_monthly, 0) * 1e{_SHARE_DECIMALS})"
            case "level_share" | "level_min" | "level_max" | "level_sum" | "level_var":
                return level_aggregate(feature.function, self.level_counts[feature.column, level], "n_rows")
            case _:
                return aggregate(at, feature, value_decimals(self.history, feature.column))

    def _result(self) -> str:
        columns = [f"({self._expression(feature)})::DOUBLE AS {feature.name}" for feature in self.features]
        return _select(["set_no", *columns], "FROM sums")


def history_statement(name: str, features: Sequence[Feature], most_rows: int, most_months: int = 0) -> Statement:
    """The features of each set, one row per set_no; without flags and ratios (those of bureau_balance go with bureau).

    No set may have more than `most_rows` rows of the table, nor, of bureau, more than `most_months` monthly balances.
    """
    wanted = [f for f in features if f.function not in {"has", "ratio"}]
    return _HistoryStatement(name, wanted, most_rows, most_months).statement()
