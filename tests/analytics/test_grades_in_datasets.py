"""Grades reach the analyses as the registry derived them: of the episode, and open where a component is missing."""

import pytest

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.endpoints.timeline import timeline
from analytics.core.sentences import NOT_REPORTED
from analytics.extract import extract
from analytics.pseudonyms import pseudonym
from registry.access.row_security import everything_scope
from registry.actions.forms import enter_forms
from registry.models import FORM_OF
from tests import factories

pytestmark = pytest.mark.django_db
GRADE_3 = {"crs_fever": 1, "crs_hypotension": 2, "crs_hypoxia": 0, "crs_attrib_other": 0}


def entered(site, *forms):
    """An infused case with these forms, under the name that datasets give it."""
    case = factories.infused_case(site)
    with everything_scope(actor="tests"):
        enter_forms([FORM_OF[name](case=case, **answers) for name, answers in forms], by=factories.BUILDER)
    return pseudonym("case", case.pk)


def test_the_onset_of_severe_crs_rests_on_the_derived_grade(db):
    kyoto = factories.site("KYO")
    crs = ("crs", {"crs_occurred": 1, "toci_given": 0})
    severe = entered(kyoto, crs, ("crs_episode", {"crs_seq": 1, "crs_onset": factories.day(2), **GRADE_3}))
    ungraded = entered(kyoto, crs, ("crs_episode", {"crs_seq": 1, "crs_onset": factories.day(3)}))
    without = entered(kyoto, ("crs", {"crs_occurred": 0, "toci_given": 0}))

    with everything_scope(actor="tests"):
        tables = extract(factories.cohort("tisagenlecleucel"))
    rows = derive(timeline(tables), ENDPOINTS["TT_CRS3"]).set_index("case")

    assert tables["crs_episode"].set_index("case")["crs_grade"].fillna(-1).to_dict() == {severe: 3, ungraded: -1}
    assert rows.loc[severe, ["time", "status"]].tolist() == [2, 1]
    assert rows["excluded"].dropna().to_dict() == {ungraded: NOT_REPORTED}
    assert rows.loc[without, "status"] == 0
