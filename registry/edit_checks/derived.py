"""Every derived field of a case at the form row on which it is shown, with the site's own answer beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from registry.edit_checks.base import Row
from registry.edit_checks.burden import row_of_burden
from registry.edit_checks.grades import crs_of, day_of, icans_of, log_of
from registry.edit_checks.whole import Record
from registry.grading import response
from registry.grading.base import Derived
from registry.grading.bcells import bca_status
from registry.grading.burden import burden_50, burden_kato, burden_mrd2, burden_prwcc
from registry.grading.course import age_inf_y, dose_kg, hsct_rel_gap, hsct_rel_gap_group, ship_to_inf, v2v_days
from registry.grading.crs import crs_worst_of
from registry.grading.haematotoxicity import icaht_early, icaht_late, t_icaht_early, t_icaht_late
from registry.grading.icans import icans_worst_of
from registry.grading.iechs import iechs

BURDENS = (burden_kato, burden_prwcc, burden_50, burden_mrd2)
BLOOD = (icaht_early, icaht_late, t_icaht_early, t_icaht_late)
ASTCT = {"crs_system": (1,), "icans_system": (1, 2)}
SITE_RESPONSE = {1: response.CR, 2: response.CRI, 3: response.NR, 4: response.NR, 5: response.NE}  # rsp_site


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """What the site itself says. `value` is in the words of the derived field; None where the two cannot be compared."""

    item: str
    value: Any


@dataclass(frozen=True, slots=True)
class Placed:
    """A derived field at a row: the form, the row's key, what was derived, and the site's own answer where the form asks."""

    form: str
    key: str
    derived: Derived
    site: SiteAnswer | None = None

    @property
    def differs(self) -> bool:
        """Whether the site says something else."""
        return (
            self.site is not None
            and self.site.value is not None
            and self.derived.value is not None
            and self.site.value != self.derived.value
        )


def derived_of(record: Record) -> list[Placed]:
    """Every derived field of a case, course by course; what belongs to no course is said once."""
    found: dict[tuple[str, str, str], Placed] = {}
    for course in record.courses():
        for fields in (_history, _burden, _infusions, _crs, _icans, _haematotoxicity, _responses, _bcells):
            for one in fields(course):
                found.setdefault((one.form, one.key, one.derived.name), one)
    return list(found.values())


def _at(row: Row, derived: Derived, site: SiteAnswer | None = None) -> Placed:
    return Placed(row.form, row.key, derived, site)


def _history(case: Record) -> Iterator[Placed]:
    """Months from transplant to relapse, of a patient who was transplanted."""
    row = case.one("prior_therapy")
    if row and row["prior_hsct"] == 1:
        transplants = [one.answers for one in case.of("prior_transplant")]
        yield _at(row, hsct_rel_gap(row.answers, transplants))
        yield _at(row, hsct_rel_gap_group(row.answers, transplants))


def _burden(case: Record) -> Iterator[Placed]:
    row = row_of_burden(case)
    if row:
        yield from (_at(row, rule(row.answers)) for rule in BURDENS)


def _infusions(case: Record) -> Iterator[Placed]:
    """Age at day 0; dose and intervals of each infusion, by the product behind it."""
    patient, day_0 = case.one("patient"), case.infusion()
    for row in case.of("infusion"):
        attempt, _ = case.product_of(row) or (None, None)
        around = {
            name: one[name]
            for one, names in (
                (patient, ("birth_date", "birth_date_p")),
                (attempt, ("ship_date", "ship_date_p")),
                (case.collection_behind(row), ("aph_end_date", "aph_end_date_p")),
            )
            if one
            for name in names
        }
        answers = {**around, **row.answers}
        if row is day_0:
            yield _at(row, age_inf_y(answers))
        yield from (_at(row, rule(answers)) for rule in (dose_kg, v2v_days, ship_to_inf))


def crs_at(case: Record, episode: Row) -> Placed:
    """The grade of one CRS episode beside the site's."""
    return _at(episode, crs_of(case, episode), _charted(episode, "crs"))


def icans_at(case: Record, episode: Row) -> Placed:
    """The grade of one ICANS episode beside the site's."""
    return _at(episode, icans_of(case, episode), _charted(episode, "icans"))


def _charted(row: Row, prefix: str) -> SiteAnswer:
    """The grade as the site charted it; comparable where the site grades by ASTCT (X22)."""
    system, item = f"{prefix}_system", f"{prefix}_grade_site"
    return SiteAnswer(item, row[item] if row[system] in ASTCT[system] else None)


def _crs(case: Record) -> Iterator[Placed]:
    graded = [crs_at(case, row) for row in case.of("crs_episode")]
    yield from graded
    yield from _days(case, "crs_episode")
    summary = case.one("crs")
    if summary:
        yield _at(summary, crs_worst_of(summary.answers, (one.derived for one in graded)))


def _icans(case: Record) -> Iterator[Placed]:
    graded = [icans_at(case, row) for row in case.of("icans_episode")]
    yield from graded
    yield from _days(case, "icans_episode")
    summary = case.one("icans")
    if summary:
        yield _at(summary, icans_worst_of(summary.answers, (one.derived for one in graded)))


def _days(case: Record, form: str) -> Iterator[Placed]:
    """The grade of each day of the episodes' logs."""
    for episode in case.of(form):
        yield from (_at(day, day_of(case, episode, day)) for day in log_of(case, episode))


def _haematotoxicity(case: Record) -> Iterator[Placed]:
    crs, episode = case.one("crs"), case.one("crs_episode")
    around = {
        **({"peak_ferritin": crs["peak_ferritin"]} if crs else {}),
        **({name: episode[name] for name in ("crs_onset", "crs_onset_p")} if episode else {}),
    }
    for row in case.of("iechs_haematotoxicity"):
        yield from (_at(row, rule(row.answers)) for rule in BLOOD)
        yield _at(row, iechs({**around, **row.answers}))


def response_at(row: Row) -> Placed:
    """The response of one assessment beside the site's. Without a marrow there is nothing to compare: a remission may be
    maintained (X33)."""
    derived = response.resp_derived(row.answers)
    called = None if derived.value == response.NE else SITE_RESPONSE.get(row["rsp_site"])
    return _at(row, derived, SiteAnswer("rsp_site", called))


def _responses(case: Record) -> Iterator[Placed]:
    for row in case.of("response_assessment"):
        yield response_at(row)
        yield _at(row, response.mrd_class(row.answers))


def _bcells(case: Record) -> Iterator[Placed]:
    yield from (_at(row, bca_status(row.answers)) for row in case.of("bcell_assessment"))
