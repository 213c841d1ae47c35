"""The export's door to the record: every form as it is declared, and its stored rows as text. Beside analytics/extract.py, the analyses' door."""

import hashlib
from functools import cache, partial

from django.db import connection
from django.utils import translation
from django.utils.translation import pgettext

from analytics import phrases
from analytics.exports.declared import Code, Form, Label, Question
from analytics.exports.trail import Trail
from analytics.extract import AGES, copied
from analytics.pseudonyms import pseudonym
from registry.dictionary.codebook import codebook
from registry.dictionary.codelists import MissingReason
from registry.fields import code_label
from registry.grading.fields import FIELDS
from registry.models import FORMS, Case, DerivedValue, HistoryEvent

TEXT_FIELDS = (
    "burden_kato",
    "burden_prwcc",
    "burden_50",
    "burden_mrd2",
    "hsct_rel_gap_group",
    "resp_derived",
    "mrd_class",
    "bca_status",
)
NOT_BESIDE_DATES = (
    *AGES,
    "age_at_form_y",
)  # an exact age beside an exact date is a date of birth; ages are in the case table


RAW = "(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"  # JSON has no such signs, so that nothing of it is quoted
TOLD = f"""
COPY (
  SELECT json_build_array(case_id, form, row_id, min(at), actor, reason, json_object_agg(item, new ORDER BY id))
  FROM registry_historyevent WHERE case_id = ANY (%s) AND form = ANY (%s)
  GROUP BY case_id, form, row_id, transaction, actor, reason ORDER BY case_id, min(id)
) TO STDOUT {RAW}
"""  # noqa: S608 - no word of it is sent by anybody


def said(words):
    """A Label of what `words()` says in each language."""
    with translation.override("en"):
        en = str(words())
    with translation.override("ja"):
        return Label(en, str(words()))


@cache
def declared_forms():
    """Every form of the dictionary, in its order."""
    return tuple(_declared(form) for form in FORMS)


def phrase(text):
    """A label of the analyses in both languages."""
    return said(lambda: phrases.label(text))


@cache
def reasons():
    """The reasons why an answer is missing."""
    return tuple(Code(one.name, said(lambda one=one: pgettext("missing_reason", one.value))) for one in MissingReason)


@cache
def dictionary_version():
    """What the dictionary is: the start of the SHA-256 of its codebook."""
    return hashlib.sha256(codebook(FORMS).encode()).hexdigest()[:12]


def stored_forms(cohort, pseudonyms):
    """Form name → its stored rows of these cases (id → pseudonym) as text, in the order of the pseudonyms, from the snapshot of now.

    Columns: the form's keys, every answer with its companions, and the derived fields but ages; missing is None. Voided rows are not there. Needs a scope over all sites.
    """
    return {form.form_name: _stored(cohort, form, pseudonyms) for form in FORMS}


def numbers_of(cohort, pseudonyms):
    """Pseudonym → (case number, site code) of these cases."""
    cases = Case.objects.filter(cohort=cohort).select_related("site").order_by()
    return {pseudonyms[case.pk]: (case.number, case.site.code) for case in cases if case.pk in pseudonyms}


def last_change(cohort):
    """The moment of the last change of any case of the cohort; its registration's where nothing was told since."""
    told = HistoryEvent.objects.filter(case_id__in=Case.objects.filter(cohort=cohort).order_by().values("pk"))
    return told.order_by("-pk").values_list("at", flat=True).first()


def read_trail(named, *, with_reasons):
    """The Trail of these cases (id → name) in the snapshot of the current transaction."""
    forms, ids = declared_forms(), {name: pk for pk, name in named.items()}
    with connection.cursor() as cursor, cursor.copy(TOLD, [list(named), [one.name for one in forms]]) as copy:
        return Trail(map(bytes, copy), ids, forms, partial(pseudonym, "user"), with_reasons=with_reasons)


def _stored(cohort, form, pseudonyms):
    columns = [*(["course_no"] if form.of_course else []), *form.columns()]
    rows = form.objects.filter(case__cohort=cohort).order_by()
    table = copied(rows.values_list("pk", "case_id", *columns), ["row_id", "case_id", *columns])
    for field in FIELDS:
        if field.form == form.form_name and field.name not in NOT_BESIDE_DATES:
            table[field.name] = table["row_id"].map(_derived(cohort, field))
    table.insert(0, "case", table["case_id"].map(pseudonyms))
    table = table[table["case"].notna()].drop(columns=["row_id", "case_id"]).astype(object)
    table = table.where(table.notna(), None)
    numbered = [name for name in dict.fromkeys(("course_no", form.key_item)) if name in table]
    by = table[numbered].apply(lambda column: column.astype(int)) if numbered else table[[]]
    order = by.assign(case=table["case"]).sort_values(["case", *numbered], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _derived(cohort, field):
    """Row id → stored value of a derived field, as text."""
    stored = DerivedValue.objects.filter(case__cohort=cohort, form=field.form, name=field.name, value__isnull=False)
    return (
        copied(stored.values_list("row_id", "value"), ["row_id", "value"]).set_index("row_id")["value"].str.strip('"')
    )


def _declared(form):
    return Form(
        name=form.form_name,
        form_id=form.form_id,
        title=said(lambda: translation.gettext(form.title)),
        of_course=form.of_course,
        key_item=form.key_item,
        dated_by=form.dated_by,
        questions=tuple(_question(form, name, item) for name, item in form.items().items()),
        derived=tuple(
            _derived_question(one) for one in FIELDS if one.form == form.form_name and one.name not in NOT_BESIDE_DATES
        ),
    )


def _question(form, name, item):
    listed = item.codelist
    codes = (
        tuple(Code(one.value, said(lambda one=one: code_label(listed, one.value))) for one in listed) if listed else ()
    )
    label = said(lambda: form._meta.get_field(name).verbose_name)
    return Question(name, item, label, item.kind, item.unit, codes, item.sas, item.note)


def _derived_question(field):
    kind = "text" if field.name in TEXT_FIELDS else "dec"
    label = said(lambda: translation.gettext(field.label))
    return Question(field.name, None, label, kind, field.unit, (), field.sas, field.rule)
