"""The parameters of a flow as a table in markdown, from the model that renders as its form."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

_BEGIN = "<!-- parameters: rendered by scripts/write_docs.py from schemas/parameters.py, do not edit -->"
_END = "<!-- end of parameters -->"


def _bounds(field: dict[str, Any]) -> str:
    """Range or choices of a field of a JSON schema."""
    items = field.get("items", {})
    choices = field.get("enum") or items.get("enum")
    if choices:
        return ", ".join(str(choice) for choice in choices)
    limits = [f"{word} {field[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in field]
    return " ".join(limits) or (f"at most {field['maxLength']} characters" if "maxLength" in field else "")


def _default(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return "" if value in (None, "", {}) else (value if isinstance(value, str) else json.dumps(value))


def _resolved(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The field with what its references say, where it has any."""
    found = dict(field)
    if "$ref" in found:
        found |= definitions[found["$ref"].rsplit("/", 1)[1]] | {
            key: field[key] for key in ("title", "description") if key in field
        }
    if "$ref" in found.get("items", {}):
        found["items"] = definitions[found["items"]["$ref"].rsplit("/", 1)[1]]
    return found


def parameters_table(model: type[BaseModel]) -> str:
    """One row per field: name, default, range, description."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    fields = {name: _resolved(field, definitions) for name, field in schema["properties"].items()}
    rows = [
        f"| `{name}` | {_default(field.get('default'))} | {_bounds(field)} | {field.get('description', '')} |"
        for name, field in fields.items()
    ]
    return "\n".join(["| parameter | default | range | meaning |", "|---|---|---|---|", *rows])


def with_parameters(page: str, model: type[BaseModel]) -> str:
    """The page with the table between its two marks. Raises ValueError where a mark is missing."""
    head, begin, rest = page.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise ValueError("the page has no place for the parameters")
    return f"{head}{begin}\n{parameters_table(model)}\n{end}{tail}"
