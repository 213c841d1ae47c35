"""What a report for the public says: the stored releases of a cut, and of the cut its name and day. No exact number is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from analytics import provenance, read
from analytics.issued import IN_METADATA as MARK
from analytics.issued import issued_of
from analytics.models import PublicIssue
from analytics.report.content import Report, Section


def sections_of(dataset: Any) -> Iterator[Section | str]:
    """In the order of the catalogue: a section for each analysis that was issued, of another its title and why there is none."""
    issue = PublicIssue.objects.select_related("cohort").get(dataset=dataset)
    for one in issued_of(issue):
        yield f"{one.title} ({one.refused})" if one.refused else _section(one)


def _section(one: Any) -> Section:
    return Section(
        name=one.name,
        title=one.title,
        question=one.question,
        figure=one.figure(),
        alt=one.alt,
        sheets=list(one.sheets),
        warnings=one.said,
        undefined=[],
        facts=one.facts,
    )


def report_of(dataset: Any, _who: str, sections: list[Section | str]) -> Report:
    """The report of these sections. How many cases the cut holds, and who froze it, is not for the public."""
    which = provenance.dataset_words(read.said_of(dataset))
    audience = _("Public, under disclosure control: counts are rounded, small ones withheld.")
    return Report(
        title=dataset.cohort.name,
        subtitle=which[:1].upper() + which[1:],
        audience=audience,
        facts=[(_("Day"), dataset.cut_date.isoformat()), ("SHA-256", dataset.hash)],
        foot=f"{dataset.cohort.code} · {which} · SHA-256 {dataset.hash[:16]} · {audience}",
        sections=[one for one in sections if isinstance(one, Section)],
        missing=[one for one in sections if not isinstance(one, Section)],
    )


__all__ = ("MARK", "report_of", "sections_of")
