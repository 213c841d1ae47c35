"""The case on one sheet of A4: what a clinician wants to know before the patient comes in."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from registry.access.permissions import Permission
from registry.models import Case, QueryState
from registry.overview import overview
from registry.views import summary_rows as rows
from registry.views.access import permitted
from registry.views.case_forms import form_lines
from registry.views.case_page import header_facts
from registry.views.course_line import course_line
from registry.views.prints import query_words, shown_case
from registry.views.statuses import CASE
from registry.views.summary_case import CaseRead

MOST_QUERIES, MOST_FORMS = 3, 10


@permitted(Permission.CASE_READ)
@require_GET
def case_summary(request, number):
    """One case on one page; after a withdrawal only the case's own page, which says so."""
    own = overview(Case.objects.visible_to(request.user)).select_related("site", "cohort")
    found = get_object_or_404(own, number=number)
    stored, is_withdrawn = shown_case(found)
    if is_withdrawn:
        return redirect("case", number)
    case = CaseRead(stored)
    missing = [line for line in form_lines(found, stored) if line.is_open]
    context = {
        "case": found,
        "title": found.number,
        "status": CASE[found.state],
        "facts": header_facts(found, stored),
        "line": course_line(stored),
        "disease": rows.disease(case),
        "prior": rows.prior_therapy(case),
        "cells": rows.cells(case),
        "burden": rows.burden(case),
        "toxicity": rows.toxicity(case),
        "responses": rows.responses(case),
        "later": rows.later(case),
        "owed": len(missing),
        "missing": missing[:MOST_FORMS],
        "more_missing": max(len(missing) - MOST_FORMS, 0),
        "queries": [query_words(one) for one in stored.queries[:MOST_QUERIES]],
        "open_queries": sum(one.state == QueryState.OPEN for one in stored.queries),
        "answered_queries": sum(one.state == QueryState.ANSWERED for one in stored.queries),
        "printed_at": timezone.now(),
        "printed_by": request.user.name,
        "back": found.get_absolute_url(),
    }
    return render(request, "print/summary.html", context)
