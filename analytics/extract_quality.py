"""The two tables of data quality: states of forms and open queries, by the names of the core."""

import pandas as pd

from analytics.core.quality_tables import FORM_STATES, OPEN_QUERIES, QUALITY_TABLES, checked_quality
from registry import clock
from registry.form_states import form_states
from registry.models import Case, Query, QueryState


def quality_tables(cohort, pseudonyms):
    """The tables for these cases of `cohort`, id → pseudonym, in the order of the pseudonyms. Needs a scope over all sites.

    Verifications, locks and signatures are not told: no result rests on them, and each would make a new dataset. Steps of a query ring
    for no build either (`quiet` in registry.access.guard_sql); its state is told as of the build that the next saved form brings.
    """
    cases = Case.objects.filter(cohort=cohort)
    forms = [
        (
            pseudonyms[one.case_id],
            one.form,
            one.slot or None,
            one.due,
            one.event,
            one.entered,
            one.completed,
            *(int(flag) for flag in (one.is_required, one.is_missed, one.is_stored, one.is_complete)),
            one.critical_asked,
            one.critical_missing,
        )
        for one in form_states(cases, pseudonyms)
    ]
    waiting = (
        Query.objects.filter(case__in=cases.values("pk")).exclude(state=QueryState.CLOSED).order_by("opened_at", "pk")
    )
    queries = [
        (pseudonyms[case], form, severity, origin, state, clock.day_of(opened))
        for case, form, severity, origin, state, opened in waiting.values_list(
            "case_id", "form", "severity", "origin", "state", "opened_at"
        )
        if case in pseudonyms
    ]
    tables = {FORM_STATES: forms, OPEN_QUERIES: queries}
    return checked_quality({name: _frame(rows, QUALITY_TABLES[name]) for name, rows in tables.items()})


def _frame(rows, columns):
    return pd.DataFrame(rows, columns=list(columns)).sort_values("case", kind="stable", ignore_index=True)
