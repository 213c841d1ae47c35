"""What a data manager and an investigator of the demonstration did with the entered cases: questions, an answer, signatures, a lock."""

from registry.access.row_security import person_scope
from registry.actions.queries import answer_query, close_query, raise_query
from registry.actions.signatures import sign_forms
from registry.actions.states import Seen, lock_forms, verify_forms
from registry.demo.consortium import PASSWORD
from registry.models import AnswerKind, Case, Meaning, Origin, Person, Query
from registry.record import COMPLETE, FINISHED, stored_case

REVIEWED = "KYO-0008"  # verified by the data manager, signed by the investigator, its custody locked
CUSTODY = ("leukapheresis", "manufacturing", "infusion")
QUESTIONS = (  # case, form, item, the question; then the answer, and whether it was accepted
    ("KYO-0003", "infusion", "inf_weight", "The weight differs from the one on the prescription. Which is right?", "", False),
    ("OSA-0002", "response_assessment", "rsp_mrd_lod", "Please send the laboratory's sensitivity for this sample.", "", False),
    ("KYO-0005", "crs", "toci_first_date", "Was tocilizumab given before the first fever?",
     "No: first dose eight hours after onset, see the nursing chart.", False),
    ("OSA-0003", "baseline_disease", "karyotype_iscn", "Is this the karyotype at diagnosis or at relapse?",
     "At diagnosis; the relapse was not karyotyped.", True),
)  # fmt: skip


def work_on_entered_cases():
    """Once: a second call finds the questions and leaves everything."""
    people = {one.role if one.role == "manager" else one.email: one for one in Person.objects.all()}
    manager = people["manager"]
    with person_scope(manager):
        if Query.objects.filter(origin=Origin.MANAGER).exists():
            return
    for question in QUESTIONS:
        _ask(*question, manager, people)
    _verify_and_lock(manager)
    _sign(people["investigator.kyoto@demo.example"])


def _ask(number, form_name, item, text, answer, is_accepted, manager, people):
    with person_scope(manager):
        case = Case.objects.get(number=number)
        form = stored_case(case).rows_of(form_name)[0]
    query = raise_query(form, item=item, text=text, by=manager)
    if answer:
        site = people[
            "coordinator.kyoto@demo.example" if number.startswith("KYO") else "coordinator.osaka@demo.example"
        ]
        query = answer_query(query, kind=AnswerKind.CONFIRMED, text=answer, by=site, seen_version=query.version)
    if is_accepted:
        close_query(query, by=manager, seen_version=query.version)


def _verify_and_lock(manager):
    with person_scope(manager):
        stored = stored_case(Case.objects.get(number=REVIEWED))
    verify_forms(
        [Seen(form.case_id, form.form_name, form.pk) for form in stored.forms if stored.state_of(form) == COMPLETE],
        by=manager,
    )
    custody = [form for name in CUSTODY for form in stored.rows_of(name)]
    lock_forms([Seen(form.case_id, form.form_name, form.pk) for form in custody], by=manager)


def _sign(investigator):
    with person_scope(investigator):
        case = Case.objects.get(number=REVIEWED)
        stored = stored_case(case)
        forms = [(form.form_name, form.key, form.version) for form in stored.forms if stored.state_of(form) in FINISHED]
    sign_forms(case, forms, meaning=Meaning.ACCURATE, password=PASSWORD, by=investigator)
