"""The generator and its runner: nothing but declared identifiers in the text, no overflow, one row per version asked for."""

from __future__ import annotations

import polars as pl
import pytest

from schemas.errors import VerificationError
from schemas.feature_catalogue import HISTORIES
from schemas.features import FeatureSet, feature_set, level_columns
from schemas.tables import HISTORY_TABLES, table
from tests.feature_support import REAL_BATCH, connect, frame_of, insert, versions_of, warehouse_of
from warehouse.connection import Connection
from warehouse.feature_expressions import cleaned
from warehouse.feature_sql import history_statement
from warehouse.features import MAX_LEVEL_LENGTH, MAX_LEVELS, compute_features, iter_features, observe_levels

NASTY = "it's; drop"


def test_a_level_with_quotes_is_counted_and_never_enters_the_text() -> None:
    rows = [{"NAME_CONTRACT_STATUS": level} for level in (NASTY, NASTY, "x' OR '1'='1", None)]
    with warehouse_of({"application": [{}], "POS_CASH_balance": rows}) as connection:
        wanted = feature_set(observe_levels(connection, REAL_BATCH), [])
        features = compute_features(connection, wanted, versions_of(connection))
        assert features["POS_NAME_CONTRACT_STATUS_IS_IT_S_DROP_SHARE"].to_list() == [0.5]
        assert features["POS_NAME_CONTRACT_STATUS_IS_X_OR_1_1_SHARE"].to_list() == [0.25]
        assert versions_of(connection).height == 1
    statement = history_statement("POS_CASH_balance", wanted.of_table("POS_CASH_balance"), 4)
    assert NASTY in statement.values
    assert NASTY not in statement.text


@pytest.mark.parametrize("name", [history.table for history in HISTORIES])
def test_the_text_of_a_statement_does_not_depend_on_what_the_levels_say(name: str) -> None:
    plain = {f"{where}.{column}": ["A", "B"] for where, column in level_columns()}
    renamed = {key: ["A", f"B{NASTY}"] for key in plain}
    first, second = (feature_set(levels, []) for levels in (plain, renamed))
    text = history_statement(name, first.of_table(name), 100).text
    assert text.replace("_IS_B_", "_IS_BIT_S_DROP_") == history_statement(name, second.of_table(name), 100).text


def test_the_largest_values_do_not_overflow() -> None:
    large = {
        "installments_payments": [
            {"AMT_INSTALMENT": amount, "AMT_PAYMENT": 1e10, "DAYS_INSTALMENT": -50_000}
            for amount in (1e10, 1e-300, 0.0)
            for _ in range(2_000)
        ],
        "credit_card_balance": [
            {"AMT_BALANCE": sign * 1e10, "AMT_CREDIT_LIMIT_ACTUAL": 1e-9} for sign in (1, -1) for _ in range(3_000)
        ],
        "previous_application": [{"AMT_APPLICATION": 1e10, "AMT_CREDIT": 1e-300, "RATE_DOWN_PAYMENT": 10.0}] * 3,
        "bureau": [{"AMT_CREDIT_SUM": 1e10, "AMT_CREDIT_SUM_DEBT": 1e10}] * 3_000,
    }
    application = {"AMT_INCOME_TOTAL": 1e-300, "AMT_CREDIT": 1e10, "AMT_GOODS_PRICE": 1e-300, "CNT_FAM_MEMBERS": 1}
    with warehouse_of({"application": [application], **large}) as connection:
        features = compute_features(connection, feature_set({}, []), versions_of(connection))
    numbers = features.select(pl.selectors.float())
    assert numbers.select((pl.all().is_infinite() | pl.all().is_nan()).any()).transpose().sum().item() == 0
    assert features["CREDIT_TO_INCOME"].item() == 1_000_000
    assert features["CC_AMT_BALANCE_VAR"].item() == pytest.approx(1e20 * 6_000 / 5_999)
    assert features["BURO_AMT_CREDIT_SUM_SUM"].item() == 3e13


def test_more_rows_of_one_applicant_than_the_exact_variance_holds_are_no_fault() -> None:
    rows = frame_of("credit_card_balance", [{"AMT_BALANCE": 1e10}, {"AMT_BALANCE": -1e10}])
    with warehouse_of({"application": [{}]}) as connection:
        insert(connection, "credit_card_balance", pl.concat([rows] * 75_000))
        features = compute_features(connection, feature_set({}, []), versions_of(connection))
    assert features["CC_COUNT"].item() == 150_000
    assert features["CC_AMT_BALANCE_VAR"].item() == pytest.approx(1e20, rel=1e-4)


def test_each_version_asked_for_gives_one_row_in_order_however_often_it_is_named() -> None:
    rows = [{"SK_ID_CURR": number, "batch_id": batch} for number in (2, 1) for batch in (2026010201, 2026010101)]
    with warehouse_of({"application": rows}) as connection:
        wanted = feature_set({}, [])
        asked = versions_of(connection).reverse()
        features = compute_features(connection, wanted, pl.concat([asked, asked]))
        assert features.rows(named=False) == pl.concat(iter_features(connection, wanted, asked, 3)).rows(named=False)
    assert features.select("application_id", "batch_id").rows() == [
        (1, 2026010101),
        (1, 2026010201),
        (2, 2026010101),
        (2, 2026010201),
    ]


def test_no_version_asked_for_gives_no_row_but_every_column() -> None:
    with connect() as connection:
        wanted = feature_set({}, [])
        asked = pl.DataFrame(schema={"application_id": pl.Int64, "batch_id": pl.Int32})
        features = compute_features(connection, wanted, asked)
        assert list(iter_features(connection, wanted, asked, 10)) == []
    assert features.columns == ["application_id", "batch_id", *wanted.names]
    assert features.height == 0


def test_a_version_that_was_never_ingested_is_refused() -> None:
    with warehouse_of({"application": [{}]}) as connection:
        asked = pl.DataFrame({"application_id": [1, 2], "batch_id": [REAL_BATCH, REAL_BATCH]})
        with pytest.raises(VerificationError, match="2 application versions were asked for and 1 found"):
            compute_features(connection, feature_set({}, []), asked)


def test_nothing_is_left_behind_in_the_session() -> None:
    with warehouse_of({"application": [{}]}) as connection:
        compute_features(connection, feature_set({}, []), versions_of(connection))
        assert connection.sql("SELECT getvariable('feature_values') IS NULL").fetchall() == [(True,)]
        assert connection.sql(
            "SELECT count(*) FROM duckdb_views() WHERE view_name IN ('feature_versions', 'feature_row_sets', 'feature_operands')"
        ).fetchall() == [(0,)]


def test_different_values_are_counted_whether_small_or_large() -> None:
    values = [0, 0, 1, 62, 62, 63, 1_000, 1_000, 100_000, None]
    rows = [{"NUM_INSTALMENT_VERSION": value, "DAYS_INSTALMENT": day} for value in values for day in (-10, -1_000)]
    rows += [{"SK_ID_CURR": 2, "NUM_INSTALMENT_VERSION": 64}, {"SK_ID_CURR": 3, "NUM_INSTALMENT_VERSION": None}]
    applications = [{"SK_ID_CURR": number} for number in (1, 2, 3, 4)]
    with warehouse_of({"application": applications, "installments_payments": rows}) as connection:
        features = compute_features(connection, feature_set({}, []), versions_of(connection))
    assert features["INSTAL_NUM_INSTALMENT_VERSION_NUNIQUE"].to_list() == [6, 1, 0, None]


@pytest.mark.parametrize("most", [1, 2, 3, 127, 128, 511, 512, 4_095])
def test_levels_counted_together_do_not_run_into_one_another(most: int) -> None:
    levels = [f"level {number:02d}" for number in range(24)]
    known = {"POS_CASH_balance.NAME_CONTRACT_STATUS": levels, "credit_card_balance.NAME_CONTRACT_STATUS": levels[:3]}
    wanted = feature_set({**dict.fromkeys((f"{where}.{column}" for where, column in level_columns()), ()), **known}, [])
    rows = [frame_of("POS_CASH_balance", [{"NAME_CONTRACT_STATUS": level, "SK_ID_CURR": 2}]) for level in levels[-most:]]
    alike = frame_of("POS_CASH_balance", [{"NAME_CONTRACT_STATUS": levels[most % 24]}])
    cards = [frame_of("credit_card_balance", [{"NAME_CONTRACT_STATUS": level}]) for level in (levels[1], "another", None)]
    with warehouse_of({"application": [{"SK_ID_CURR": 1}, {"SK_ID_CURR": 2}]}) as connection:
        insert(connection, "POS_CASH_balance", pl.concat([alike] * most + rows))
        insert(connection, "credit_card_balance", pl.concat(cards * most))
        features = compute_features(connection, wanted, versions_of(connection))
    shares = features.select(pl.selectors.matches("^POS_NAME_CONTRACT_STATUS_IS_.*_SHARE$"))
    assert shares.row(0) == tuple(1.0 if number == most % 24 else 0.0 for number in range(24))
    assert shares.row(1) == tuple(1 / len(rows) if number >= 24 - len(rows) else 0.0 for number in range(24))
    sums = features.select(pl.selectors.matches("^CC_NAME_CONTRACT_STATUS_IS_.*_SUM$"))
    assert sums.rows() == [(0.0, float(most), 0.0), (None, None, None)]


@pytest.mark.parametrize("most", [1, 2, 3, 127, 128, 255, 256, 511, 512])
def test_months_counted_together_do_not_run_into_one_another(most: int) -> None:
    """The largest credit has as many months as its bits can count, all of one status, beside smaller and newer ones."""
    statuses = ["0", "1", "2", "3", "5", "C", "X"]  # "4" is none that the model knows
    rows = [{"STATUS": statuses[most % 7]}] * most
    rows += [{"SK_ID_CURR": 2, "SK_ID_BUREAU": 2, "STATUS": status} for status in (*statuses[:3], "4")[:most]]
    rows += [{"SK_ID_CURR": 2, "SK_ID_BUREAU": 2, "STATUS": "X", "batch_id": REAL_BATCH + 100}] * min(most, 2)
    keys = [(1, REAL_BATCH), (2, REAL_BATCH), (2, REAL_BATCH + 100)]
    applications = [{"SK_ID_CURR": number, "batch_id": batch} for number, batch in keys]
    known = [{"SK_ID_CURR": number, "SK_ID_BUREAU": number} for number in (1, 2)]
    with warehouse_of({"application": applications, "bureau": known}) as connection:
        wanted = feature_set(observe_levels(connection, REAL_BATCH) | {"bureau_balance.STATUS": statuses}, [])
        insert(connection, "bureau_balance", frame_of("bureau_balance", rows))
        features = compute_features(connection, wanted, versions_of(connection))
    names = [feature.name for feature in wanted.features if feature.function == "mean_of_share"]
    n_mixed = min(most, 4)
    assert features.select(names).rows() == [
        tuple(float(number == most % 7) for number in range(7)),
        tuple(round((number < min(most, 3)) / n_mixed, 15) for number in range(7)),
        tuple(float(number == 6) for number in range(7)),
    ]
    assert features["BURO_MONTHS_BALANCE_SIZE_SUM"].to_list() == [most, n_mixed, min(most, 2)]


def test_a_transaction_of_one_block_reads_the_histories_once_whatever_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.features.BLOCK_ROWS", 10)
    asked: list[int] = []

    def counted(connection: Connection, wanted: FeatureSet, versions: pl.DataFrame) -> pl.DataFrame:
        asked.append(versions.height)
        return compute_features(connection, wanted, versions)

    monkeypatch.setattr("warehouse.features.compute_features", counted)
    with warehouse_of({"application": [{"SK_ID_CURR": number} for number in range(10)]}) as connection:
        pieces = list(iter_features(connection, feature_set({}, []), versions_of(connection), 4))
        assert [piece.height for piece in pieces] == [4, 4, 2]
        assert asked == [10]


def test_rows_that_are_not_committed_are_not_there() -> None:
    with warehouse_of({"application": [{}]}) as connection:
        connection.execute("BEGIN")
        insert(connection, "application", frame_of("application", [{"SK_ID_CURR": 2}]))
        with pytest.raises(VerificationError, match="2 application versions were asked for and 1 found"):
            compute_features(connection, feature_set({}, []), versions_of(connection))
        connection.execute("ROLLBACK")


def test_the_variance_of_the_largest_integers_is_exact() -> None:
    days = [-(2**31), 2**31 - 1, 0]
    with warehouse_of(
        {"application": [{}], "bureau": [{"SK_ID_BUREAU": -day, "DAYS_CREDIT": day} for day in days]}
    ) as connection:
        features = compute_features(connection, feature_set({}, []), versions_of(connection))
    n, total, squares = 3, sum(days), sum(day * day for day in days)
    assert features["BURO_DAYS_CREDIT_VAR"].item() == (n * squares - total * total) / (n * (n - 1))


def test_two_readers_of_one_connection_do_not_meet() -> None:
    rows = [{"SK_ID_CURR": number} for number in range(1, 6)]
    with warehouse_of({"application": rows, "bureau": [{"SK_ID_CURR": 2, "AMT_CREDIT_SUM": 7.0}]}) as connection:
        wanted, asked = feature_set({}, []), versions_of(connection)
        one, other = (iter_features(connection, wanted, asked, chunk_rows) for chunk_rows in (2, 3))
        together = [next(one), next(other)]
        assert pl.concat([together[0], *one]).equals(compute_features(connection, wanted, asked))
        assert pl.concat([together[1], *other]).equals(compute_features(connection, wanted, asked))


@pytest.mark.parametrize(("block_rows", "chunk_rows"), [(4, 3), (10, 4)])
def test_chunks_are_of_equal_size_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch, block_rows: int, chunk_rows: int) -> None:
    monkeypatch.setattr("warehouse.features.BLOCK_ROWS", block_rows)
    rows = [{"SK_ID_CURR": number, "batch_id": batch} for number in range(1, 6) for batch in (2026010101, 2026010201)]
    bureau = [{"SK_ID_CURR": number, "batch_id": 2026010201, "AMT_CREDIT_SUM": number} for number in (5, 1, 3)]
    with warehouse_of({"application": rows, "bureau": bureau}) as connection:
        asked = versions_of(connection)
        pieces = list(iter_features(connection, feature_set({}, []), asked, chunk_rows))
        assert {piece.height for piece in pieces[:-1]} == {chunk_rows}
        assert pl.concat(pieces).equals(compute_features(connection, feature_set({}, []), asked))


def test_levels_are_those_delivered_up_to_the_batch_and_closed_lists_as_declared() -> None:
    rows = [{"batch_id": 2026010101, "CREDIT_TYPE": "Loan"}, {"batch_id": 2026010201, "CREDIT_TYPE": "Card"}]
    with warehouse_of({"bureau": rows}) as connection:
        levels = observe_levels(connection, 2026010199)
        assert observe_levels(connection, 2026010299)["bureau.CREDIT_TYPE"] == ["Card", "Loan"]
    assert levels["bureau.CREDIT_TYPE"] == ["Loan"]
    assert levels["bureau_balance.STATUS"] == ["0", "1", "2", "3", "4", "5", "C", "X"]
    assert list(levels) == [f"{name}.{column}" for name, column in level_columns()]


def test_a_text_column_full_of_rubbish_gives_a_bounded_number_of_levels() -> None:
    rows = [{"CREDIT_TYPE": f"type {number:03d}"} for number in range(150)] + [{"CREDIT_TYPE": "usual"}] * 2
    with warehouse_of({"bureau": [*rows, {"CREDIT_TYPE": "x" * (MAX_LEVEL_LENGTH + 1)}]}) as connection:
        found = observe_levels(connection, REAL_BATCH)["bureau.CREDIT_TYPE"]
    assert len(found) == MAX_LEVELS
    assert found[-1] == "usual"
    assert found[0] == "type 000"


def test_the_generator_cleans_a_history_as_the_core_view_does() -> None:
    columns = [column for column in table("previous_application").columns if column.sentinel is not None]
    rows = [{column.name: value for column in columns} for value in (365243, -5, None)]
    with warehouse_of({"previous_application": rows}) as connection:
        ours = ", ".join(cleaned(column) for column in columns)
        theirs = ", ".join(column.name for column in columns)
        found = connection.sql(f"SELECT {ours} FROM raw.previous_application_v1 AS r ORDER BY row_number").fetchall()
        assert found == connection.sql(f"SELECT {theirs} FROM core.previous_applications ORDER BY row_number").fetchall()
    assert found == [(None,) * 5, (-5,) * 5, (None,) * 5]


def test_previous_applications_are_the_only_history_with_sentinels() -> None:
    assert [name for name in HISTORY_TABLES if any(column.sentinel for column in table(name).columns)] == ["previous_application"]
