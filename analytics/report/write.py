"""Write a cut's report. The worker does this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from analytics import phrases
from analytics.core.disclosure.policy import PUBLIC
from analytics.figures import files
from analytics.report import content, public_content
from analytics.report.content import Report, asked_of
from analytics.report.html import html_of
from analytics.report.pdf import pdf_of
from registry.access.row_security import everything_scope
from registry.models import Person


def write_report(order: Any, store: Callable[[str, bytes], None], progress: Callable[[int], None]) -> None:
    """Write the report that is ordered, in its language and for its audience, as HTML and PDF. store: takes the format and the bytes; progress: hears of each step, with the
    number of all."""
    dataset, language = order.dataset, order.language
    source = public_content if order.audience == PUBLIC else content
    steps = len(asked_of(dataset)) + 2
    sections = []
    with translation.override(language), timezone.override(settings.DISPLAY_TIME_ZONE):
        with everything_scope(actor="worker"):
            found = source.sections_of(dataset)
            who = Person.objects.filter(email=dataset.taken_by).values_list("name", flat=True).first()
        for section in _each(found):
            sections.append(section)
            progress(steps)
        report = source.report_of(dataset, who or dataset.taken_by, sections)
        store("html", html_of(report, language, _about(report, dataset, source.MARK)))
        progress(steps)
        store("pdf", pdf_of(report, _said(report.title, "catalogue", dataset, source.MARK)))
        progress(steps)


def _each(found: Any) -> Any:
    """The sections one by one, each read in a scope of its own, so that progress can be stored in between."""
    while True:
        with everything_scope(actor="worker"):
            section = next(found, None)
        if section is None:
            return
        yield section


def _about(report: Report, dataset: Any, mark: str) -> dict[str, files.About]:
    """What each figure says of itself."""
    titles = {one.name: one.title for one in asked_of(dataset)}
    return {one.name: _said(phrases.label(titles[one.name]), one.name, dataset, mark) for one in report.sections}


def _said(title: str, analysis: str, dataset: Any, mark: str) -> files.About:
    return files.About(
        title=title,
        analysis=analysis,
        dataset=f"{dataset.cohort.code} cut {dataset.name} {dataset.cut_date.isoformat()}",
        hash=dataset.hash,
        code=settings.CODE_VERSION,
        audience=mark,
    )
