"""A lead issues a cut for the public: once, from the stored releases, held against every earlier issue, without an exact number in any byte."""

import base64
import io
import json
import re
import zlib
from datetime import date

import pytest
from django.db import DatabaseError

from analytics import actions, actions_of_cuts, actions_of_public
from analytics.catalogue import CATALOGUE
from analytics.models import AnalysisRun, CutOrder, Export, PublicBasis, PublicIssue, PublicWithheld, Release
from registry.models import Cohort
from tests import factories
from tests.analytics.core.disclosure import cohorts
from tests.scenarios.cuts.worlds import COHORT, as_worker, everything, person

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2027, 1, 1)
NAMES = ("os", "efs-a", "best-response", "cir", "response", "toxicity", "flow", "os-regression")
FEW = tuple(one for one in CATALOGUE if one.name in NAMES)
PAGE = f"/datasets/{COHORT}/cuts/{{}}/public/"


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """A short catalogue with every kind of result."""
    for module in ("actions", "actions_of_public", "public", "cuts", "issued", "report.content"):
        monkeypatch.setattr(f"analytics.{module}.CATALOGUE", FEW)


def frozen(name, patients):
    """A cut of these patients, computed."""
    tables = cohorts.tables_of(patients)

    def store():
        cohort = Cohort.objects.get(code=COHORT)
        left = {"later": 0, "undated": 0, "rows": {}}
        words = {"left_out": left, "reason": "", "taken_by": "lead@example.org"}
        return actions_of_cuts.store_cut(cohort, name, DAY, tables, **words)

    def work():
        cut = everything(store)
        runs = everything(lambda: list(AnalysisRun.objects.filter(state="queued").values_list("pk", flat=True)))
        for pk in runs:
            actions.run_analysis(pk)
        return cut

    return as_worker(work)


def issued(cut):
    return as_worker(lambda: actions_of_public.issue_publicly(cut, by="lead@example.org"))


@pytest.fixture
def world(transactional_db):
    """200 patients at twelve hospitals, and a cut of 187 of them, so that no number is round by itself."""
    everything(factories.cohort)
    patients = cohorts.patients_of(1, 200)
    return patients, frozen("first", dict(list(patients.items())[:187]))


def bodies(cut):
    return everything(lambda: {one.analysis: one.body for one in Release.objects.filter(dataset=cut)})


def test_issued_once_the_same_bytes_and_never_changed(world):
    _patients, cut = world
    first = issued(cut)
    made = bodies(cut)
    assert set(made) == set(NAMES)
    assert {name for name, body in made.items() if "refused" not in body} >= {"os", "best-response", "toxicity"}
    assert issued(cut).pk == first.pk
    assert everything(lambda: Release.objects.filter(dataset=cut).count()) == len(NAMES)
    digests = everything(lambda: dict(Release.objects.filter(dataset=cut).values_list("analysis", "digest")))
    with pytest.raises(DatabaseError, match="append-only"):
        as_worker(lambda: everything(lambda: Release.objects.filter(dataset=cut).update(digest="x")))

    def again():
        for model in (Release, PublicBasis, PublicWithheld, PublicIssue):
            model.objects.all()._raw_delete("default")

    from tests.conftest import log_in_as

    log_in_as("reg_owner")
    everything(again)
    log_in_as("reg_app")
    issued(cut)
    assert everything(lambda: dict(Release.objects.filter(dataset=cut).values_list("analysis", "digest"))) == digests


def test_a_later_cut_that_differs_by_one_case_shows_nothing_of_what_is_near(world):
    patients, cut = world
    issued(cut)
    second = frozen("second", dict(list(patients.items())[:188]))
    issued(second)
    assert {name for name, body in bodies(second).items() if "refused" not in body} == set()
    near = everything(lambda: list(PublicWithheld.objects.filter(issue__dataset=second)))
    assert near and all(one.other_cut == "first" and 1 <= one.cases <= 9 for one in near)
