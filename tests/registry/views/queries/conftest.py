"""Cases with queries: an unusual weight at infusion in Kyoto and in Osaka."""

from decimal import Decimal
from html import unescape

import pytest

from registry.access.row_security import everything_scope
from registry.models import Infusion, Query
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing

WEIGHT = Decimal("240")


@standing
def case(world):
    """A case of Kyoto with an unusual weight at infusion."""
    return factories.infused_case(world.kyoto, by=world.nurse, inf_weight=WEIGHT)


@standing
def foreign(world):
    """A case of Osaka with the same."""
    return factories.infused_case(world.osaka, by=world.osaka_nurse, inf_weight=WEIGHT)


@pytest.fixture
def manager(world):
    """The browser of the data manager."""
    return signed_in(world.manager)


def stored_form(case, model=Infusion):
    with everything_scope(actor="tests"):
        return model.objects.select_related("case").get(case=case)


def unusual(case):
    """The registry's query about the weight."""
    with everything_scope(actor="tests"):
        return Query.objects.get(case=case, rule="infusion.inf_weight.unusual")


def again(query):
    with everything_scope(actor="tests"):
        return Query.objects.get(pk=query.pk)


def text_of(response):
    """The page as text, entities resolved."""
    return unescape(response.content.decode())


def address(case):
    return f"{case.get_absolute_url()}infusion/1.1/"


def typed(case, **words):
    """What the page of the infusion sends as it stands, with `words` typed over it."""
    form = stored_form(case)
    answers = {"inf_date": form.inf_date.isoformat(), "inf_weight": "240", "inf_dose_total": "150"}
    return {"version": form.version, **answers, **words}


def raised(case, count, by):
    """That many queries about the case's infusion."""
    form = stored_form(case)
    for number in range(count):
        factories.query(form, text=f"Question {number}", by=by)
