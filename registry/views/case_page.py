"""The page of one case: where the patient stands, the course on a time axis, the schedule, the forms."""

from dataclasses import dataclass, replace

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry import clock
from registry.access.permissions import Permission
from registry.entry import read_aloud
from registry.entry.dates import study_day
from registry.locks import lock_around, lock_words
from registry.models import Case
from registry.overview import BURDENS, KNOWN_BURDENS, overview
from registry.record import consent_in, record_of, stored_case
from registry.schedule import possibly_lost_since
from registry.views.access import permitted
from registry.views.case_deeds import case_data
from registry.views.case_forms import completeness, form_lines
from registry.views.consent import consent_notice
from registry.views.course_line import course_line
from registry.views.derived_section import derived_facts
from registry.views.schedule import case_schedule
from registry.views.statuses import CASE


@dataclass(frozen=True)
class Fact:
    """One fact of the header line."""

    name: str
    value: str


@permitted(Permission.CASE_READ)
@require_GET
def case(request, number):
    """One case."""
    own = overview(Case.objects.visible_to(request.user)).with_locks().select_related("site", "cohort")
    found = get_object_or_404(own, number=number)
    stored = stored_case(found)
    withdrawn = consent_in(stored.forms).is_withdrawn
    if withdrawn:  # the registration, where consent is recorded, is all that is shown
        stored = replace(stored, forms=stored.rows_of("patient"))
    lines = form_lines(found, stored)
    complete, expected = completeness(lines)
    context = {
        "case": found,
        "status": CASE[found.state],
        "consent": consent_notice(found, stored),
        "is_withdrawn": withdrawn,
        "facts": [] if withdrawn else header_facts(found, stored),
        "line": None if withdrawn else course_line(stored),
        "schedule": None if withdrawn else case_schedule(found, stored, today=clock.today()),
        "lost_since": possibly_lost_since(record_of(stored.forms, clock.today())),
        "lines": [line for line in lines if (line.stored if withdrawn else line.is_listed)],
        "addable": [line for line in lines if not withdrawn and not line.is_listed],
        "data": case_data(found, stored, request.user),
        "may_exempt": _may_exempt(found, request.user),
        "complete": complete,
        "expected": expected,
        "crumbs": [(_("Cases"), reverse("cases"))],
        "locked_around": ""
        if request.user.may(Permission.FORM_WRITE)
        else locked_around(found),  # who enters reads it above
        "may_write": request.user.may(Permission.FORM_WRITE) and not found.is_closed,
        "may_report_names": request.user.may(Permission.NAME_REPORT),
        "may_enrol": request.user.may(Permission.CASE_ENROL),
    }
    return render(request, "registry/case.html", context)


def locked_around(case):
    """Why nothing of the case can be changed, where its hospital or cohort is locked."""
    around = lock_around(case)
    return lock_words(around) if around else ""


def _may_exempt(case, person):
    """Whether this reader may say that a form is not required."""
    return not case.is_closed and (person.may(Permission.FORM_WRITE) or person.may(Permission.FORM_VERIFY))


def header_facts(case, stored):
    """Age, subtype, burden, prior transplant, product, day, grades, response: what a clinician asks first. Unknown facts are left out."""

    def said(form, item):
        row = next(iter(stored.rows_of(form)), None)
        return read_aloud(row, item) if row else ""

    facts = [
        Fact(_("Age at infusion"), age_at_infusion(case, stored)),
        Fact(_("Sex"), said("patient", "sex_at_birth")),
        Fact(_("Subtype"), said("baseline_disease", "all_subtype")),
        Fact(_("Burden before infusion"), str(BURDENS[case.burden]) if case.burden in KNOWN_BURDENS else ""),
        Fact(_("Prior transplant"), said("prior_therapy", "prior_hsct")),
        Fact(_("Product"), said("cart_course", "prod_name")),
        Fact(_("Infused"), case.day0.isoformat() if case.day0 else ""),
        Fact(_("Today"), study_day(clock.today(), case.day0) if case.day0 and case.state != "died" else ""),
        *(Fact(name, words) for name, words in derived_facts(stored)),
        Fact(_("Group"), case.stratum or ""),
    ]
    return [fact for fact in facts if fact.value]


def age_at_infusion(case, stored):
    """Completed years, with months below two years; an incomplete birth date gives "about"."""
    patient = next(iter(stored.rows_of("patient")), None)
    if not patient or not patient.birth_date or not case.day0:
        return ""
    born = patient.birth_date
    months = (case.day0.year - born.year) * 12 + case.day0.month - born.month - (case.day0.day < born.day)
    words = (
        _("%(number)d months") % {"number": months} if months < 24 else _("%(number)d years") % {"number": months // 12}
    )
    return words if patient.birth_date_p == "D" else _("about %(age)s") % {"age": words}
