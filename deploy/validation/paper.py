"""The blocks of the report as one HTML file that fetches nothing, and as PDF; the same bytes each time."""

from pathlib import Path

from django.template import Context, Engine

from analytics.figures import files
from analytics.figures.files.lettering import width_of
from analytics.figures.files.marks import Letters
from analytics.report.pages import (  # fmt: skip
    BODY,
    BOTTOM,
    HEAD,
    HEIGHT,
    INNER,
    LEFT,
    LINE,
    SMALL,
    SOFT,
    TITLE,
    TOP,
    WARN,
    Paper,
    table,
    wrapped,
)
from analytics.sheets.sheet import Sheet
from deploy.validation.content import Facts, Head, Say

HERE = Path(__file__).parent
STYLE = HERE.parent.parent / "analytics/report/report.css"  # has no character that HTML would escape
SIGNING = 44  # px of a row that somebody signs


def html_of(title, blocks):
    """The file, as bytes."""
    template = Engine(autoescape=True).from_string((HERE / "report.html").read_text(encoding="utf-8"))
    shown = [{"kind": type(one).__name__, "block": one} for one in blocks]
    context = {"title": title, "blocks": shown, "style": STYLE.read_text(encoding="utf-8")}
    return template.render(Context(context)).encode()


def pdf_of(title, blocks, facts):
    """The file, as bytes. facts: of the run, for what the file says of itself."""
    paper = Paper()
    paper.down(20)
    paper.write(title, TITLE, is_bold=True)
    paper.down(10)
    for block in blocks:
        _set(paper, block)
    for number, marks in enumerate(paper.pages, start=1):
        said = f"page {number} of {len(paper.pages)}"
        marks.append(Letters(title, LEFT, HEIGHT - BOTTOM + 34, SMALL - 1, SOFT))
        marks.append(Letters(said, LEFT + INNER, HEIGHT - BOTTOM + 34, SMALL - 1, SOFT, anchor="right"))
    of = dict(facts)
    about = files.About(
        title,
        "validation",
        of.get("Commit", ""),
        of.get("Packages", ""),
        of.get("Code of the analyses", ""),
        "everybody",
    )
    return files.bound(paper.pictures(), about)


def _set(paper, block):
    if isinstance(block, Head):
        if paper.at > TOP:
            paper.down(20)
        paper.room(HEAD * LINE + block.below)
        paper.write(block.text, HEAD, is_bold=True)
        paper.down(4)
    elif isinstance(block, Say):
        paper.write(block.text, BODY, *([WARN] if block.mark else []))
        paper.down(6)
    elif isinstance(block, Facts):
        column = max(width_of(name, SMALL) for name, _value in block.pairs) + 14
        for name, value in block.pairs:
            paper.room(len(wrapped(value, SMALL, INNER - column)) * SMALL * LINE)
            paper.put(name, LEFT, SMALL, SOFT)
            paper.write(value, SMALL, left=LEFT + column, widest=INNER - column)
        paper.down(8)
    elif isinstance(block, Sheet):
        _table(paper, block)


def _table(paper, sheet):
    if any(any(row.cells) or row.is_head for row in sheet.rows):
        table(paper, sheet)
        return
    for row in sheet.rows:  # to be signed by hand
        paper.room(SIGNING)
        paper.down(SIGNING - SMALL * LINE)
        for number, text in enumerate((row.label, *sheet.heads)):
            paper.put(text, LEFT + number * INNER / 4, SMALL, SOFT)
        paper.down(SMALL * LINE)
        paper.rule()
