"""What a data cut keeps of the whole forms, so that an export of it is what was frozen."""

from analytics.core.cases import WHOLE_FORM
from analytics.exports.extract import declared_forms, stored_forms
from analytics.exports.policy import CONSORTIUM, allows
from analytics.exports.rolled import COMPANIONS, rolled_back_forms
from analytics.extract import analysable
from analytics.pseudonyms import pseudonym

STAYS = "_oth"  # free text stays in its hospital


def frozen_forms(cohort, before, kept, day):
    """The forms by the names of a cut's tables: rolled back to `day`, without what leaves no hospital.

    before  the analyses' tables, checked; kept: the same rolled back. From the snapshot of the current transaction.
    """
    stored = stored_forms(cohort, pseudonyms_of(cohort))
    forms = rolled_back_forms(stored, before, kept, day, declared_forms())
    return {f"{WHOLE_FORM}{form.name}": _allowed(form, forms[form.name]) for form in declared_forms()}


def pseudonyms_of(cohort):
    """Id → pseudonym of the cases whose data may be used."""
    return {pk: pseudonym("case", pk) for pk in sorted(analysable(cohort))}


def _allowed(form, rows):
    """The rows with the columns that the consortium may have."""
    names = list(form.keys)
    for question in (*form.questions, *form.derived):
        if allows(CONSORTIUM, form.name, question.name):
            names += [question.name, *(question.name + one for one in COMPANIONS if one != STAYS)]
    return rows[[name for name in dict.fromkeys(names) if name in rows]]
