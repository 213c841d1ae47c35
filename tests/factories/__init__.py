"""A small world for tests, built through the same actions as the application: one function per noun.

Keywords are item names: `infused_case(kyoto, by=nurse, inf_dose_total=Decimal("150"))`.
"""

from datetime import date, timedelta
from decimal import Decimal

from registry.access.row_security import everything_scope
from registry.access.system import SystemActor
from registry.access.token_scopes import Scope
from registry.actions import members
from registry.actions.cases import PRIMARY_COHORT, enrol_case
from registry.actions.forms import save_form
from registry.actions.openings import approve_opening, ask_opening
from registry.actions.queries import raise_query
from registry.models import FORM_OF, Cohort, Site

BUILDER = SystemActor("tests")
DAY_0 = date(2024, 6, 3)
PASSWORD = "a-password-of-the-tests"
BORN = date(2012, 3, 4)


def day(number):
    """The date `number` days after the infusion."""
    return DAY_0 + timedelta(days=number)


def cohort(code=PRIMARY_COHORT, **words):
    """The cohort with this code; the consortium's own unless named."""
    return Cohort.objects.get_or_create(code=code, defaults={"name": code.capitalize(), "is_synthetic": True, **words})[
        0
    ]


def site(code, name=""):
    """The participating hospital with this code."""
    found = Site.objects.filter(code=code).first()
    return found or members.add_site(code=code, name=name or f"{code.capitalize()} University Hospital", by=BUILDER)


def person(role, *, sites=(), email="", name=""):
    """Somebody new in this role, with PASSWORD; the address follows role and sites unless given."""
    sites = list(sites)
    email = email or ".".join([role, *(one.code.lower() for one in sites)]) + "@example.org"
    return members.add_person(
        email=email, name=name or email.partition("@")[0], role=role, sites=sites, password=PASSWORD, by=BUILDER
    )


def token(owner, *, days=30, scopes=tuple(Scope), sites=(), has_identifiers=True):
    """The key of a personal token of `owner`, of every scope and with identifiers unless said otherwise."""
    words = {"scopes": scopes, "sites": sites, "has_identifiers": has_identifiers}
    return members.mint_token(purpose="tests", days=days, by=owner, **words)[1]


def enrolled_case(site, *, by=BUILDER, stratum=None, cohort_code=PRIMARY_COHORT):
    """A case at `site` with no form yet."""
    with everything_scope(actor=by.email):
        return enrol_case(site=site, by=by, cohort=cohort(cohort_code), stratum=stratum)


def stored_form(case, form_name, *, by=BUILDER, reason="", **answers):
    """One stored form of `case`, for example stored_form(case, "death", death_date=day(200))."""
    with everything_scope(actor=by.email):
        return save_form(FORM_OF[form_name](case=case, **answers), by=by, reason=reason)


def completed_form(case, form_name="death", *, by=BUILDER, **answers):
    """One complete form of `case`; a death without anything missing or odd unless said otherwise."""
    with everything_scope(actor=by.email):
        answers = answers or {
            "death_date": day(200),
            "death_cause": 2,
            "death_in_remission": 1,
            "death_cart_related": 1,
        }
        form = save_form(FORM_OF[form_name](case=case, **answers), by=by, complete=True)
    if not form.is_complete:
        raise ValueError(f"something is missing in {form_name}")
    return form


def infused_case(site, *, by=BUILDER, stratum=None, cohort_code=PRIMARY_COHORT, **answers):
    """A case with birth date, collection, course and infusion on DAY_0; `answers` replace or add to what the forms hold.

    Answers of the patient, leukapheresis, cart_course, pre_infusion_assessment and infusion forms, by item name.
    """
    case = enrolled_case(site, by=by, stratum=stratum, cohort_code=cohort_code)
    for form_name, usual in USUAL.items():
        items = FORM_OF[form_name].items()
        given = {name: answers.pop(name) for name in list(answers) if name in items}
        if usual or given:
            stored_form(case, form_name, by=by, **{**usual, **given})
    if answers:
        raise TypeError(f"infused_case knows no item {', '.join(answers)}")
    return case


def opened(what, *, by, second, reason="A letter came late"):
    """What becomes of the lock of a form, a case, a hospital or a cohort that `by` wants opened and `second` agrees to."""
    return approve_opening(ask_opening(what, code="late", reason=reason, by=by), reason="Seen", by=second)


def query(form, *, by, item="", text="Please compare this with the source."):
    """A query of a data manager, `by`, about a stored form."""
    return raise_query(form, item=item, text=text, by=by)


USUAL = {
    "patient": {
        "birth_date": BORN,
        "sex_at_birth": 1,
        "consent_type": 1,
        "consent_share_intl": 1,
        "consent_withdrawn": 0,
    },
    "leukapheresis": {"aph_start_date": day(-40), "aph_end_date": day(-39), "aph_days": 2, "aph_shipped": 1},
    "cart_course": {"infused": 1, "prod_name": 1},
    "pre_infusion_assessment": {},
    "infusion": {"inf_date": DAY_0, "inf_weight": Decimal(40), "inf_dose_total": Decimal(150)},
}


def follow_up(case, on, *, by=BUILDER, **answers):
    """A contact on day `on` after infusion, alive unless said otherwise."""
    return stored_form(
        case, "follow_up", by=by, **{"fup_date": day(on), "vital_status": 1, "last_disease_date": day(on), **answers}
    )


def relapse(case, on, *, by=BUILDER, **answers):
    """A relapse on day `on` after infusion."""
    return stored_form(case, "relapse", by=by, **{"rel_date": day(on), "rel_kind": 1, **answers})


def death(case, on, *, by=BUILDER, **answers):
    """Death on day `on` after infusion."""
    return stored_form(case, "death", by=by, **{"death_date": day(on), "death_cause": 1, **answers})
