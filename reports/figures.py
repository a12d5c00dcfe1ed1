"""Charts as SVG to stand inside a page: readable without colour, the same bytes from the same numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reports.html import Markup, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's palette for all kinds of colour vision: blue, orange, grey.
NOW, BEFORE, INK = "#0072B2", "#8A949E", "#1B1F24"
#: Steps of PSI and their colours, like cividis from light to dark blue: told apart by lightness alone.
PSI_STEPS = (0.0, 0.05, 0.10, 0.20, 0.30, 0.50)
PSI_COLOURS = ("#F5F0D8", "#DCCB82", "#B3A772", "#82817A", "#4B566D", "#00224E")
TOO_FEW = "#E4E8EC"
#: Most characters of a label beside a chart.
_LONGEST_LABEL = 34

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "loanwatch",  # element ids follow from the content, not from chance
    "svg.fonttype": "none",
    "text.parse_math": False,  # a $ in a name is a $
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.edgecolor": "#8A949E",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": "#A8B0B8",
    "hatch.linewidth": 0.6,
}


def shorten(label: str) -> str:
    """Cut in the middle: long names of features differ at their ends."""
    half = _LONGEST_LABEL // 2
    return label if len(label) <= _LONGEST_LABEL else f"{label[: half - 1]}…{label[-half:]}"


def svg(name: str, title: str, size: tuple[float, float], draw: Callable[[Figure], None]) -> Markup:
    """Draws and returns the `<svg>` element; ids carry the figure's name, since several figures share a page."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(
        r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" xmlns:xlink="http://www.w3.org/1999/xlink">', text, count=1
    )
    text = text.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    return Markup(text.strip())


def svg_document(figure: Markup) -> str:
    """A figure as a file of its own."""
    return figure.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


def clear(axes: Axes) -> None:
    """Only what is read: no frame above and on the right, no ticks, the grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)


def share_bars(name: str, title: str, labels: Sequence[str], before: Sequence[float], now: Sequence[float], axis: str) -> Markup:
    """Shares in [0, 1] of the reference and of the window, side by side per bin."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        clear(axes)
        places = range(len(labels))
        axes.bar([x - 0.2 for x in places], [100 * v for v in before], 0.4, color=BEFORE, label="reference")
        axes.bar(
            [x + 0.2 for x in places],
            [100 * v for v in now],
            0.4,
            color=NOW,
            hatch="//",
            edgecolor="#CFE6F3",
            label="window",
            lw=0,
        )
        axes.set_xticks(list(places), [shorten(label) for label in labels])
        if len(labels) > 4:
            axes.tick_params(axis="x", rotation=40)
            for text in axes.get_xticklabels():
                text.set_horizontalalignment("right")
                text.set_rotation_mode("anchor")
        axes.set_ylabel("share of rows, %")
        axes.set_xlabel(axis)
        axes.grid(axis="y", color="#E4E8EC")
        figure.legend(loc="outside upper left", ncols=2, frameon=False)

    return svg(name, title, (6.2, 3.6), draw)


def psi_heat_map(
    name: str,
    title: str,
    subjects: Sequence[str],
    nights: Sequence[date],
    cells: Mapping[tuple[str, date], tuple[float | None, str]],
) -> Markup:
    """Subjects x nights, in the order given. `cells`: PSI and status; without a cell a night was not measured and is hatched."""

    def draw(figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        axes = figure.subplots()
        axes.add_patch(Rectangle((0, 0), len(nights), len(subjects), hatch="////", facecolor="white", edgecolor="#A8B0B8", lw=0))
        places = {(subject, night): (column, row) for row, subject in enumerate(subjects) for column, night in enumerate(nights)}
        _cells(axes, [(*places[key], *cells[key]) for key in places if key in cells])
        axes.set_xlim(0, len(nights))
        axes.set_ylim(len(subjects), 0)
        axes.set_yticks([row + 0.5 for row in range(len(subjects))], [shorten(subject) for subject in subjects])
        every = [column for column in range(len(nights)) if column % 3 == 0]
        axes.set_xticks([column + 0.5 for column in every], [f"{nights[column]:%m-%d}" for column in every])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.legend(handles=_heat_legend(), loc="outside lower left", ncols=5, frameon=False, fontsize=9, handlelength=1.2)

    return svg(name, title, (10.0, 1.35 + 0.25 * len(subjects)), draw)


def _cells(axes: Axes, cells: Sequence[tuple[int, int, float | None, str]]) -> None:
    """Column, row, PSI and status of each: coloured by PSI, marked by status."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    looks = [_look(psi, status) for _, _, psi, status in cells]
    squares = [Rectangle((column, row), 1, 1) for column, row, _, _ in cells]
    axes.add_collection(
        PatchCollection(squares, facecolors=[colour for colour, _, _ in looks], edgecolors="white", linewidths=0.8)
    )
    for mark, ink in sorted({(mark, ink) for _, mark, ink in looks if mark}):
        marked = [cell for cell, look in zip(cells, looks, strict=True) if look[1:] == (mark, ink)]
        axes.plot(
            [c + 0.5 for c, *_ in marked], [r + 0.5 for _, r, *_ in marked], mark, color=ink, ms=3 if mark == "o" else 5, mew=1.0
        )


def _look(psi: float | None, status: str) -> tuple[str, str, str]:
    """Colour of a cell, its mark ('' for none) and the mark's colour."""
    if psi is None or status == "too_few":
        return TOO_FEW, "_", INK
    step = max(index for index, edge in enumerate(PSI_STEPS) if psi >= edge)
    return PSI_COLOURS[step], {"alert": "^", "watch": "o"}.get(status, ""), "white" if step >= 3 else INK


def _heat_legend() -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    texts = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(PSI_STEPS)] + [f"from {PSI_STEPS[-1]:.2f}"]
    steps = [Patch(facecolor=colour, label=f"PSI {text}") for colour, text in zip(PSI_COLOURS, texts, strict=True)]
    marks = [
        Line2D([], [], marker="^", color=INK, ls="", ms=6, label="alert"),
        Line2D([], [], marker="o", color=INK, ls="", ms=4, label="watch"),
        Patch(facecolor=TOO_FEW, label="too few rows"),
        Patch(facecolor="white", hatch="////", edgecolor="#A8B0B8", label="not measured"),
    ]
    return [*steps, *marks]
