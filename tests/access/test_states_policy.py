"""Who may do what to a form in which state: a model of the policy, and the registry, taken through the same steps.

`Policy` below is the standard operating procedure in code, written without looking at how the actions do it. Every step is an act by
somebody, with or without a reason, on what is stored now or on an older version. The registry must say yes exactly where the policy
does, and stand afterwards where the policy stands. EXAMPLES=300 takes some 7,000 steps.
"""

import os
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from registry.access.row_security import everything_scope
from registry.actions import openings, queries, signatures, states
from registry.actions.forms import StaleVersionError, save_form, void_form
from registry.models import Case, Death, Opening, Query, Signature
from registry.record import stored_case
from tests import factories
from tests.standing import standing

REFUSALS = (ValidationError, PermissionDenied, StaleVersionError)
WRITERS = ("nurse", "investigator")
MANAGERS = ("manager", "second")
PEOPLE = (*WRITERS, *MANAGERS, "lead", "statistician", "administrator", "foreign_nurse", "foreign_investigator")


@dataclass
class Policy:
    """One case with at most one form, as the procedure sees it."""

    stored: bool = False
    void: bool = False
    gap: bool = False  # a required answer is missing
    complete: bool = False
    verified: bool = False
    locked: bool = False
    signed: bool = False
    case_locked: bool = False
    version: int = 0
    asked: list = field(default_factory=list)
    openings: list = field(default_factory=list)  # of locks: (form or case, who asked), while they wait

    @property
    def counts(self):
        return self.stored and not self.void

    @property
    def state(self):
        """The one word."""
        if self.locked:
            return "locked"
        if not self.complete:
            return "started"
        if "open" in self.asked:
            return "query"
        if "answered" in self.asked:
            return "answered"
        return "verified" if self.verified else "complete"

    def step(self, one):
        """Whether the policy says yes; if so it stands where the step leads."""
        return getattr(self, one["act"])(one)

    def save(self, one):
        changes_an_answer = self.counts
        if one["who"] not in WRITERS or self.locked or self.case_locked or one["behind"]:
            return False
        if changes_an_answer and not one["reason"]:
            return False
        self.gap = one["gap"]
        self.complete = (one["complete"] or (self.complete and not self.void)) and not self.gap
        self.verified = self.signed = self.void = False
        self.stored, self.version = True, self.version + 1
        return True

    def void_(self, one):
        if one["who"] not in WRITERS or not self.counts or self.locked or self.case_locked or one["behind"]:
            return False
        if not one["reason"]:
            return False
        self.void, self.complete, self.verified, self.signed = True, False, False, False
        self.version += 1
        return True

    def verify(self, one):
        if one["who"] not in MANAGERS or not self.counts or one["behind"] or self.state not in ("verified", "complete"):
            return False
        self.version += self.state == "complete"
        self.verified = True
        return True

    def unverify(self, one):
        if one["who"] not in MANAGERS or not self.counts or one["behind"] or not one["reason"]:
            return False
        if self.verified and self.locked:
            return False
        self.version += self.verified
        self.verified = False
        return True

    def lock(self, one):
        if one["who"] not in MANAGERS or not self.counts or one["behind"] or self.state == "started":
            return False
        self.version += not self.locked
        self.locked = True
        return True

    def ask_to_open(self, one):
        if one["who"] not in MANAGERS or not self.counts or not one["reason"] or not self.locked or self.case_locked:
            return False
        return self._ask("form", one)

    def ask_to_open_case(self, one):
        if one["who"] not in MANAGERS or not one["reason"] or not self.case_locked:
            return False
        return self._ask("case", one)

    def _ask(self, what, one):
        if what in dict(self.openings):
            return False
        self.openings.append((what, one["who"]))
        return True

    def _is_second(self, one):
        return (
            self.openings and one["who"] in (*MANAGERS, "lead") and one["who"] != self.openings[-1][1] and one["reason"]
        )

    def agree(self, one):
        if not self._is_second(one) or (self.openings[-1][0] == "form" and self.case_locked):
            return False
        if self.openings[-1][0] == "case":
            self.case_locked, self.openings = False, []
        else:
            self.openings.pop()
        self._open()
        return True

    def decline(self, one):
        return bool(self._is_second(one) and self.openings.pop())

    def withdraw(self, one):
        return bool(self.openings and one["who"] == self.openings[-1][1] and self.openings.pop())

    def lock_case(self, one):
        if one["who"] not in MANAGERS or not self.counts or self.state == "started":
            return False
        self.version += not self.locked
        self.locked = self.case_locked = True
        return True

    def _open(self):
        if self.locked:
            self.locked, self.signed, self.version = False, False, self.version + 1

    def sign(self, one):
        if one["who"] != "investigator" or not one["password"] or not self.counts or one["behind"]:
            return False
        if self.state == "started":
            return False
        self.signed = True
        return True

    def ask(self, one):
        if one["who"] not in MANAGERS or not self.counts:
            return False
        self.asked.append("open")
        return True

    def answer(self, one):
        if one["who"] not in WRITERS or not self.asked or self.asked[-1] != "open":
            return False
        self.asked[-1] = "answered"
        return True

    def close(self, one):
        if one["who"] not in MANAGERS or not self.asked or self.asked[-1] == "closed":
            return False
        self.asked[-1] = "closed"
        return True

    def reopen(self, one):
        if one["who"] not in MANAGERS or not self.asked or self.asked[-1] == "open" or not one["reason"]:
            return False
        self.asked[-1] = "open"
        return True


USUALLY = {
    "save": WRITERS,
    "void_": WRITERS,
    "answer": WRITERS,
    "sign": ("investigator",),
    "agree": ("second", "lead"),
    "decline": ("second", "lead"),
}  # everything else is the manager's


def rarely(value, otherwise):
    """One time in eight `value`."""
    return st.sampled_from([*[otherwise] * 7, value])


def steps_of(act):
    """Steps of one kind: mostly by somebody who may, on the newest version, with a reason."""
    return st.fixed_dictionaries(
        {
            "act": st.just(act),
            "who": st.sampled_from([*USUALLY.get(act, ("manager",)) * 8, *PEOPLE]),
            "behind": rarely(1, 0),
            "reason": rarely(" ", "misread the chart").map(str.strip),
            "complete": rarely(False, True),
            "gap": rarely(True, False),
            "password": rarely(False, True),
        }
    )


ACTS = (
    *("save", "verify", "lock", "ask_to_open", "agree", "agree", "sign", "ask", "answer", "close", "close", "reopen")
    * 2,
    *("void_", "unverify", "lock_case", "ask_to_open_case", "ask_to_open_case", "decline", "withdraw"),
)
FIRST = {"act": "save", "who": "nurse", "behind": 0, "reason": "", "complete": True, "gap": False, "password": True}
steps = st.lists(st.sampled_from(ACTS).flatmap(steps_of), min_size=15, max_size=40)


@standing
def people():
    """Somebody in every role, and two of another hospital."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    return {
        "nurse": factories.person("coordinator", sites=[kyoto]),
        "investigator": factories.person("investigator", sites=[kyoto]),
        "second": factories.person("manager", email="second@example.org"),
        "foreign_nurse": factories.person("coordinator", sites=[osaka]),
        "foreign_investigator": factories.person("investigator", sites=[osaka]),
        **{role: factories.person(role) for role in ("manager", "lead", "statistician", "administrator")},
    }


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "30")),
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
def test_every_act_is_allowed_or_refused_as_the_policy_says(people, steps):
    case, policy = factories.enrolled_case(factories.site("KYO"), by=people["nurse"]), Policy()
    with everything_scope(actor="tests"):
        for place, one in enumerate([FIRST, *steps]):
            allowed = policy.step(one)
            assert attempt(case, one, people[one["who"]]) == allowed, (place, one, policy)
            assert stands(case) == wanted(policy), (place, one, policy)
            event(f"{one['act']} {'allowed' if allowed else 'refused'}")


def stands(case):
    """Where the registry stands."""
    case = Case.objects.get(pk=case.pk)
    form = Death.with_void.filter(case=case).first()
    asked = list(Query.objects.filter(case=case, origin="manager").order_by("pk").values_list("state", flat=True))
    asked = (asked, Opening.objects.filter(case=case, state="asked").count())
    if form is None:
        return (case.is_locked, asked)
    signed = Signature.objects.filter(case=case, voided_at=None).exists()
    flags = (form.is_void, form.is_complete, form.is_verified, form.is_locked, signed, form.version)
    word = "" if form.is_void else stored_case(case).state_of(form)
    return (case.is_locked, asked, *flags, word)


def wanted(policy):
    """Where the policy stands."""
    asked = (policy.asked, len(policy.openings))
    if not policy.stored:
        return (policy.case_locked, asked)
    flags = (policy.void, policy.complete, policy.verified, policy.locked, policy.signed, policy.version)
    return (policy.case_locked, asked, *flags, "" if policy.void else policy.state)


def attempt(case, one, by):
    """Whether the registry lets `by` take the step."""
    try:
        with transaction.atomic():
            DO[one["act"]](Case.objects.get(pk=case.pk), one, by)
    except REFUSALS:
        return False
    return True


def stored(case):
    """The newest row; a refusal where nothing is stored, as no page could ask."""
    form = Death.with_void.filter(case=case).first()
    if form is None:
        raise ValidationError("nothing is stored")
    return form


def save(case, one, by):
    form = Death.with_void.filter(case=case).first() or Death(case=case)
    form.death_date, form.death_cause = factories.day(200), None if one["gap"] else 2
    form.death_in_remission, form.death_cart_related = 1, 1
    form.autopsy = 0 if form.autopsy else 1
    seen = 0 if form.is_void else form.version
    save_form(form, by=by, seen_version=seen - one["behind"], reason=one["reason"], complete=one["complete"])


def on_the_form(act, *, asks_why):
    """An act of states.py on the stored form."""

    def do(case, one, by):
        form = stored(case)
        why = {"reason": one["reason"]} if asks_why else {}
        act(form, by=by, seen_version=form.version - one["behind"], **why)

    return do


def why(one):
    return {"code": "late", "reason": one["reason"]}


def waiting(case):
    """The newest request to open a lock that waits."""
    found = Opening.objects.filter(case=case, state="asked").first()
    if found is None:
        raise ValidationError("nothing waits")
    return found


def on_the_opening(act):
    """An act of openings.py, by a second person, on the newest request."""
    return lambda case, one, by: act(waiting(case), reason=one["reason"], by=by)


def sign(case, one, by):
    form = stored(case)
    password = factories.PASSWORD if one["password"] else "not-the-password"
    seen = [("death", form.key, form.version - one["behind"])]
    signatures.sign_forms(case, seen, meaning="accurate", password=password, by=by)


def ask(case, one, by):
    queries.raise_query(stored(case), text="Really?", by=by)


def on_the_query(act, **words):
    """An act of queries.py on the newest query."""

    def do(case, one, by):
        query = Query.objects.filter(case=case, origin="manager").order_by("pk").last()
        if query is None:
            raise ValidationError("nothing was asked")
        more = {"text": one["reason"]} if act is queries.reopen_query else words
        act(query, by=by, seen_version=query.version, **more)

    return do


DO = {
    "save": save,
    "void_": on_the_form(void_form, asks_why=True),
    "verify": on_the_form(states.verify_form, asks_why=False),
    "unverify": on_the_form(states.unverify_form, asks_why=True),
    "lock": on_the_form(states.lock_form, asks_why=False),
    "ask_to_open": lambda case, one, by: openings.ask_opening(stored(case), **why(one), by=by),
    "ask_to_open_case": lambda case, one, by: openings.ask_opening(case, **why(one), by=by),
    "agree": on_the_opening(openings.approve_opening),
    "decline": on_the_opening(openings.decline_opening),
    "withdraw": lambda case, one, by: openings.withdraw_opening(waiting(case), by=by),
    "lock_case": lambda case, one, by: states.lock_case(case, by=by),
    "sign": sign,
    "ask": ask,
    "answer": on_the_query(queries.answer_query, kind="corrected"),
    "close": on_the_query(queries.close_query, text="Seen"),
    "reopen": on_the_query(queries.reopen_query),
}
