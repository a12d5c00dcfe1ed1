"""What is aggregated over which history table: data alone, in the order in which features are numbered.

The aggregates are those of the public Home Credit feature set, and a few more that help on this data (marked "also").
A value is rounded to a fixed number of decimals before it is summed, so that every sum is exact; see `value_decimals`.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.tables import table

#: Ratios are capped at plus and minus this value, so that a denominator next to zero can neither overflow nor rule a mean.
RATIO_CAP = 1_000_000
#: Decimals that an aggregated value keeps, by the kind of its column. Home Credit amounts have at most three.
DECIMALS = {"amount": 4, "number": 8, "days": 0, "count": 0, "flag": 0}

Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Derived:
    """A value computed within one history row (or, from `bureau_balance`, within one credit) before it is aggregated."""

    name: str
    sources: tuple[str, ...]
    decimals: int
    description: str


@dataclass(frozen=True)
class Group:
    """Some rows of a history table: those where `column operator value` holds. Groups of a table never overlap."""

    name: str
    column: str
    operator: str
    value: str | int
    rows: str
    values: Values


@dataclass(frozen=True)
class History:
    """The aggregates of one history table: `values` and `levels` over all its rows, `groups` over some of them."""

    table: str
    prefix: str
    rows: str
    values: Values
    levels: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    derived: tuple[Derived, ...] = ()
    level_functions: tuple[str, ...] = ("share",)


_BALANCE = (
    Derived(
        "MONTHS_BALANCE_MIN", ("MONTHS_BALANCE",), 0, "Oldest month reported for the credit, in months before the application."
    ),
    Derived(
        "MONTHS_BALANCE_MAX", ("MONTHS_BALANCE",), 0, "Newest month reported for the credit, in months before the application."
    ),
    Derived("MONTHS_BALANCE_SIZE", ("MONTHS_BALANCE",), 0, "Number of months reported for the credit."),
)
_BUREAU_VALUES: Values = (
    ("DAYS_CREDIT", "min max mean var"),
    ("DAYS_CREDIT_ENDDATE", "min max mean"),
    ("DAYS_CREDIT_UPDATE", "mean"),
    ("CREDIT_DAY_OVERDUE", "max mean"),
    ("AMT_CREDIT_MAX_OVERDUE", "mean"),
    ("AMT_CREDIT_SUM", "max mean sum"),
    ("AMT_CREDIT_SUM_DEBT", "max mean sum"),
    ("AMT_CREDIT_SUM_OVERDUE", "mean"),
    ("AMT_CREDIT_SUM_LIMIT", "mean sum"),
    ("AMT_ANNUITY", "max mean"),
    ("CNT_CREDIT_PROLONG", "sum"),
    ("MONTHS_BALANCE_MIN", "min"),
    ("MONTHS_BALANCE_MAX", "max"),
    ("MONTHS_BALANCE_SIZE", "mean sum"),
)
_PREVIOUS_VALUES: Values = (
    ("AMT_APPLICATION_TO_CREDIT", "min max mean var"),
    ("AMT_ANNUITY", "min max mean"),
    ("AMT_APPLICATION", "min max mean"),
    ("AMT_CREDIT", "min max mean"),
    ("AMT_DOWN_PAYMENT", "min max mean"),
    ("AMT_GOODS_PRICE", "min max mean"),
    ("HOUR_APPR_PROCESS_START", "min max mean"),
    ("RATE_DOWN_PAYMENT", "min max mean"),
    ("DAYS_DECISION", "min max mean"),
    ("CNT_PAYMENT", "mean sum"),
)
#: also: the dates of previous credits, sentinels taken out
_PREVIOUS_DATES: Values = (
    ("DAYS_FIRST_DRAWING", "max mean"),
    ("DAYS_FIRST_DUE", "min max mean"),
    ("DAYS_LAST_DUE_1ST_VERSION", "min max mean"),
    ("DAYS_LAST_DUE", "max mean"),
    ("DAYS_TERMINATION", "max mean"),
)
_CARD_VALUES: Values = tuple(
    (column.name, "min max mean sum var") for column in table("credit_card_balance").columns if column.kind not in {"key", "text"}
)

HISTORIES: tuple[History, ...] = (
    History(
        "bureau",
        "BURO",
        "credits that the bureau reports",
        values=(*_BUREAU_VALUES, ("DAYS_ENDDATE_FACT", "max mean")),
        levels=("CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE"),
        groups=(
            Group("ACTIVE", "CREDIT_ACTIVE", "=", "Active", "active credits that the bureau reports", _BUREAU_VALUES),
            Group("CLOSED", "CREDIT_ACTIVE", "=", "Closed", "closed credits that the bureau reports", _BUREAU_VALUES),
        ),
        derived=_BALANCE,
    ),
    History(
        "previous_application",
        "PREV",
        "previous applications",
        values=(*_PREVIOUS_VALUES, *_PREVIOUS_DATES),
        levels=tuple(column.name for column in table("previous_application").columns if column.kind == "text"),
        groups=(
            Group("APPROVED", "NAME_CONTRACT_STATUS", "=", "Approved", "approved previous applications", _PREVIOUS_VALUES),
            Group("REFUSED", "NAME_CONTRACT_STATUS", "=", "Refused", "refused previous applications", _PREVIOUS_VALUES),
        ),
        derived=(
            Derived(
                "AMT_APPLICATION_TO_CREDIT",
                ("AMT_APPLICATION", "AMT_CREDIT"),
                8,
                "Amount asked for divided by amount granted, a ratio.",
            ),
        ),
    ),
    History(
        "POS_CASH_balance",
        "POS",
        "months of point-of-sale and cash loans",
        values=(
            ("MONTHS_BALANCE", "max mean"),
            ("SK_DPD", "max mean"),
            ("SK_DPD_DEF", "max mean"),
            ("CNT_INSTALMENT", "max mean"),
            ("CNT_INSTALMENT_FUTURE", "max mean"),
        ),
        levels=("NAME_CONTRACT_STATUS",),
        groups=(
            Group(
                "LAST_YEAR",
                "MONTHS_BALANCE",
                ">=",
                -12,
                "months of point-of-sale and cash loans in the last twelve months",
                (("SK_DPD", "max mean"), ("SK_DPD_DEF", "max mean"), ("CNT_INSTALMENT_FUTURE", "mean")),
            ),
        ),
    ),
    History(
        "installments_payments",
        "INSTAL",
        "instalment payments",
        values=(
            ("PAID_TO_DUE", "max mean sum var"),
            ("DUE_MINUS_PAID", "max mean sum var"),
            ("DAYS_PAST_DUE", "max mean sum"),
            ("DAYS_BEFORE_DUE", "max mean sum"),
            ("NUM_INSTALMENT_VERSION", "nunique"),
            ("AMT_INSTALMENT", "max mean sum"),
            ("AMT_PAYMENT", "min max mean sum"),
            ("DAYS_ENTRY_PAYMENT", "max mean sum"),
            ("IS_LATE", "mean"),
            ("IS_UNPAID", "mean"),
        ),
        levels=(),
        groups=(
            Group(
                "LAST_YEAR",
                "DAYS_INSTALMENT",
                ">=",
                -365,
                "instalments that fell due in the last 365 days",
                (
                    ("DAYS_PAST_DUE", "max mean"),
                    ("DAYS_BEFORE_DUE", "mean"),
                    ("DUE_MINUS_PAID", "max mean"),
                    ("AMT_PAYMENT", "sum"),
                    ("IS_LATE", "mean"),
                ),
            ),
        ),
        derived=(
            Derived(
                "PAID_TO_DUE",
                ("AMT_PAYMENT", "AMT_INSTALMENT"),
                8,
                "Amount paid (0 if never paid) divided by amount due, a ratio.",
            ),
            Derived(
                "DUE_MINUS_PAID",
                ("AMT_INSTALMENT", "AMT_PAYMENT"),
                4,
                "Amount due less amount paid (0 if never paid), in currency units.",
            ),
            Derived(
                "DAYS_PAST_DUE",
                ("DAYS_ENTRY_PAYMENT", "DAYS_INSTALMENT"),
                0,
                "Days that the payment was late, 0 if punctual; an instalment never paid is late up to the application.",
            ),
            Derived(
                "DAYS_BEFORE_DUE",
                ("DAYS_ENTRY_PAYMENT", "DAYS_INSTALMENT"),
                0,
                "Days that the payment came before it was due, 0 if not early or never paid.",
            ),
            Derived("IS_LATE", ("DAYS_ENTRY_PAYMENT", "DAYS_INSTALMENT"), 0, "1 if the payment was late or never came, else 0."),
            Derived("IS_UNPAID", ("AMT_PAYMENT",), 0, "1 if the instalment was never paid, else 0."),
        ),
    ),
    History(
        "credit_card_balance",
        "CC",
        "months of credit cards",
        values=(*_CARD_VALUES, ("BALANCE_TO_LIMIT", "max mean")),
        levels=("NAME_CONTRACT_STATUS",),
        groups=(
            Group(
                "LAST_YEAR",
                "MONTHS_BALANCE",
                ">=",
                -12,
                "months of credit cards in the last twelve months",
                (
                    ("AMT_BALANCE", "max mean"),
                    ("BALANCE_TO_LIMIT", "max mean"),
                    ("CNT_DRAWINGS_ATM_CURRENT", "mean"),
                    ("SK_DPD", "max"),
                ),
            ),
        ),
        derived=(
            Derived(
                "BALANCE_TO_LIMIT",
                ("AMT_BALANCE", "AMT_CREDIT_LIMIT_ACTUAL"),
                8,
                "Balance divided by the limit of the card, a ratio.",
            ),
        ),
        level_functions=("share", "min", "max", "sum", "var"),
    ),
)

#: also: ratios of two features, or of a feature and an application column (`application.X`), per history table
HISTORY_RATIOS: tuple[tuple[str, str, str, str, str], ...] = (
    ("bureau", "BURO_DEBT_TO_CREDIT", "BURO_AMT_CREDIT_SUM_DEBT_SUM", "BURO_AMT_CREDIT_SUM_SUM", "Debt on all reported credits divided by their amounts, a ratio."),
    ("bureau", "BURO_ACTIVE_DEBT_TO_CREDIT", "BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM", "BURO_ACTIVE_AMT_CREDIT_SUM_SUM", "Debt on active reported credits divided by their amounts, a ratio."),
    ("bureau", "BURO_ACTIVE_DEBT_TO_INCOME", "BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM", "application.AMT_INCOME_TOTAL", "Debt on active reported credits divided by the yearly income, a ratio."),
    ("bureau", "BURO_ACTIVE_CREDIT_TO_INCOME", "BURO_ACTIVE_AMT_CREDIT_SUM_SUM", "application.AMT_INCOME_TOTAL", "Amounts of active reported credits divided by the yearly income, a ratio."),
    ("previous_application", "PREV_APPROVED_ANNUITY_TO_ANNUITY", "PREV_APPROVED_AMT_ANNUITY_MEAN", "application.AMT_ANNUITY", "Mean annuity of approved previous applications divided by this one's, a ratio."),
    ("previous_application", "PREV_APPROVED_CREDIT_TO_CREDIT", "PREV_APPROVED_AMT_CREDIT_MEAN", "application.AMT_CREDIT", "Mean amount of approved previous applications divided by this one's, a ratio."),
    ("installments_payments", "INSTAL_PAYMENT_TO_INSTALMENT", "INSTAL_AMT_PAYMENT_SUM", "INSTAL_AMT_INSTALMENT_SUM", "Everything paid on instalments divided by everything due, a ratio."),
    ("installments_payments", "INSTAL_PAYMENT_TO_INCOME", "INSTAL_LAST_YEAR_AMT_PAYMENT_SUM", "application.AMT_INCOME_TOTAL", "Paid on instalments of the last 365 days divided by the yearly income, a ratio."),
    ("credit_card_balance", "CC_BALANCE_TO_INCOME", "CC_LAST_YEAR_AMT_BALANCE_MEAN", "application.AMT_INCOME_TOTAL", "Mean card balance of the last twelve months divided by the yearly income, a ratio."),
)  # fmt: skip

_EXT = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")
_BUILDING = tuple(c.name for c in table("application").columns if c.name.endswith(("_AVG", "_MODE", "_MEDI")))
_DOCUMENTS = tuple(c.name for c in table("application").columns if c.name.startswith("FLAG_DOCUMENT_"))
_ENQUIRIES = tuple(c.name for c in table("application").columns if c.name.startswith("AMT_REQ_CREDIT_BUREAU_"))
_MOVES = tuple(c.name for c in table("application").columns if c.name.startswith(("REG_", "LIVE_")))

#: name, function, columns, description of what is computed within an application
APPLICATION_FORMULAS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("DAYS_EMPLOYED_TO_BIRTH", "ratio", ("DAYS_EMPLOYED", "DAYS_BIRTH"), "Time in the current job divided by age, a ratio."),
    ("INCOME_TO_CREDIT", "ratio", ("AMT_INCOME_TOTAL", "AMT_CREDIT"), "Yearly income divided by credit amount, a ratio."),
    ("INCOME_PER_FAMILY_MEMBER", "per", ("AMT_INCOME_TOTAL", "CNT_FAM_MEMBERS"), "Yearly income divided by family members, in currency units."),
    ("ANNUITY_TO_INCOME", "ratio", ("AMT_ANNUITY", "AMT_INCOME_TOTAL"), "Annuity divided by yearly income, a ratio."),
    ("PAYMENT_RATE", "ratio", ("AMT_ANNUITY", "AMT_CREDIT"), "Annuity divided by credit amount, a ratio."),
    ("CREDIT_TO_GOODS_PRICE", "ratio", ("AMT_CREDIT", "AMT_GOODS_PRICE"), "Credit amount divided by the price of the goods, a ratio."),
    ("EXT_SOURCE_MEAN", "mean_of", _EXT, "Mean of the external scores that are present, 0 to 1."),
    ("EXT_SOURCE_MIN", "min_of", _EXT, "Lowest of the external scores that are present, 0 to 1."),
    ("EXT_SOURCE_MAX", "max_of", _EXT, "Highest of the external scores that are present, 0 to 1."),
    ("EXT_SOURCE_STD", "std_of", _EXT, "Sample standard deviation of the external scores, if at least two are present."),
    ("EXT_SOURCE_COUNT", "count_of", _EXT, "Number of external scores present, 0 to 3."),
    ("EXT_SOURCE_PRODUCT", "product_of", _EXT, "Product of the three external scores, if all are present, 0 to 1."),
    ("EXT_SOURCE_WEIGHTED_MEAN", "weighted_mean_of", _EXT, "Mean of the present external scores with weights 1, 2, 3, 0 to 1."),
    ("CREDIT_TO_INCOME", "ratio", ("AMT_CREDIT", "AMT_INCOME_TOTAL"), "Credit amount divided by yearly income, a ratio."),
    ("CHILDREN_TO_FAMILY", "ratio", ("CNT_CHILDREN", "CNT_FAM_MEMBERS"), "Children divided by family members, a ratio."),
    ("DAYS_REGISTRATION_TO_BIRTH", "ratio", ("DAYS_REGISTRATION", "DAYS_BIRTH"), "Time since the registration was changed divided by age, a ratio."),
    ("DAYS_ID_PUBLISH_TO_BIRTH", "ratio", ("DAYS_ID_PUBLISH", "DAYS_BIRTH"), "Time since the identity document was changed divided by age, a ratio."),
    ("DAYS_LAST_PHONE_CHANGE_TO_BIRTH", "ratio", ("DAYS_LAST_PHONE_CHANGE", "DAYS_BIRTH"), "Time since the phone was changed divided by age, a ratio."),
    ("DAYS_ID_PUBLISH_TO_EMPLOYED", "ratio", ("DAYS_ID_PUBLISH", "DAYS_EMPLOYED"), "Time since the identity document was changed divided by time in the job, a ratio."),
    ("DEF_30_TO_OBS_30", "ratio", ("DEF_30_CNT_SOCIAL_CIRCLE", "OBS_30_CNT_SOCIAL_CIRCLE"), "Share of the observed social circle that defaulted (30 days), a ratio."),
    ("DOCUMENT_COUNT", "total_of", _DOCUMENTS, "Number of documents given."),
    ("ENQUIRY_COUNT", "total_of", _ENQUIRIES, "Enquiries to the credit bureau in the year before the application."),
    ("ADDRESS_MISMATCH_COUNT", "total_of", _MOVES, "How many of the six comparisons of registered, living and work address differ."),
    ("BUILDING_MISSING_COUNT", "missing_of", _BUILDING, "Number of building columns that are missing."),
)  # fmt: skip
