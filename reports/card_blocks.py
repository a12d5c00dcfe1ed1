"""What a document is made of, said once and rendered twice: as part of a self-contained page, and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from reports.html import Markup, element, join, table, unfold

Tone = Literal["ok", "watch", "alert", "other"]


@dataclass(frozen=True)
class Badge:
    """A word that stands out; its colour repeats what it says."""

    word: str
    tone: Tone


Cell = str | Badge


@dataclass(frozen=True)
class Text:
    """A paragraph; with `is_note` it is a remark beside the matter."""

    words: str
    is_note: bool = False


@dataclass(frozen=True)
class VerdictLine:
    """A paragraph that begins with a badge."""

    badge: Badge
    words: str


@dataclass(frozen=True)
class Points:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Tiles:
    """The few figures that a reader wants first: value, and what it is."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table; `right` names the columns of numbers. With `is_folded` a reader of the page opens it."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    right: Sequence[int] = ()
    is_folded: bool = False
    cls: str | None = None


@dataclass(frozen=True)
class Code:
    """Lines to be copied."""

    lines: str


@dataclass(frozen=True)
class Picture:
    """A figure by its name; the page holds it, Markdown links its file."""

    name: str
    title: str
    caption: str


Block = Text | VerdictLine | Points | Tiles | Table | Code | Picture


@dataclass(frozen=True)
class Section:
    """A chapter with its heading."""

    title: str
    blocks: Sequence[Block]


def section_html(section: Section, figures: Mapping[str, Markup]) -> Markup:
    """The section as HTML, its head left out where it has none; `figures` holds the pictures' `<svg>` by name.

    Pictures that follow each other stand side by side where there is room.
    """
    parts: list[Markup] = []
    for are_pictures, blocks in groupby(section.blocks, key=lambda block: isinstance(block, Picture)):
        made = [_html(block, figures) for block in blocks]
        parts += [element("div", *made, cls="pair")] if are_pictures and len(made) > 1 else made
    return element("section", element("h2", section.title) if section.title else "", *parts)


def _html(block: Block, figures: Mapping[str, Markup]) -> Markup:
    match block:
        case Text():
            return element("p", block.words, cls="note" if block.is_note else None)
        case VerdictLine():
            return element("p", _badge(block.badge), " ", block.words)
        case Points():
            return element("ul", *(element("li", item) for item in block.items))
        case Tiles():
            return element(
                "ul", *(element("li", element("b", value), element("span", what)) for value, what in block.items), cls="tiles"
            )
        case Table():
            return _html_table(block)
        case Code():
            return element("div", element("pre", element("code", block.lines)), cls="scroll", role="region", tabindex=0)
        case Picture():
            return element("figure", figures[block.name], element("figcaption", block.caption), cls="chart")


def _html_table(block: Table) -> Markup:
    rows = [[_badge(cell) if isinstance(cell, Badge) else cell for cell in row] for row in block.rows]
    made = table(block.caption, block.heads, rows, block.right, block.cls)
    return unfold(f"{block.caption} ({len(rows):,})", made) if block.is_folded else made


def _badge(badge: Badge) -> Markup:
    return element("span", badge.word, cls=f"badge {badge.tone}")


def markdown_text(words: str) -> str:
    """Words as Markdown that shows them and nothing else: one line, no markup, no HTML."""
    line = " ".join("".join(character if character.isprintable() else " " for character in words).split())
    line = re.sub(r"([\\`*\[\]|~])", r"\\\1", line)
    line = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", line)
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"^(?=(#{1,6}|[+-]|=+|-+)(\s|$))|^(\d{1,9})(?=[.)](\s|$))", r"\3\\", line)


def section_markdown(section: Section, folder: str, level: int = 2) -> str:
    """The section as Markdown; pictures are `<folder>/<name>.svg`."""
    parts = [f"{'#' * level} {markdown_text(section.title)}", *(_markdown(block, folder) for block in section.blocks)]
    return "\n\n".join(parts)


def _markdown(block: Block, folder: str) -> str:
    match block:
        case Text():
            return markdown_text(block.words)
        case VerdictLine():
            return f"{_strong(block.badge)} {markdown_text(block.words)}"
        case Points():
            return "\n".join(f"- {markdown_text(item)}" for item in block.items)
        case Tiles():
            return "\n".join(f"- {markdown_text(what)}: **{markdown_text(value)}**" for value, what in block.items)
        case Table():
            return _markdown_table(block)
        case Code():
            return _fenced(block.lines)
        case Picture():
            return f"![{markdown_text(block.title)}]({folder}/{block.name}.svg)\n\n{markdown_text(block.caption)}"


def _strong(badge: Badge) -> str:
    return f"**{markdown_text(badge.word)}**"


def _markdown_table(block: Table) -> str:
    numeric = set(block.right)
    marks = ["---:" if place in numeric else "---" for place in range(len(block.heads))]
    lines = [[markdown_text(head) for head in block.heads], marks]
    lines += [[_strong(cell) if isinstance(cell, Badge) else markdown_text(cell) for cell in row] for row in block.rows]
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{markdown_text(block.caption)}:\n\n{rows}"


def _fenced(lines: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", lines)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{lines}\n{fence}"


def page_sections(sections: Sequence[Section], figures: Mapping[str, Markup]) -> Markup:
    """The sections one after the other."""
    return join([section_html(section, figures) for section in sections])
