"""No sequence of edits through the actions loses or reorders history, whoever makes them and whatever they saw.

Sequences of saves, corrections, removals, completions, verifications, locks and signatures by four people, each based on the newest
version or on an older one. After every step the tables themselves are compared with what they were: an accepted step left exactly one
event for each changed field, a refused one none. At the end the whole history is read again and replayed.

Seen red with a trigger that leaves out one item and with one that writes an item twice.
"""

import json
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from registry.access.row_security import everything_scope
from registry.actions.forms import StaleVersionError, save_form, void_form
from registry.actions.openings import approve_opening, ask_opening
from registry.actions.queries import raise_query
from registry.actions.signatures import sign_forms
from registry.actions.states import lock_case, lock_form, unverify_form, verify_form
from registry.models import FORM_OF, Case, HistoryEvent, Opening
from registry.trail import TOLD
from tests import factories
from tests.standing import standing

REFUSALS = (ValidationError, PermissionDenied, StaleVersionError)
WATCHED = ("case", "death", "relapse", "query", "query_step", "signature", "exemption", "opening")
STRUCTURE = ("id", "site_id", "case_id", "version")
PEOPLE = ("nurse", "other_nurse", "investigator", "manager", "second_manager")
COMPLETE_DEATH = {"death_cause_mr": "UK", "death_in_remission_mr": "UK", "death_cart_related_mr": "UK"}


@standing
def people():
    """Two coordinators, an investigator and a data manager, who work on cases of Kyoto."""
    kyoto = factories.site("KYO")
    return {
        "nurse": factories.person("coordinator", sites=[kyoto]),
        "other_nurse": factories.person("coordinator", sites=[kyoto], email="second@example.org"),
        "investigator": factories.person("investigator", sites=[kyoto]),
        "manager": factories.person("manager"),
        "second_manager": factories.person("manager", email="third@example.org"),
    }


SITE, MANAGER, SECOND = ("nurse", "other_nurse", "investigator"), ("manager",), ("second_manager",)
USUALLY = {
    "save": SITE,
    "void": SITE,
    "sign": ("investigator",),
    "agree": SECOND,
}  # who may; everything else is the manager's


def rarely(value, otherwise):
    """One time in eight `value`."""
    return st.sampled_from([*[otherwise] * 7, value])


def steps_of(act, **more):
    """Steps of one kind: mostly by somebody who may, on the newest version, with a reason."""
    return st.fixed_dictionaries(
        {
            "act": st.just(act),
            "who": st.sampled_from([*USUALLY.get(act, MANAGER) * 4, *PEOPLE]),
            "form": st.sampled_from(["death", "death", "death", "relapse"]),
            "behind": rarely(1, 0),
            "reason": rarely("", "misread the chart"),
            **more,
        }
    )


answers = st.fixed_dictionaries(
    {
        "day": st.integers(200, 202),
        "cause": st.sampled_from([None, 1, 2]),
        "autopsy": st.sampled_from([None, 0, 1]),
        "impossible": rarely(True, False),
    }
)
saves = steps_of("save", answers=answers, complete=rarely(False, True))
step = st.one_of(
    saves,
    saves,
    *map(
        steps_of,
        ("verify", "lock", "ask_to_open", "agree", "sign", "ask", "unverify", "void", "lock_case", "ask_to_open_case"),
    ),
)


@settings(
    max_examples=35,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # to shrink a failure takes minutes; the steps can be read as they are
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=saves, steps=st.lists(step, min_size=6, max_size=16))
def test_no_sequence_of_edits_loses_or_reorders_history(people, first, steps):
    case = factories.enrolled_case(factories.site("KYO"), by=people["nurse"])
    with everything_scope(actor="tests"):
        before, boundaries = image_of(case), []
        raised = versions_of(case)
        last = newest_event()
        for one in [first, *steps]:
            accepted = attempt(one, case, people)
            after, events = image_of(case), list(HistoryEvent.objects.filter(pk__gt=last).order_by("pk"))
            told = sorted(as_change(event) for event in events)
            assert told == sorted(changes(before, after)), one
            assert accepted or not told, one
            newer = versions_of(case)
            assert {place for place, _version in newer - raised} <= {(event.form, event.row_id) for event in events}, (
                one
            )
            raised = newer
            assert {event.actor for event in events} <= {people[one["who"]].email}, one
            last = events[-1].pk if events else last
            boundaries.append((last, after))
            before = after
        replay(case, boundaries)


def attempt(one, case, people):
    """Whether the step was accepted. A refused one leaves nothing."""
    try:
        with transaction.atomic():
            ACTS[one["act"]](one, Case.objects.get(pk=case.pk), people[one["who"]])
    except REFUSALS:
        return False
    return True


def stored(one, case):
    """The newest row of the step's form, voided or not, and the version the step is based on."""
    model = FORM_OF[one["form"]]
    row = model.with_void.filter(case=case).order_by("pk").last()
    if row is None:
        raise ValidationError("nothing is stored yet")
    return row, row.version - one["behind"]


def save(one, case, by):
    """Enter, correct, complete or bring back."""
    model, given = FORM_OF[one["form"]], one["answers"]
    row = model.with_void.filter(case=case).order_by("pk").last() or model(case=case)
    seen = 0 if row.is_void else row.version - one["behind"] if row.pk else 0
    if one["form"] == "death":
        row.death_date = factories.day(given["day"])
        for name, value in COMPLETE_DEATH.items():
            setattr(row, name, value)
        row.death_cause, row.death_cause_mr = given["cause"], None if given["cause"] else "UK"
        row.autopsy = given["autopsy"]
    else:
        row.rel_date = factories.day(given["day"])
        row.rel_kind = given["cause"]
    if given["impossible"]:
        setattr(row, "autopsy" if one["form"] == "death" else "rel_kind", 99)
    save_form(row, by=by, seen_version=seen, reason=one["reason"], complete=one["complete"])


def on_row(action, *words):
    """A step that is one action on the newest row."""

    def act(one, case, by):
        row, seen = stored(one, case)
        action(row, by=by, seen_version=seen, **{word: one[word] for word in words})

    return act


def sign(one, case, by):
    """Sign the newest row at the version that was seen."""
    row, seen = stored(one, case)
    sign_forms(case, [(one["form"], row.key, seen)], meaning="reviewed", password=factories.PASSWORD, by=by)


def ask(one, case, by):
    """A query about the newest row."""
    raise_query(stored(one, case)[0], text="Is it so?", by=by)


def agree(one, case, by):
    """Open what somebody asked for last."""
    waits = Opening.objects.filter(case=case, state="asked").first()
    if waits is None:
        raise ValidationError("nothing waits")
    approve_opening(waits, reason=one["reason"], by=by)


ACTS = {
    "save": save,
    "void": on_row(void_form, "reason"),
    "verify": on_row(verify_form),
    "unverify": on_row(unverify_form, "reason"),
    "lock": on_row(lock_form),
    "ask_to_open": lambda one, case, by: ask_opening(stored(one, case)[0], code="late", reason=one["reason"], by=by),
    "ask_to_open_case": lambda one, case, by: ask_opening(case, code="late", reason=one["reason"], by=by),
    "agree": agree,
    "sign": sign,
    "ask": ask,
    "lock_case": lambda one, case, by: lock_case(case, by=by),
}


def newest_event():
    event = HistoryEvent.objects.order_by("pk").last()
    return event.pk if event else 0


def image_of(case):
    """(form, row) → item → stored value, of everything that is stored of the case. Blank and not set count as absent."""
    parts = [
        f"SELECT '{form}', id, to_jsonb(one) FROM {TOLD[form]._meta.db_table} one WHERE {'id' if form == 'case' else 'case_id'} = %s"
        for form in WATCHED
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [case.pk] * len(parts))
        rows = [
            (form, row, body if isinstance(body, dict) else json.loads(body)) for form, row, body in cursor.fetchall()
        ]
    return {
        (form, row): {item: value for item, value in body.items() if is_told(item, value)} for form, row, body in rows
    }


def versions_of(case):
    """((form, row), version) of the forms: no version without an event that explains it."""
    return {
        ((form, row.pk), row.version)
        for form in ("death", "relapse")
        for row in FORM_OF[form].with_void.filter(case=case)
    }


def is_told(item, value):
    return item not in STRUCTURE and value is not None and value is not False


def changes(before, after):
    """What should be told: (form, row, item, old, new) of every field that differs."""
    for place in before.keys() | after.keys():
        was, is_now = before.get(place, {}), after.get(place, {})
        for item in was.keys() | is_now.keys():
            if was.get(item) != is_now.get(item):
                yield (*place, item, repr(was.get(item)), repr(is_now.get(item)))


def as_change(event):
    return (event.form, event.row_id, event.item, repr(event.old), repr(event.new))


def replay(case, boundaries):
    """The whole history, read again, gives the stored rows at each step, and no row's moments go back."""
    rows, moments = {}, {}
    events = iter(HistoryEvent.objects.filter(case_id=case.pk).order_by("pk"))
    event = next(events, None)
    for last, image in boundaries:
        while event is not None and event.pk <= last:
            row = rows.setdefault((event.form, event.row_id), {})
            assert row.get(event.item) == event.old
            row[event.item] = event.new
            assert event.at >= moments.get((event.form, event.row_id), event.at - timedelta(1))
            moments[event.form, event.row_id] = event.at
            event = next(events, None)
        found = {
            place: {item: value for item, value in row.items() if value is not None} for place, row in rows.items()
        }
        assert found == image
    assert event is None
