"""`--set KEY=VALUE` of `loanwatch retrain`, turned into the parameters that the form of the Prefect UI has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError

if TYPE_CHECKING:
    from schemas.parameters import RetrainParameters

#: Texts that must not be read as numbers, and lists with commas.
_TEXTS = frozenset({"received_from", "received_to", "reason", "requested_by"})
_LISTS = frozenset({"candidates"})
#: `cost.granted_default=120` and `monotone.EXT_SOURCE_1=-1`.
_GROUPS = frozenset({"cost", "monotone"})
#: `--as-of` says it, and LightGBM's own names need no prefix.
_NOT_BY_NAME = frozenset({"as_of", "parameters"})


def _value(text: str) -> Any:
    """A number where the text is one, true or false, else the text."""
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _split(pair: str) -> tuple[str, str]:
    key, separator, text = pair.partition("=")
    if not separator or not key:
        raise UsageError(f"--set {pair} is no KEY=VALUE", expected="--set maturity_days=120", remedy="write KEY=VALUE")
    return key, text


def _own_value(key: str, text: str) -> Any:
    if key in _LISTS:
        return [part for part in text.split(",") if part]
    return text if key in _TEXTS else _value(text)


def _collect(pairs: tuple[str, ...], names: frozenset[str]) -> dict[str, Any]:
    own: dict[str, Any] = {}
    booster: dict[str, Any] = {}
    for key, text in map(_split, pairs):
        group, dot, name = key.partition(".")
        if dot and group in _GROUPS:
            own.setdefault(group, {})[name] = _value(text)
        elif key in names:
            own[key] = _own_value(key, text)
        else:
            booster[key] = _value(text)
    return {**own, "parameters": booster}


def parse_settings(pairs: tuple[str, ...], *, reason: str = "") -> RetrainParameters:
    """The parameters that `--set KEY=VALUE` changes; a key that is no parameter of ours goes to LightGBM.

    Lists take commas (`candidates=lightgbm,tree`); costs and monotone constraints a prefix (`cost.granted_default=120`,
    `monotone.EXT_SOURCE_1=-1`).

    Raises:
        UsageError: a pair without `=`, a value outside its range, or a combination that cannot be.
    """
    from pydantic import ValidationError

    from schemas.parameters import RetrainParameters

    given = _collect(pairs, frozenset(RetrainParameters.model_fields) - _NOT_BY_NAME - _GROUPS)
    try:
        return RetrainParameters(**({"reason": reason} if reason else {}) | given)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'together'}: {item['msg']}" for item in error.errors())
        raise UsageError(f"--set has {error.error_count()} fault(s): {faults}", remedy="see loanwatch retrain --help") from None
