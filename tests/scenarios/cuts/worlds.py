"""A small consortium, a cut of it, and the worker that does what is ordered."""

import io
from datetime import timedelta

import pyarrow.parquet

from analytics import actions, actions_of_cuts
from analytics.acts import cuts
from analytics.models import AnalysisRun, CutOrder, Dataset
from registry import clock
from registry.access.row_security import everything_scope, person_scope
from registry.models import Cohort, Person
from tests import factories
from tests.conftest import log_in_as

COHORT = "tisagenlecleucel"
FEW = ("os", "efs-a")


def everything(what):
    """Its answer in a scope over all sites."""
    with everything_scope(actor="tests"):
        return what()


def as_worker(what):
    """Its answer as the role of the worker."""
    log_in_as("reg_worker")
    try:
        return what()
    finally:
        log_in_as("reg_app")


def person(role, **words):
    """Somebody in this role: the same one each time."""
    email = ".".join([role, *(one.code.lower() for one in words.get("sites", ()))]) + "@example.org"
    return Person.objects.filter(email=email).first() or factories.person(role, **words)


def four_cases():
    """Four infused cases of two hospitals: one dead at day 200, one relapsed at day 90, two followed to day 400."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    cases = [factories.infused_case(site) for site in (kyoto, kyoto, osaka, osaka)]
    factories.death(cases[0], 200)
    factories.relapse(cases[1], 90)
    for case in cases[1:]:
        factories.follow_up(case, 400)
    return cases


def order(by, name="asco-2027", day=None, reason="Abstract"):
    """An order for a cut, as a page places it."""
    cohort = everything(lambda: Cohort.objects.get(code=COHORT))
    with person_scope(by):
        return cuts.order_cut(cohort, name, day or factories.day(250), reason=reason, by=by)


def worked():
    """Let the worker do all orders and compute what is queued; the number of orders done."""

    def work():
        done = [actions_of_cuts.work_on_cut(pk) for pk in _open_orders()]
        with everything_scope(actor="tests"):
            runs = list(AnalysisRun.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True))
        for pk in runs:
            actions.run_analysis(pk)
        return sum(done)

    return as_worker(work)


def _open_orders():
    return everything(lambda: list(CutOrder.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True)))


def frozen(by=None, **words):
    """A cut that was ordered, taken and computed."""
    asked = order(by or person("lead"), **words)
    worked()
    return cut_named(asked.name)


def cut_named(name):
    """The stored cut."""
    return everything(lambda: Dataset.objects.select_related("cohort").get(kind="cut", name=name))


def built():
    """Bring the live dataset up to date and compute it."""
    as_worker(actions.build_datasets)
    worked()


def image(cut):
    """Everything stored of a cut that must never change: tables, hashes, and the digest and body of each result."""

    def read():
        tables = {one.name: (one.sha256, bytes(one.parquet)) for one in cut.tables.all()}
        results = {run.analysis: (run.result.digest, run.result.body) for run in cut.runs.select_related("result")}
        return tables, results

    return everything(read)


def table(dataset, name):
    """A stored table as a frame."""
    content = everything(lambda: bytes(dataset.tables.get(name=name).parquet))
    return pyarrow.parquet.read_table(io.BytesIO(content)).to_pandas()


def tomorrow():
    """The day after today."""
    return clock.today() + timedelta(days=1)
