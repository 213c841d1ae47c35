"""What a report says: the cut, and for each analysis of the catalogue its figure, tables and provenance, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from analytics import phrases, provenance, read
from analytics.catalogue import CATALOGUE
from analytics.figures.figure import alt_text, figure_of
from analytics.sheets import sheets_of
from analytics.taken import IN_METADATA, panel_of
from analytics.words import figure_words, localised

MARK = IN_METADATA  # of what a report's files say of who may have them


@dataclass(frozen=True)
class Section:
    """One analysis. figure: as figures.figure gives it, or None; sheets: of analytics.sheets; warnings: sentences."""

    name: str
    title: str
    question: str
    figure: dict | None
    alt: str
    sheets: list
    warnings: list
    undefined: list
    facts: list


@dataclass(frozen=True)
class Report:
    """The whole: head, what is known of the cut, sections, and what has no result."""

    title: str
    subtitle: str
    audience: str
    facts: list
    foot: str
    sections: list
    missing: list


def asked_of(dataset: Any) -> list:
    """The catalogue's analyses of the dataset's cohort."""
    return [one for one in CATALOGUE if one.cohort == dataset.cohort.code]


def sections_of(dataset: Any) -> Iterator[Section | str]:
    """In the order of the catalogue: a section for each analysis that has a result, the title of one that has none."""
    stored = read.of_dataset(dataset)
    for analysis in asked_of(dataset):
        title = phrases.label(analysis.title)
        yield _section(stored[analysis.name], title) if analysis.name in stored else title


def _section(stored: Any, title: str) -> Section:
    result = localised(stored.envelope())
    words = figure_words(panel_of(stored))
    figure = figure_of(result, words)
    return Section(
        name=stored.run.analysis,
        title=title,
        question=phrases.label(stored.result["analysis"]["question"]),
        figure=figure,
        alt=alt_text(result, words) if figure else "",
        sheets=list(sheets_of(result)),
        warnings=result["warnings"],
        undefined=[f"{one['at']} ({one['n']}): {one['reason']}" for one in result["undefined"]],
        facts=[(name, value) for name, value in provenance.facts(result) if value],
    )


def report_of(dataset: Any, who: str, sections: list[Section | str]) -> Report:
    """The report of these sections. who: name of who froze the cut."""
    said = read.said_of(dataset)
    which = provenance.dataset_words(said)
    left_out = dataset.manifest["left_out"]
    audience = _("Exact numbers, for use within the consortium.")
    return Report(
        title=dataset.cohort.name,
        subtitle=which[:1].upper() + which[1:],
        audience=audience,
        facts=[
            (_("Cases"), str(dataset.cases)),
            (_("Day"), dataset.cut_date.isoformat()),
            (_("Frozen"), f"{timezone.localtime(dataset.made_at):%Y-%m-%d %H:%M}, {who}"),
            (_("For"), dataset.reason or "–"),
            (
                _("Not in it"),
                _("{later} cases of later, {undated} without any date, {rows} rows of later").format(
                    later=left_out["later"], undated=left_out["undated"], rows=sum(left_out["rows"].values())
                ),
            ),
            (_("Code"), dataset.code_version),
            ("SHA-256", dataset.hash),
        ],
        foot=f"{dataset.cohort.code} · {which} · SHA-256 {dataset.hash[:16]} · {audience}",
        sections=[one for one in sections if isinstance(one, Section)],
        missing=[one for one in sections if not isinstance(one, Section)],
    )
