"""One row of a mapped file as a case with its forms: a new one, or that of the patient with its hospital number."""

from collections import Counter
from dataclasses import dataclass, field, replace

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from registry.actions.cases import PRIMARY_COHORT, enrol_case
from registry.actions.forms import StaleVersionError, changed_columns, enter_forms, hospital_number_hash, save_form
from registry.imports.mapping import MappedForm, Mapping
from registry.imports.reading import Table
from registry.imports.values import Row, RowRefusedError, row_of
from registry.imports.watched import Watch
from registry.models import FORM_OF, Case, Cohort, Patient, Site
from registry.record import consent_in, copy_of, stored_forms

REASON = "import"
NUMBER = "mrn_hash"


@dataclass
class Brought:
    """What one row did: its case, the forms that were stored or changed, and whether the case's consent lets it be analysed."""

    case: Case
    is_new: bool
    forms: list = field(default_factory=list)
    may_be_analysed: bool = False


class MappedRows:
    """The rows of a table by a mapping. Raises ValidationError for a header, cohort or site that does not fit the mapping.

    site    where the mapping names none
    """

    def __init__(self, table: Table, mapping: Mapping, *, by, site: Site | None = None):
        mapping.refuse_header(table.columns)
        self.mapping, self.by = mapping, by
        self.cohort, self.sites = _cohort(mapping), _sites(mapping, site)
        self.earlier = _earlier_rows(table, mapping)

    def bring(self, line, watch: Watch | None = None) -> Brought:
        """Store what the row says that is not stored yet. `watch` notes each cell. Raises RowRefusedError."""
        row = row_of(self.mapping, line)
        site = self._site(row)
        case, stratum = self._registered(row, site), self._stratum(row)
        read = _read(row, [mapped for mapped in self.mapping.forms if row.wants(mapped)])
        forms = stored_forms([case.pk])[case.pk] if case else []
        if watch and case:
            watch.read([case])
        brought = Brought(case or self._enrolled(row, site, stratum), is_new=case is None)
        if watch and brought.is_new:
            watch.enrolled(brought.case)
        if not (brought.is_new and self._entered_at_once(brought, read, watch)):
            known, counted = {(form.form_name, form.key): form for form in forms}, Counter()
            for mapped, answers in read:
                self._bring_form(row, mapped, answers, brought, known, counted, watch)
        after = [*brought.forms, *forms]
        brought.may_be_analysed = consent_in(after, is_published=self.cohort.is_published).may_be_analysed
        return brought

    def _site(self, row) -> Site:
        code = row.text("site", self.mapping.site) if self.mapping.site else ""
        if code not in self.sites:
            known = ", ".join(code for code in self.sites if code)
            expected = _("expected a site of the registry: %(known)s.") % {"known": known}
            raise row.refused("site", self.mapping.site, expected)
        return self.sites[code]

    def _registered(self, row, site) -> Case | None:
        """The case of the patient with this hospital number, if there is one. Raises RowRefusedError for a number of an earlier row."""
        answer = hospital_number(self.mapping)
        if row.number in self.earlier:
            said = _("the same hospital number stands in row %(row)d of the file; one row is one case.")
            raise row.refused(f"patient.{NUMBER}", answer, said % {"row": self.earlier[row.number]})
        text = row.answers(NUMBER, answer, Patient.items()[NUMBER]).get(NUMBER)
        if not text:
            expected = _("expected the hospital number, by which a patient is not imported twice.")
            raise row.refused(f"patient.{NUMBER}", answer, expected)
        found = Patient.objects.filter(site_id=site.pk, mrn_hash=hospital_number_hash(site.pk, text))
        patient = found.select_related("case__site").first()
        if patient and patient.case.cohort_id != self.cohort.pk:
            said = _("this patient is registered already as %(number)s, in another cohort.")
            raise row.refused(f"patient.{NUMBER}", answer, said % {"number": patient.case.number})
        return patient and patient.case

    def _stratum(self, row) -> str | None:
        stratum = row.text("stratum", self.mapping.stratum) if self.mapping.stratum else None
        longest = Case._meta.get_field("stratum").max_length
        if stratum and len(stratum) > longest:
            expected = _("expected up to %(most)d characters.") % {"most": longest}
            raise row.refused("stratum", self.mapping.stratum, expected)
        return stratum

    def _enrolled(self, row, site, stratum) -> Case:
        try:
            return enrol_case(site=site, by=self.by, cohort=self.cohort, stratum=stratum)
        except PermissionDenied:
            raise row.refused("site", self.mapping.site, _("you may not enrol cases at this site.")) from None
        except ValidationError as refusal:
            raise row.refused("site", self.mapping.site, " ".join(refusal.messages)) from None

    def _entered_at_once(self, brought, read, watch) -> bool:
        """Store all forms of a new case with one reading and one check; whether they could be. If not, form by form says which could not."""
        counted, case = Counter(), brought.case
        forms = [
            _numbered(FORM_OF[one.form](case=case, site_id=case.site_id, **answers), counted) for one, answers in read
        ]
        try:
            enter_forms(forms, by=self.by, reason=REASON)
        except (ValidationError, PermissionDenied, StaleVersionError):
            return False
        brought.forms += forms
        for form in forms if watch else ():
            watch.changed(case.number, f"{form.form_name} {form.key}", None, form, form.columns())
        return True

    def _bring_form(self, row, mapped: MappedForm, answers, brought, known, counted, watch):
        """Store one form of the row, or change the stored one that it stands for: the first row of a form for its first one."""
        model = FORM_OF[mapped.form]
        form = _numbered(model(case=brought.case, site_id=brought.case.site_id, **answers), counted)
        stored = known.get((mapped.form, form.key))
        if stored:
            form = _changed(stored, answers)
        changed = changed_columns(stored, form)
        if stored and not changed and stored.is_complete:
            return
        version = stored.version if stored else 0
        try:
            saved = save_form(form, by=self.by, seen_version=version, reason=REASON, complete=True)
        except ValidationError as refusal:
            raise RowRefusedError(*_refused(row, mapped, refusal)) from None
        except PermissionDenied:
            raise row.refused(mapped.form, None, _("you may not change forms of this case.")) from None
        except StaleVersionError:
            raise row.refused(mapped.form, None, _("somebody changed this form in the meantime.")) from None
        if stored and saved.version == stored.version:
            return
        brought.forms.append(saved)
        if watch:
            watch.changed(brought.case.number, f"{mapped.form} {saved.key}", stored, saved, changed)


def _numbered(form, counted):
    """The form with its row number: the first that the row has of it is the first."""
    if form.key_item:
        place = form.form_name, getattr(form, "course_no", 1)
        counted[place] += 1
        setattr(form, form.key_item, counted[place])
    return form


def hospital_number(mapping: Mapping):
    """The mapping's answer for the hospital number."""
    return next(one.items[NUMBER] for one in mapping.forms if one.form == "patient" and NUMBER in one.items)


def _earlier_rows(table, mapping) -> dict[int, int]:
    """Row → the earlier row with the same hospital and hospital number."""
    answer, site = hospital_number(mapping), mapping.site
    first, found = {}, {}
    for line in table.lines:
        number = line.cells.get(answer.column, "") if answer.column else answer.of
        if not number:
            continue
        hospital = line.cells.get(site.column, "") if site and site.column else ""
        place = hospital, str(number).strip().upper()
        if first.setdefault(place, line.number) != line.number:
            found[line.number] = first[place]
    return found


def _changed(stored, answers):
    """A copy of the stored form with the answers in it; an answer takes the reason why it was missing away, and the other way round."""
    form = copy_of(stored)
    for name, value in answers.items():
        if name == NUMBER:  # that of the case, as it is
            continue
        setattr(form, name, value)
        other = name.removesuffix("_mr") if name.endswith("_mr") else f"{name}_mr"
        for column in (other, f"{other}_p") if name.endswith("_mr") else (other,):
            if column in form.columns() and column not in answers:
                setattr(form, column, None)
    return form


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


def _read(row: Row, forms: list[MappedForm]) -> list[tuple[MappedForm, dict]]:
    """Each form with column → value; every cell that cannot be read is named with the column it came from. Raises RowRefusedError."""
    found, problems = [], []
    for mapped in forms:
        items, answers = FORM_OF[mapped.form].items(), {}
        for name, answer in mapped.items.items():
            try:
                answers |= row.answers(name, answer, items.get(name))
            except RowRefusedError as refusal:
                problems += [replace(one, field=f"{mapped.form}.{one.field}") for one in refusal.problems]
        found.append((mapped, answers))
    if problems:
        raise RowRefusedError(*problems)
    return found


def _refused(row: Row, mapped, refusal: ValidationError):
    by_name = refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
    for name, messages in by_name.items():
        answer = mapped.items.get(name) or mapped.items.get(name.removesuffix("_mr").removesuffix("_p"))
        about = mapped.form if name == NON_FIELD_ERRORS else f"{mapped.form}.{name}"
        yield row.problem(about, answer, " ".join(messages))
