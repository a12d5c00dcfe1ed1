"""docs/performance.md and its plots, from benchmarks/results/*.json alone: `python -m benchmarks.performance`.

The same results give the same bytes. Results of benchmarks about correctness, which have other forms, are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.records import LAST, RESULTS, SUMMARY

DOCS = Path(__file__).parent.parent / "docs"
PAGE = "performance.md"
PLOTS = "performance"
#: The order of the page; what is not named follows by name.
ORDER = (
    "features",
    "prediction",
    "scoring",
    "reasons",
    "drift",
    "validation",
    "ingest",
    "night",
    "prefect_share",
    "growth",
    "startup",
)
_FIELDS = {"name", "what", "command", "sizes", "targets", "runs", "unit"}
Record = Mapping[str, Any]

INTRODUCTION = """\
# Performance

Rendered by `python -m benchmarks.performance` from benchmarks/results/*.json; do not edit. `make bench` measures all of it anew
but the night of 10,000,000 applicants, whose command stands under growth. Commands told one after another are run in that order.

Each benchmark runs its sides by turns, each run in a fresh process, on the same data, and ends with an error where sides that do
the same did not come to the same (the commands of startup do different things: there a command that fails is the only error).
Times are medians; a ratio is that of two medians, in brackets the smallest and the largest of the runs of one turn. Peak memory
is the highest of all runs, of the own process of a side. Ratios move less than seconds where the machine has other work, but they
do move: see the ranges, and the load at the start.
"""


def read_results(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """The records of speed benchmarks, in the order of the page."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    records = [one for one in found if isinstance(one, dict) and one.keys() >= _FIELDS]
    place = {name: number for number, name in enumerate(ORDER)}
    return sorted(records, key=lambda one: (place.get(one["name"], len(ORDER)), one["name"]))


def render(records: Sequence[Record]) -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *_summary(records), *(line for one in records for line in _section(one))])


def _summary(records: Sequence[Record]) -> Iterator[str]:
    yield from ("| what | to reach | found | |", "|---|---|---|---|")
    for one in records:
        for target in one["targets"]:
            yield f"| [{one['name']}](#{one['name']}) | {target['text']} | {_found(target)} | {_answer(target)} |"
    yield ""


def _answer(target: Record) -> str:
    return target["answer"] if target["reached"] or target["kind"] == "told" else f"**{target['answer']}**"


def _found(target: Record) -> str:
    texts = []
    for size, one in target["found"].items():
        span = f" ({_short(one['low'])} to {_short(one['high'])})" if "low" in one else ""
        at = "" if size == "all" else f" at {_size(size)}"
        texts.append(f"{_short(one['value'])}{span}{at}")
    return "; ".join(texts) or "not measured"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _size(text: str | int) -> str:
    return f"{int(text):,}"


def _section(one: Record) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in one["versions"].items())
    yield from (f"## {one['name']}", "", f"{one['what']}. Again: {_commands(one)}", "")
    yield from _table(one)
    yield from ("", f"![{one['name']}]({PLOTS}/{one['name']}.svg)", "")
    yield from (f"- {note}" for note in one.get("notes", ()))
    yield from (
        f"- {_made(one)}, {one['machine']}, load {one['load_at_start']} at the start",
        f"- {versions}",
        "",
    )


def _made(one: Record) -> str:
    """When and with which commit's code, and where that differs, which sizes."""
    sizes: dict[str, list[str]] = {}
    for size, made in one.get("made", {}).items():
        sizes.setdefault(made, []).append(_size(size))
    if len(sizes) < 2:
        return next(iter(sizes), one["date"])
    return "; ".join(f"{' and '.join(these)}: {made}" for made, these in sizes.items())


def _commands(one: Record) -> str:
    return ", ".join(f"`{command}`" for command in one["command"].split("; "))


def _table(one: Record) -> Iterator[str]:
    more = f"more ({one.get('more', LAST)})"
    yield from (f"| {one['unit']} | side | runs | seconds | from, to | peak MB | {more} |", "|---:|---|---:|---:|---|---:|---|")
    for size, sides in one["sizes"].items():
        for name, found in sides.items():
            seconds = found["seconds"]
            span = f"{_short(min(seconds))}, {_short(max(seconds))}"
            yield (
                f"| {_size(size)} | {name} | {len(seconds)} | {_short(found['median_seconds'])} | {span} "
                f"| {found['peak_mb']:,.0f} | {_more(found)} |"
            )


def _more(found: Record) -> str:
    others = {key: value for key, value in found.items() if key not in SUMMARY}
    plain = {key: value for key, value in others.items() if isinstance(value, (int, float, str))}
    return ", ".join(f"{key} {value:,}" if isinstance(value, int) else f"{key} {value}" for key, value in plain.items())


def plot(one: Record, path: Path) -> None:
    """Seconds and peak memory by size, both axes logarithmic, a line per side."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    sizes = [int(size) for size in one["sizes"]]
    names = list(dict.fromkeys(name for sides in one["sizes"].values() for name in sides))
    with mpl.rc_context({"svg.hashsalt": "loanwatch", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(8, 3), layout="constrained")
        axes = figure.subplots(1, 2)
        for axis, key, title in zip(axes, ("median_seconds", "peak_mb"), ("seconds", "peak memory, MB"), strict=True):
            for name in names:
                points = [(size, one["sizes"][str(size)][name][key]) for size in sizes if name in one["sizes"][str(size)]]
                axis.plot(*zip(*points, strict=True), marker="o", markersize=3, linewidth=1.2, label=name)
            axis.set(xscale="log", yscale="log", title=title, xlabel=one["unit"])
            axis.grid(visible=True, alpha=0.3)
        axes[0].legend(frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def write_page(folder: Path = DOCS, results: Path = RESULTS) -> None:
    """Writes the page and one plot per benchmark; plots of benchmarks that are no more go."""
    records = read_results(results)
    plots = folder / PLOTS
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    for one in records:
        plot(one, plots / f"{one['name']}.svg")
    (folder / PAGE).write_text(render(records), encoding="utf-8")


if __name__ == "__main__":
    write_page()
