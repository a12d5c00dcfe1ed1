"""HTML by small functions: every text is escaped unless it is Markup that these functions made."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from importlib import resources

STATUS_WORDS = {
    "ok": "ok",
    "watch": "watch",
    "alert": "ALERT",
    "too_few": "too few rows",
    None: "not measured",
}
NOT_MEASURED = "not measured"
#: Stands where there is no number.
NOTHING = "\N{EN DASH}"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escape(value: object) -> Markup:
    """The value as text of an element or an attribute."""
    return value if isinstance(value, Markup) else Markup(html.escape(str(value), quote=True))


def join(parts: Sequence[object], between: str = "") -> Markup:
    """Each part escaped, one after the other."""
    return Markup(escape(between).join(escape(part) for part in parts))


def element(name: str, *children: object, cls: str | None = None, **attributes: object) -> Markup:
    """`<name class=cls attribute=...>children</name>`; underscores in an attribute's name become hyphens."""
    given = ({"class": cls} if cls else {}) | attributes
    inside = "".join(f' {key.replace("_", "-")}="{escape(value)}"' for key, value in given.items() if value is not None)
    return Markup(f"<{name}{inside}>{join(children)}</{name}>")


def number(value: float | None, decimals: int = 3) -> str:
    """A number with fixed decimals and thousands; a dash where there is none, and never a fake zero."""
    return NOTHING if value is None or math.isnan(value) else f"{value:,.{decimals}f}"


def share(value: float | None, decimals: int = 1) -> str:
    """A share in [0, 1] as percent."""
    return NOTHING if value is None or math.isnan(value) else f"{100 * value:,.{decimals}f}\N{NO-BREAK SPACE}%"


def days(n: int) -> str:
    """A number of days in words."""
    return "1 day" if n == 1 else f"{n} days"


def status_badge(status: str | None) -> Markup:
    """Status as a word on its colour: never by colour alone."""
    known = status if status in STATUS_WORDS or status in ("warning", "critical") else "other"
    return element("span", STATUS_WORDS.get(status, status), cls=f"badge {known or 'unmeasured'}")


def table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    right: Sequence[int] | set[int] = (),
    cls: str | None = None,
) -> Markup:
    """A table that scrolls by itself on a narrow screen; `right`: columns of numbers. The first cell of a row is its header."""
    numeric = set(right)
    top = [element("th", head, scope="col", cls="n" if index in numeric else None) for index, head in enumerate(heads)]
    body = [
        element(
            "tr",
            *(
                element("td" if index else "th", cell, cls="n" if index in numeric else None, scope=None if index else "row")
                for index, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    inside = element(
        "table", element("caption", caption), element("thead", element("tr", *top)), element("tbody", *body), cls=cls
    )
    return element("div", inside, cls="scroll", role="region", tabindex=0, aria_label=caption)


def unfold(summary: str, *children: object) -> Markup:
    """Content that a reader opens."""
    return element("details", element("summary", summary), *children)


def page_style() -> Markup:
    """The style sheet of all pages, inline."""
    text = resources.files("reports").joinpath("page.css").read_text(encoding="utf-8")
    return Markup(f"<style>\n{text}</style>")


def document(title: str, *body: object) -> str:
    """A whole page that loads nothing and runs nothing."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    head = join(
        [
            Markup('<meta charset="utf-8">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", title),
            page_style(),
        ],
        "\n",
    )
    content = element("main", *body, cls="page")
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{content}\n</body>\n</html>\n'
