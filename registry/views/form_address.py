"""What the address of a form names: its kind, its row, its course."""

from django.http import Http404
from django.urls import reverse

from registry.dictionary.visits import ASSESSMENTS, CONTACTS
from registry.models import FORM_OF, Patient

PLANNED_BY = {"follow_up": ("fup_visit", CONTACTS), "response_assessment": ("rsp_timepoint", ASSESSMENTS)}


def model_or_404(name):
    """The form model of this name."""
    if name not in FORM_OF:
        raise Http404
    return FORM_OF[name]


def new_url(case, form, slot=""):
    """Where a new row of a form is entered; that of a planned visit begins with it."""
    visit = f"?visit={slot}" if slot and form in PLANNED_BY else ""
    return reverse("form_new", args=[case.number, form]) + visit


def name_visit(form, slot):
    """Let a new row be that of the planned visit which its address names; anything else names none."""
    item, plan = PLANNED_BY.get(form.form_name, ("", ()))
    for visit in plan:
        if visit.slot == slot:
            setattr(form, item, visit.code)


def form_at(request, case, form, key):
    """The form that an address names: a stored row, removed or not, or for "new" an empty one of the course asked for."""
    model = model_or_404(form)
    if key != "new":
        return row_or_404(case, model, key, with_void=True)
    return model(case=case, site=case.site, **({"course_no": course_of(request)} if model.of_course else {}))


def row_or_404(case, model, key, *, with_void=False):
    """The case's row that `key` names: course and row number, or the only one."""
    row = row_or_none(case, model, key, with_void=with_void)
    if row is None:
        raise Http404
    return row


def row_or_none(case, model, key, *, with_void=False):
    """The same, or None."""
    parts = key.split(".")
    names = [*(["course_no"] if model.of_course else []), *([model.key_item] if model.key_item else [])]
    wanted = dict(zip(names, parts, strict=False)) if names else {}
    if len(parts) != max(len(names), 1) or not all(
        part.isascii() and part.isdigit() and len(part) < 6 for part in parts
    ):
        return None
    rows = model.with_void if with_void else model.objects
    rows = rows.filter(case=case, **wanted)
    if model is not Patient:  # after a withdrawal of consent the registration alone is shown
        rows = rows.not_withdrawn()
    row = rows.first()
    return row if row is not None and row.key == key else None


def form_url(form, number):
    """The page of a form of case `number`: of its row, or of a new one of its course."""
    if form.pk and not form.is_void:
        return reverse("form", args=[number, form.form_name, form.key])
    return reverse("form_new", args=[number, form.form_name]) + of_course(form)


def live_url(name, form, number):
    """An address that an open form asks while it is filled in, stored or not."""
    if form.pk and not form.is_void:
        return reverse(name, args=[number, form.form_name, form.key])
    return reverse(name, args=[number, form.form_name, "new"]) + of_course(form)


def of_course(form):
    """The part of a new form's address that names its course."""
    return f"?course={form.course_no}" if form.of_course and form.course_no != 1 else ""


def draft_page(draft):
    """The page on which a draft is put back: of its row, or, where the typing began before there was one, of a new row."""
    if draft.version:
        return reverse("form", args=[draft.case.number, draft.form, draft.key])
    course = draft.key.partition(".")[0] if FORM_OF[draft.form].of_course else ""
    new = reverse("form_new", args=[draft.case.number, draft.form])
    return new if course in ("", "1") else f"{new}?course={course}"


def seen_version(request):
    """The version of the form on which what was sent is based; 0 for a form not stored before."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def course_of(request):
    """The course that the address of a new form names."""
    text = request.GET.get("course", "1")
    if text not in tuple("123456789"):
        raise Http404
    return int(text)
