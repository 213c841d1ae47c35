"""The two tables of data quality: states of forms and open queries, by the names of the core."""

import pandas as pd

from analytics.core.quality_tables import FORM_STATES, OPEN_QUERIES, QUALITY_TABLES, checked_quality
from registry import clock
from registry.form_states import FormState, form_states
from registry.models import Case, Query, QueryState


def quality_tables(cohort, pseudonyms):
    """The tables for these cases of `cohort`, id → pseudonym, in the order of the pseudonyms. Needs a scope over all sites.

    Verifications, locks and signatures are not told: no result rests on them, and each would make a new dataset. Steps of a query ring
    for no build either (`quiet` in registry.access.guard_sql); its state is told as of the build that the next saved form brings.
    """
    cases = Case.objects.filter(cohort=cohort)
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
    asked = pd.DataFrame(queries, columns=list(QUALITY_TABLES[OPEN_QUERIES]))
    asked = asked.sort_values("case", kind="stable", ignore_index=True)
    return checked_quality({FORM_STATES: _states(cases, pseudonyms), OPEN_QUERIES: asked})


def _states(cases, pseudonyms):
    """What is known of every form, a column at a time: a registry of ten thousand cases has hundreds of thousands of them."""
    in_order = sorted(pseudonyms, key=pseudonyms.get)
    columns = list(zip(*form_states(cases, in_order), strict=True)) or [()] * len(FormState._fields)
    found = dict(zip(QUALITY_TABLES[FORM_STATES], columns, strict=True))  # FormState has them in this order
    found["case"] = [pseudonyms[case] for case in found["case"]]
    found["slot"] = [slot or None for slot in found["slot"]]
    return pd.DataFrame({name: list(column) for name, column in found.items()})
