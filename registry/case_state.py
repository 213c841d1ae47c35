"""What became of a case's data, in few words: whether it is locked, signed, verified, asked about. The same words narrow the list."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.db.models.expressions import RawSQL

from registry.models import FORMS, Query, QueryState

WORDS = ("locked", "query", "answered", "signed", "verified")


@dataclass(frozen=True)
class CaseState:
    """How many of the stored forms are verified and signed, and which of WORDS hold."""

    forms: int
    verified: int
    signed: int
    words: tuple[str, ...]


def case_state(stored, *, is_locked):
    """The CaseState of a StoredCase."""
    forms = len(stored.forms)
    verified = sum(form.is_verified for form in stored.forms)
    signed = sum(stored.signature_of(form) is not None for form in stored.forms)
    asked = {query.state for query in stored.queries}
    holds = {
        "locked": is_locked,
        "query": QueryState.OPEN in asked,
        "answered": QueryState.ANSWERED in asked,
        "signed": 0 < forms == signed,
        "verified": 0 < forms == verified,
    }
    return CaseState(forms, verified, signed, tuple(word for word in WORDS if holds[word]))


def with_word(cases, word):
    """The cases of which `word` holds, as SQL: the same answer as `case_state`, without reading a form."""
    if word == "locked":
        return cases.closed()
    if word in ("query", "answered"):
        state = QueryState.OPEN if word == "query" else QueryState.ANSWERED
        return cases.filter(Exists(Query.objects.filter(case=OuterRef("pk"), state=state)))
    every = {"signed": "signature.id IS NOT NULL", "verified": "form.is_verified"}[word]
    return cases.filter(pk__in=RawSQL(_EVERY_FORM % every, []))  # noqa: S611 - no value of anybody's is in it


_EVERY_FORM = (
    "SELECT form.case_id FROM ("  # noqa: S608
    + " UNION ALL ".join(
        f"SELECT '{form.form_name}' AS name, id, case_id, is_verified FROM {form._meta.db_table} WHERE NOT is_void"  # noqa: S608
        for form in FORMS
    )
    + ") form LEFT JOIN registry_signature signature"
    " ON signature.form = form.name AND signature.row_id = form.id AND signature.voided_at IS NULL"
    " GROUP BY form.case_id HAVING bool_and(%s)"
)
