"""The report as PDF: cover, contents with page numbers, a section for each analysis, and on each page what it is made of."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.figures import files
from analytics.figures.files import bound
from analytics.figures.files.lettering import width_of
from analytics.figures.files.marks import Letters, Mark
from analytics.report.content import Report, Section
from analytics.report.pages import (
    BODY,
    BOTTOM,
    HEAD,
    HEIGHT,
    INK,
    INNER,
    LEFT,
    LINE,
    SMALL,
    SOFT,
    TITLE,
    TOP,
    WARN,
    Paper,
    filled,
    table,
    wrapped,
)

CONTENTS_LINE = BODY * 1.7
SHORT, HEADED = 260, 90  # px that a section without a figure needs to begin on a page; beside the figure of one with it


def pdf_of(report: Report, about: files.About) -> bytes:
    """The file; the same bytes each time."""
    body, starts = Paper(), []
    for section in report.sections:
        if body.at > TOP:
            body.down(26)
            body.room(section.figure["layout"]["height"] + HEADED if section.figure is not None else SHORT)
        starts.append(body.page)
        _section(body, section)
    front = _front(report, starts, pages_before=0)
    front = _front(report, starts, pages_before=front.page)
    pages = [*front.pages, *(body.pages if report.sections else [])]
    for number, marks in enumerate(pages, start=1):
        marks += _foot(report.foot, number, len(pages))
    return bound(Paper(pages).pictures(), about)


def _front(report: Report, starts: list[int], pages_before: int) -> Paper:
    """The cover with the contents. pages_before: how many pages it takes itself."""
    paper = Paper()
    paper.down(40)
    paper.write(report.title, TITLE, is_bold=True)
    paper.write(report.subtitle, HEAD, SOFT)
    paper.down(12)
    lines = wrapped(report.audience, BODY, INNER - 20)
    tall = len(lines) * BODY * LINE + 14
    paper.pages[-1].append(filled(LEFT, paper.at, LEFT + INNER, paper.at + tall, WARN))
    for i, line in enumerate(lines):
        paper.put(line, LEFT + 10, BODY, WARN, shift=7 + i * BODY * LINE)
    paper.down(tall + 14)
    _facts(paper, report.facts, BODY)
    paper.down(20)
    paper.write(_("Contents"), HEAD, is_bold=True)
    paper.down(6)
    for section, start in zip(report.sections, starts, strict=True):
        paper.room(CONTENTS_LINE)
        number = str(start + pages_before)
        paper.put(wrapped(section.title, BODY, INNER - 60)[0], LEFT, BODY, INK)
        paper.put(number, LEFT + INNER - width_of(number, BODY), BODY, INK)
        paper.down(CONTENTS_LINE)
    if report.missing:
        paper.down(8)
        paper.write(f"{_('Without a result:')} {', '.join(report.missing)}", SMALL, SOFT)
    return paper


def _section(paper: Paper, section: Section) -> None:
    paper.write(section.title, HEAD, is_bold=True)
    paper.write(section.question, BODY, SOFT)
    paper.down(8)
    if section.figure is not None:
        paper.draw(section.figure)
        paper.down(12)
    for warning in section.warnings:
        paper.write(f"• {warning}", SMALL)
    paper.down(8)
    for sheet in section.sheets:
        table(paper, sheet)
    if section.undefined:
        paper.room(60)
        paper.write(_("Numbers that are not there, and why"), SMALL, is_bold=True)
        for sentence in section.undefined:
            paper.write(f"• {sentence}", SMALL - 0.5, SOFT)
        paper.down(8)
    paper.room(60)
    paper.write(_("Where these numbers come from"), SMALL, is_bold=True)
    _facts(paper, section.facts, SMALL - 0.5)


def _facts(paper: Paper, facts: list, size: float) -> None:
    """(name, value) in two columns."""
    column = max((width_of(name, size) for name, _value in facts), default=0) + 14
    for name, value in facts:
        lines = wrapped(value, size, INNER - column)
        paper.room(min(len(lines), 3) * size * LINE)
        paper.put(name, LEFT, size, SOFT)
        paper.write(value, size, left=LEFT + column, widest=INNER - column)


def _foot(text: str, number: int, pages: int) -> list[Mark]:
    said = _("page {n} of {all}").format(n=number, all=pages)
    size, at = SMALL - 1, HEIGHT - BOTTOM + 34
    lines = wrapped(text, size, INNER - 90)
    found: list[Mark] = [Letters(line, LEFT, at + i * size * 1.3, size, SOFT) for i, line in enumerate(lines)]
    return [*found, Letters(said, LEFT + INNER, at, size, SOFT, anchor="right")]
