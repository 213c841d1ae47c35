"""Incoming rows stored through the same action as the entry pages, all or none; every fault of every row is told."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.access import origin
from registry.access.row_security import person_scope
from registry.actions.cases import enrol_case, next_number
from registry.actions.forms import StaleVersionError, changed_columns, save_form
from registry.models import Case
from registry.record import copy_of, stored_forms
from registry.redcap.about import sites_of
from registry.redcap.meant import CellError, Cells, How, meant, status_asked, whole
from registry.redcap.project import (
    COURSE,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    MOST_ROWS,
    RECORD_ID,
    fields,
    instrument_of,
    instruments,
    place_of,
)  # fmt: skip
from registry.redcap.records import group_of

REASON = "import"
NEW = "new"
MOST_FAULTS = 1_000
CASES_AT_ONCE = 200
MESSAGES = {"locked": gettext_lazy("The form is locked. Ask a data manager to have it opened.")}


@dataclass(frozen=True)
class Fault:
    """One thing in the way: of which record, which of its rows, which field, what was found there."""

    record: str
    repeat: str
    field: str
    value: str
    message: str


@dataclass
class Stored:
    """What an import did: (number in the registry, name in the file) of each record, and how many forms it changed."""

    records: list[tuple[str, str]] = field(default_factory=list)
    changes: int = 0
    faults: list[Fault] = field(default_factory=list)


class NotAcceptedError(Exception):
    """Hospitals whose records do not come by this door."""


class _FaultyError(Exception):
    """A row of which nothing more can be read."""


@transaction.atomic
def store(rows, how: How, *, by, numbers_anew=False, watch=None) -> Stored:
    """Store the rows. Whatever is wrong with any of them is in the faults, and then nothing is stored.

    numbers_anew   every record is a new case, whatever it is called in the file
    watch          of a file brought to a page: notes every cell, and says whether anything is stored. New cases keep their numbers then,
                   and whether a hospital takes records by scripts does not matter
    Raises NotAcceptedError for hospitals that have not turned imports on.
    """
    by_record = defaultdict(list)
    for row in rows:
        by_record[row[RECORD_ID].strip()].append(row)
    with person_scope(by, request=origin.new_id(origin.IMPORT)):
        work = Work(by, how, numbers_anew, watch)
        names = sorted(by_record) if watch else list(by_record)
        for start in range(0, len(names), CASES_AT_ONCE):
            some = names[start : start + CASES_AT_ONCE]
            work.read(some)
            for name in some:
                work.record(name, by_record[name])
            if len(work.done.faults) >= MOST_FAULTS:
                break
        if work.done.faults or (watch and not watch.is_to_be_stored(work.done.faults)):
            transaction.set_rollback(True)
    return work.done


class Work:
    """One import as it goes on."""

    def __init__(self, by, how, numbers_anew, watch=None):
        self.by, self.how, self.numbers_anew, self.watch = by, how, numbers_anew, watch
        self.sites = sites_of(by)
        self.done = Stored()
        self.cases, self.forms = {}, {}

    def read(self, names):
        """The cases of these records that there are, with their forms."""
        found = (
            []
            if self.numbers_anew
            else Case.objects.visible_to(self.by).filter(number__in=names).select_related("site")
        )
        self.cases = {case.number: case for case in found}
        if self.watch:
            self.watch.read(self.cases.values())
        closed = sorted({case.site.code for case in self.cases.values() if not self.accepts(case.site)})
        if closed:
            raise NotAcceptedError(", ".join(closed))
        self.forms = stored_forms([case.pk for case in self.cases.values()])

    def accepts(self, site):
        """Whether records of the hospital come by this door."""
        return site.accepts_api_import or self.watch is not None

    def record(self, name, rows):
        """All rows of one record, its forms in clinical order."""
        try:
            case = self.cases.get(name) or self.new_case(name, rows)
            self.check_group(name, case, rows)
        except _FaultyError:
            return
        mine = {(form.form_name, form.key): form for form in self.forms.get(case.pk, ())}
        parts = []
        for row in rows:
            parts += self.parts(name, row)
        order = {one.name: place for place, one in enumerate(instruments())}
        for cells, repeat in sorted(parts, key=lambda part: order[part[0].instrument.name]):
            self.form(name, case, cells, repeat, mine)
        self.done.records.append((case.number, name))

    def new_case(self, name, rows):
        """A case for a record that the registry has not. Numbers are the registry's: the file must name the next, or none."""
        site = self.site_of(name, rows)
        if not self.accepts(site):
            raise NotAcceptedError(site.code)
        if not self.numbers_anew and not self.watch and next_number(site) != name:
            said = _(
                "There is no such record. The next one of %(site)s is %(number)s; with forceAutoNumber the registry numbers them."
            )
            self.fault(name, "", RECORD_ID, name, said % {"site": site.code, "number": next_number(site)})
            raise _FaultyError
        try:
            case = enrol_case(site=site, by=self.by, number=name if self.watch else None)
            if self.watch:
                self.watch.enrolled(case)
            return case
        except PermissionDenied:
            self.fault(name, "", RECORD_ID, name, _("You may not enrol cases at this site."))
        except ValidationError as refusal:
            self.fault(name, "", RECORD_ID, name, " ".join(refusal.messages))
        raise _FaultyError

    def site_of(self, name, rows):
        """Where a new case is enrolled: the group named, the only hospital, or the one that begins the number."""
        groups = {row.get(GROUP, "").strip().lower() for row in rows} - {""}
        fitting = [site for site in self.sites if not groups or {group_of(site)} == groups]
        if self.watch or (len(fitting) != 1 and not self.numbers_anew):
            fitting = [site for site in fitting if site.code == name[:3]]
        if len(fitting) != 1:
            self.fault(
                name,
                "",
                GROUP,
                ", ".join(groups),
                _("There is no such record, and no hospital of yours that it could be new at."),
            )
            raise _FaultyError
        return fitting[0]

    def check_group(self, name, case, rows):
        """Refuse another hospital than the case's."""
        for row in rows:
            group = row.get(GROUP, "").strip().lower()
            if group and group != group_of(case.site):
                self.fault(name, "", GROUP, group, _("A case does not move to another hospital by an import."))

    def parts(self, name, row):
        """(cells, repeat) of each form that the row speaks of. A cell of another form than the row's is a fault."""
        named, instance = row.get(INSTRUMENT, "").strip(), row.get(INSTANCE, "").strip()
        repeat = f"{named} {instance}".strip()
        own = _named(named)
        if named and (own is None or not own.is_repeating):
            self.fault(name, repeat, INSTRUMENT, named, _("There is no such repeating instrument."))
            return
        if instance and own is None:
            self.fault(name, repeat, INSTANCE, instance, _("The instrument of this instance is not named."))
            return
        for instrument in instruments():
            columns = [column for one in instrument.fields for column in one.columns() if column in row]
            if not columns and instrument is not own:
                continue
            cells = Cells(instrument, {column: row[column] for column in columns})
            if instrument is own or (own is None and not instrument.is_repeating):
                yield cells, repeat
            elif cells.has_answers():
                filled = next(column for column in columns if row[column].strip())
                said = _("This field belongs to %(form)s; the row is not one of it.") % {"form": instrument.name}
                self.fault(name, repeat, filled, row[filled], said)

    def form(self, name, case, cells, repeat, mine):
        """Store what the cells say of one form, if they say anything new."""
        form = cells.instrument.form
        try:
            place = self.place(cells, repeat)
        except CellError as fault:
            self.fault(name, repeat, fault.name, cells.texts.get(fault.name, repeat), fault.said)
            return
        blank = form(case=case, site=case.site, **place)
        number = place.get(form.key_item) if form.key_item else 1
        stored = mine.get((form.form_name, blank.key)) if number else None
        if stored is None and not cells.instrument.is_repeating and not cells.has_answers():
            return
        values, faults = meant(cells, stored or blank, self.how)
        try:
            complete = status_asked(cells, stored or blank, self.how)
        except CellError as fault:
            faults.append(fault)
        if faults:
            for one in faults:
                self.fault(name, repeat, one.name, cells.texts.get(one.name, ""), one.said)
            return
        self.keep(name, repeat, cells, copy_of(stored) if stored else blank, stored, values, complete)

    def keep(self, name, repeat, cells, form, stored, values, complete):
        """Save the form with the values, unless it is stored so already."""
        for column, value in values.items():
            setattr(form, column, value)
        changed = changed_columns(stored, form)
        if stored and not changed and not (complete and not stored.is_complete):
            return
        try:
            with transaction.atomic():
                saved = save_form(
                    form, by=self.by, seen_version=stored.version if stored else 0, reason=REASON, complete=complete
                )
        except StaleVersionError:
            self.fault(name, repeat, "", "", _("Somebody changed this form in the meantime. Send the file again."))
        except PermissionDenied:
            self.fault(name, repeat, "", "", _("You may not change forms of this case."))
        except ValidationError as refusal:
            for column, messages in _told(refusal):
                known = column if column in fields() else ""
                self.fault(name, repeat, known, cells.texts.get(column, ""), " ".join(messages))
        else:
            if stored and saved.version == stored.version:
                return  # it is still not complete: something blocks it
            self.done.changes += 1
            if self.watch:
                self.watch.changed(name, repeat, stored, saved, changed)

    def place(self, cells, repeat) -> dict:
        """Course and row number of the row, by its instance or by its own columns; None for a number that the registry gives."""
        form, instance = cells.instrument.form, repeat.rpartition(" ")[2] if " " in repeat else ""
        if not cells.instrument.is_repeating:
            return {}
        course_field = next((one for one in cells.instrument.fields if one.part == COURSE), None)
        course = self._number(cells, course_field.name) if course_field else None
        number = self._number(cells, form.key_item) if form.key_item else None
        if instance and instance.lower() != NEW:
            try:
                found = place_of(form, whole(INSTANCE, instance))
            except ValueError:
                raise CellError(INSTANCE, _("is not the number of a row.")) from None
            for said, meant_by_it, name in (
                (course, found[0], course_field and course_field.name),
                (number, found[1], form.key_item),
            ):
                if said is not None and meant_by_it is not None and said != meant_by_it:
                    raise CellError(name, _("contradicts the instance, which is row %(row)s.") % {"row": instance})
            course, number = found
        elif not instance and form.key_item and number is None:
            raise CellError(INSTANCE, _("names no row: give its number, or “new”."))
        if number is not None and not 1 <= number <= MOST_ROWS:
            raise CellError(INSTANCE, _("is not the number of a row."))
        course = course or 1
        return {
            **({"course_no": course} if form.of_course else {}),
            **({form.key_item: number} if form.key_item else {}),
        }

    @staticmethod
    def _number(cells, name):
        text = cells.texts.get(name, "").strip()
        return whole(name, text) if text else None

    def fault(self, *words):
        """Note a fault."""
        self.done.faults.append(Fault(*words))


def _named(name):
    return instrument_of().get(name) or next((one for one in instruments() if name and one.label == name), None)


def _told(refusal):
    """(column, messages) of what an action refused."""
    if getattr(refusal, "code", "") in MESSAGES and not getattr(refusal, "around", None):
        return [("", [str(MESSAGES[refusal.code])])]
    if hasattr(refusal, "error_dict"):
        return [("" if name == NON_FIELD_ERRORS else name, messages) for name, messages in refusal.message_dict.items()]
    return [("", refusal.messages)]
