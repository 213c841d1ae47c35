"""Bring the cases of a file in: the whole file or nothing, and a report in the words of the file."""

from collections import Counter
from dataclasses import dataclass, field, replace

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from registry.access import origin
from registry.access.row_security import person_scope
from registry.actions.cases import PRIMARY_COHORT, enrol_case
from registry.actions.forms import save_form
from registry.imports.mapping import Mapping
from registry.imports.reading import Table
from registry.imports.values import Problem, Row, RowRefusedError, row_of
from registry.models import FORM_OF, Case, Cohort, Site
from registry.record import consent_in

MOST_PROBLEMS = 200  # then the file has one cause, and reading on helps nobody


@dataclass(slots=True)
class ImportReport:
    """What an import did or would do."""

    rows: int
    dry_run: bool
    numbers: list[str] = field(default_factory=list)
    forms: Counter = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    not_analysed: int = 0  # cases whose consent does not allow it, or is not recorded

    @property
    def stored(self) -> bool:
        """Whether the registry changed."""
        return not self.problems and not self.dry_run

    def lines(self) -> list[str]:
        """The report for a terminal."""
        if self.problems:
            lines = [str(problem) for problem in self.problems]
            more = [_("…and perhaps more: reading stopped here.")] if len(lines) == MOST_PROBLEMS else []
            return [*lines, *more, _("Nothing was stored. Problems: %(count)d.") % {"count": len(lines)}]
        counts = ", ".join(f"{name} {count}" for name, count in self.forms.items())
        said = _("%(cases)d cases from %(rows)d rows; forms: %(forms)s.")
        lines = [said % {"cases": len(self.numbers), "rows": self.rows, "forms": counts}]
        if self.not_analysed:
            waiting = _(
                "In no analysis until the basis for data use (patient.consent_type) is recorded: %(count)d cases."
            )
            lines.append(waiting % {"count": self.not_analysed})
        return [*lines, _("Nothing was stored: this was a dry run.") if self.dry_run else _("Stored.")]


def import_cases(table: Table, mapping: Mapping, *, by, site: Site | None = None, dry_run=False) -> ImportReport:
    """One case for each row, through the same actions as the entry pages, in one transaction.

    by        who answers for it; must be allowed to enrol and to write at the sites named
    site      where the mapping names none
    dry_run   everything is done and then undone
    Raises ValidationError for a header, cohort or site that does not fit the mapping. Whatever is wrong with a row is a problem
    of the report, and then nothing is stored.
    """
    mapping.refuse_header(table.columns)
    cohort = _cohort(mapping)
    sites = _sites(mapping, site)
    report = ImportReport(rows=len(table.lines), dry_run=dry_run)
    with transaction.atomic(), person_scope(by, request=origin.new_id(origin.IMPORT)):
        for line in table.lines:
            try:
                with transaction.atomic():
                    _import_row(row_of(mapping, line), mapping, cohort, sites, by, report)
            except RowRefusedError as refusal:
                report.problems += refusal.problems
            if len(report.problems) >= MOST_PROBLEMS:
                del report.problems[MOST_PROBLEMS:]
                break
        if not report.stored:
            transaction.set_rollback(True)
    return report


def _cohort(mapping: Mapping) -> Cohort:
    code = mapping.cohort or PRIMARY_COHORT
    cohort = Cohort.objects.filter(code=code).first()
    if cohort is None:
        known = ", ".join(Cohort.objects.values_list("code", flat=True))
        raise ValidationError(
            _("There is no cohort “%(code)s”; the cohorts are %(known)s.") % {"code": code, "known": known}
        )
    return cohort


def _sites(mapping: Mapping, site: Site | None) -> dict[str, Site]:
    """Sites by code; under "" the one that the command names."""
    if (mapping.site is None) == (site is None):
        raise ValidationError(
            _("The site must be named once: by the mapping's “site”, or by --site.")
            if site is None
            else _("Both the mapping and --site name a site. Leave one out.")
        )
    return {one.code: one for one in Site.objects.all()} | ({"": site} if site else {})


def _import_row(row: Row, mapping: Mapping, cohort, sites, by, report: ImportReport) -> None:
    """Enrol the case of one row and store its forms. Raises RowRefusedError."""
    case = _enrol(row, mapping, cohort, sites, by)
    stored = [_store(row, mapped, case, by) for mapped in mapping.forms if row.holds(mapped.when)]
    report.numbers.append(case.number)
    report.forms += Counter(form.form_name for form in stored)
    report.not_analysed += not consent_in(stored, is_published=cohort.is_published).may_be_analysed


def _enrol(row: Row, mapping: Mapping, cohort, sites, by) -> Case:
    code = row.text("site", mapping.site) if mapping.site else ""
    if code not in sites:
        known = ", ".join(code for code in sites if code)
        raise row.refused("site", mapping.site, _("expected a site of the registry: %(known)s.") % {"known": known})
    stratum = row.text("stratum", mapping.stratum) if mapping.stratum else None
    longest = Case._meta.get_field("stratum").max_length
    if stratum and len(stratum) > longest:
        raise row.refused("stratum", mapping.stratum, _("expected up to %(most)d characters.") % {"most": longest})
    try:
        return enrol_case(site=sites[code], by=by, cohort=cohort, stratum=stratum)
    except PermissionDenied:
        raise row.refused("site", mapping.site, _("you may not enrol cases at this site.")) from None
    except ValidationError as refusal:
        raise row.refused("site", mapping.site, " ".join(refusal.messages)) from None


def _store(row: Row, mapped, case: Case, by):
    """Store one form of the row and return it; every refused answer is named with the column it came from."""
    model = FORM_OF[mapped.form]
    items, answers, problems = model.items(), {}, []
    for name, answer in mapped.items.items():
        try:
            answers |= row.answers(name, answer, items.get(name))
        except RowRefusedError as refusal:
            problems += [replace(one, field=f"{mapped.form}.{one.field}") for one in refusal.problems]
    if mapped.form == "patient" and not problems and not answers.get("mrn_hash"):
        expected = _("expected the hospital number, by which a patient is not imported twice.")
        problems = [row.problem("patient.mrn_hash", mapped.items.get("mrn_hash"), expected)]
    if problems:
        raise RowRefusedError(*problems)
    try:
        return save_form(model(case=case, **answers), by=by, complete=True)
    except ValidationError as refusal:
        raise RowRefusedError(*_refused(row, mapped, refusal)) from None


def _refused(row: Row, mapped, refusal: ValidationError):
    by_name = refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
    for name, messages in by_name.items():
        answer = mapped.items.get(name) or mapped.items.get(name.removesuffix("_mr").removesuffix("_p"))
        about = mapped.form if name == NON_FIELD_ERRORS else f"{mapped.form}.{name}"
        yield row.problem(about, answer, " ".join(messages))
