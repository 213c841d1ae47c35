"""Write a cut's report and store it. The worker does this."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import translation

from analytics import phrases
from analytics.figures import files
from analytics.models import CutReport
from analytics.report.content import Report, asked_of, report_of, sections_of
from analytics.report.html import html_of
from analytics.report.pdf import pdf_of
from analytics.taken import IN_METADATA
from registry.access.row_security import everything_scope
from registry.models import Person


def write_report(dataset: Any, language: str, audience: str, progress: Callable[[int], None]) -> None:
    """Write both files in `language` and store them. progress: hears of each step, with the number of all."""
    steps = len(asked_of(dataset)) + 2
    sections = []
    with translation.override(language):
        with everything_scope(actor="worker"):
            found = sections_of(dataset)
            who = Person.objects.filter(email=dataset.taken_by).values_list("name", flat=True).first()
        for section in _each(found):
            sections.append(section)
            progress(steps)
        report = report_of(dataset, who or dataset.taken_by, sections)
        _store(dataset, language, audience, "html", html_of(report, language, _about(report, dataset)))
        progress(steps)
        _store(dataset, language, audience, "pdf", pdf_of(report, _said(report.title, "catalogue", dataset)))
        progress(steps)


def _each(found: Any) -> Any:
    """The sections one by one, each read in a scope of its own, so that progress can be stored in between."""
    while True:
        with everything_scope(actor="worker"):
            section = next(found, None)
        if section is None:
            return
        yield section


def _about(report: Report, dataset: Any) -> dict[str, files.About]:
    """What each figure says of itself."""
    titles = {one.name: one.title for one in asked_of(dataset)}
    return {one.name: _said(phrases.label(titles[one.name]), one.name, dataset) for one in report.sections}


def _said(title: str, analysis: str, dataset: Any) -> files.About:
    return files.About(
        title=title,
        analysis=analysis,
        dataset=f"{dataset.cohort.code} cut {dataset.name} {dataset.cut_date.isoformat()}",
        hash=dataset.hash,
        code=settings.CODE_VERSION,
        audience=IN_METADATA,
    )


def _store(dataset: Any, language: str, audience: str, form: str, content: bytes) -> None:
    with everything_scope(actor="worker"):
        CutReport.objects.update_or_create(
            dataset=dataset,
            language=language,
            audience=audience,
            format=form,
            defaults={
                "content": content,
                "sha256": hashlib.sha256(content).hexdigest(),
                "code_version": settings.CODE_VERSION,
            },
        )
