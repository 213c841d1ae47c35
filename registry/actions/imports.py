"""Bring the cases of a file in by a mapping: the whole file or nothing, and a report in the words of the file."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from registry.access import origin
from registry.access.row_security import person_scope
from registry.actions.mapped_rows import MappedRows
from registry.imports.mapping import Mapping
from registry.imports.reading import Table
from registry.imports.values import Problem, RowRefusedError
from registry.imports.watched import Watch
from registry.models import Site

MOST_PROBLEMS = 200  # then the file has one cause, and reading on helps nobody


@dataclass(slots=True)
class ImportReport:
    """What an import did or would do.

    numbers     of new cases; changed, unchanged: how many rows are of patients whom the site has registered already
    """

    rows: int
    dry_run: bool
    numbers: list[str] = field(default_factory=list)
    changed: int = 0
    unchanged: int = 0
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
        if not self.numbers and not self.changed:
            return [_("Nothing was stored, for nothing would change: %(rows)d rows.") % {"rows": self.rows}]
        counts = ", ".join(f"{name} {count}" for name, count in self.forms.items())
        said = _("%(cases)d cases from %(rows)d rows; forms: %(forms)s.")
        lines = [said % {"cases": len(self.numbers), "rows": self.rows, "forms": counts}]
        if self.changed or self.unchanged:
            known = _("Registered already: %(changed)d cases changed, %(unchanged)d as they were.")
            lines.append(known % {"changed": self.changed, "unchanged": self.unchanged})
        if self.not_analysed:
            waiting = _(
                "In no analysis until the basis for data use (patient.consent_type) is recorded: %(count)d cases."
            )
            lines.append(waiting % {"count": self.not_analysed})
        return [*lines, _("Nothing was stored: this was a dry run.") if self.dry_run else _("Stored.")]


def import_cases(
    table: Table, mapping: Mapping, *, by, site: Site | None = None, dry_run=False, watch: Watch | None = None
) -> ImportReport:
    """One case for each row, through the same actions as the entry pages, in one transaction. A patient whom the site has registered
    already, by the hospital number, is changed as far as the file says something else: the same file twice changes nothing.

    by        who answers for it; must be allowed to enrol and to write at the sites named
    site      where the mapping names none
    dry_run   everything is done and then undone
    watch     notes every cell, and says whether anything is stored: only what was looked at
    Raises ValidationError for a header, cohort or site that does not fit the mapping. Whatever is wrong with a row is a problem
    of the report, and then nothing is stored.
    """
    rows = MappedRows(table, mapping, by=by, site=site)
    report = ImportReport(rows=len(table.lines), dry_run=dry_run)
    with transaction.atomic(), person_scope(by, request=origin.new_id(origin.IMPORT)):
        for line in table.lines:
            try:
                with transaction.atomic():
                    brought = rows.bring(line, watch)
            except RowRefusedError as refusal:
                report.problems += refusal.problems
            else:
                _count(report, brought)
            if len(report.problems) >= MOST_PROBLEMS:
                del report.problems[MOST_PROBLEMS:]
                break
        if not report.stored or (watch and not watch.is_to_be_stored(report.problems)):
            transaction.set_rollback(True)
    return report


def _count(report, brought):
    """Add what one row did to the report."""
    if brought.is_new:
        report.numbers.append(brought.case.number)
    elif brought.forms:
        report.changed += 1
    else:
        report.unchanged += 1
    report.forms += Counter(form.form_name for form in brought.forms)
    report.not_analysed += brought.is_new and not brought.may_be_analysed
