"""What Evidently's HTML lacks: a title, our numbers as a table, what is not drawn, and a wall against scripts in the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from reports.evidently_sample import EvidentlySample
from reports.html import STATUS_WORDS, Markup, element, number, page_style, status_badge, table
from schemas.pages import MeasuredPsi

#: Nothing is fetched: scripts, styles, fonts and pictures are in the file itself.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
)
#: Evidently's red and greens are one colour to some readers: vermilion, sky blue and grey are not.
_COLOURS = {'"#ed0400"': '"#d55e00"', '"green"': '"#0072b2"', '"lightgreen"': '"#56b4e9"'}
#: Evidently's grid is cut off on a phone: it gets its width, and the phone shows it whole, smaller.
_WIDTH = "<style>body { min-width: 60rem; }</style>"
_DATA_START, _DATA_END = "<script>\n    var metric_", "\n</script>\n    </head>"


def dress_page(
    page: str,
    as_of: date,
    sample: EvidentlySample,
    columns: Sequence[str],
    measured: Mapping[str, MeasuredPsi],
    left_out: Mapping[str, str],
) -> str:
    """Evidently's page with our head. Raises ValueError if Evidently's template is not the one this was written for."""
    page = _without_tags_in_data(page.strip())
    title = f"<title>Evidently report of {as_of}</title>"
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">{title}{page_style()}{_WIDTH}'
    page = page.replace('content="width=device-width, initial-scale=1.0"', 'content="width=1000"', 1)
    page = page.replace('<meta charset="UTF-8">', '<meta charset="UTF-8">' + head, 1)
    return page.replace("<body>", "<body>" + _introduction(as_of, sample, columns, measured, left_out), 1) + "\n"


def _without_tags_in_data(page: str) -> str:
    """In the data every `<` becomes its JSON escape: `</script>` in a value would end the script and start another."""
    start = page.index(_DATA_START) + len("<script>")
    end = page.index(_DATA_END, start)
    data = page[start:end].replace("<", "\\u003c")
    for theirs, ours in _COLOURS.items():
        data = data.replace(theirs, ours)
    return page[:start] + data + page[end:]


def _introduction(
    as_of: date, sample: EvidentlySample, columns: Sequence[str], measured: Mapping[str, MeasuredPsi], left_out: Mapping[str, str]
) -> Markup:
    rows = [
        [name, number(measured[name].psi, 4), number(measured[name].limit, 2), status_badge(measured[name].status)]
        for name in columns
    ]
    numbers = table("PSI as in marts.drift", ["Subject", "PSI", "Limit", "Status"], rows, right={1, 2})
    absent = table("Not drawn", ["Subject", "Why"], [[name, why] for name, why in left_out.items()])
    note = (
        f"Pictures show a fixed sample of {sample.reference.height:,} reference rows and {sample.current.height:,} of the "
        "window, extreme values drawn at the edge. The PSI is that of marts.drift, over all rows. "
        f"Evidently says “detected” where our status is “{STATUS_WORDS['alert']}”."
    )
    return element(
        "header",
        element("p", element("a", "Nightly page", href="index.html")),
        element("h1", f"Evidently report of {as_of}"),
        element("p", note),
        numbers if rows else element("p", "No column could be drawn with a measured PSI.", cls="empty"),
        element("details", element("summary", f"Subjects not drawn: {len(left_out)}"), absent) if left_out else "",
        cls="page",
    )
