"""What an open form asks while it is filled in: what the checks say of it. Nothing here is a record."""

from django.http import JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.access.permissions import Permission
from registry.entry import EntryForm
from registry.record import said, stored_case
from registry.views.access import own_case, permitted
from registry.views.form_address import form_at
from registry.views.form_typed import page_as_typed


@permitted(Permission.FORM_WRITE)
@require_POST
def check(request, number, form, key):
    """What the checks say of the form as it is typed: the sentences that its page shows after a save. Stores nothing."""
    case = own_case(request, number)
    instance, stored = form_at(request, case, form, key), stored_case(case)
    page = page_as_typed(request, case, stored, EntryForm(instance, request.POST, day0=stored.day0))
    questions = [question for section in page.sections for question in section.questions]
    return JsonResponse(
        {
            "errors": [{"item": one.name, "text": text} for one in questions for text in one.errors],
            "findings": [
                {"item": one.name, "severity": finding.severity, "text": said(finding)}
                for one in questions
                for finding in one.odd
            ],
            "elsewhere": page.caused,
            "counts": page.counts,
            "summary": page.count_text or _("no findings"),
            "could_be_completed": page.could_be_completed,
            "derived": render_to_string("components/derived.html", {"derived": page.derived}),
        }
    )
