"""CRS and ICANS grades of a case's episodes: the one place where their components are gathered from its forms."""

from __future__ import annotations

from registry.edit_checks.base import Row
from registry.edit_checks.whole import Record
from registry.grading.base import Derived
from registry.grading.crs import crs_grade
from registry.grading.icans import icans_grade


def crs_of(case: Record, episode: Row) -> Derived:
    """The CRS grade of one episode."""
    infusion, summary = case.infusion(), case.one("crs")
    before = {"steroid_before_inf": infusion["steroid_before_inf"]} if infusion else {}
    return crs_grade({**before, **(summary.answers if summary else {}), **episode.answers})


def icans_of(case: Record, episode: Row) -> Derived:
    """The ICANS grade of one episode."""
    patient, summary = case.one("patient"), case.one("icans")
    born = {name: patient[name] for name in ("birth_date", "birth_date_p")} if patient else {}
    return icans_grade({**born, **(summary.answers if summary else {}), **episode.answers})
