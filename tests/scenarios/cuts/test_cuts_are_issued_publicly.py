"""A lead issues a cut for the public: once, from the stored releases, held against every earlier issue, without an exact number in any byte."""

import base64
import io
import json
import re
from datetime import date

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pypdf import PdfReader

from analytics import actions, actions_of_cuts, actions_of_public
from analytics.catalogue import CATALOGUE
from analytics.models import AnalysisRun, CutOrder, Dataset, Export, PublicBasis, PublicIssue, PublicWithheld, Release
from analytics.pseudonyms import pseudonym
from registry.access.row_security import everything_scope
from registry.access.token_scopes import Scope
from registry.models import Case, Cohort
from tests import factories
from tests.analytics.core.disclosure import cohorts
from tests.conftest import log_in_as
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


def recorded():
    """The random patients under the names of as many cases of the record."""
    random, place = cohorts.patients_of(1, 200), {"site": factories.site("KYO"), "cohort": factories.cohort()}
    cases = [Case(number=f"KYO-{number:04}", **place) for number in range(1, len(random) + 1)]
    Case.objects.bulk_create(cases)
    return {pseudonym("case", case.pk): patient for case, patient in zip(cases, random.values(), strict=True)}


@pytest.fixture
def world(transactional_db):
    """200 patients at twelve hospitals, and a cut of 187 of them, so that no number is round by itself."""
    everything(lambda: factories.site("KYO"))  # a scope holds the sites that there were when it was opened
    patients = everything(recorded)
    return patients, frozen("first", dict(list(patients.items())[:187]))


def bodies(cut):
    return everything(lambda: {one.analysis: one.body for one in Release.objects.filter(dataset=cut)})


def test_a_cut_is_issued_once_and_never_changed(world):
    _patients, cut = world
    first = issued(cut)
    made = bodies(cut)
    assert set(made) == set(NAMES)
    assert {name for name, body in made.items() if "refused" not in body} >= {"os", "best-response", "toxicity"}
    digests = digests_of(cut)
    assert issued(cut).pk == first.pk and digests_of(cut) == digests
    with pytest.raises(DatabaseError, match="append-only"):
        as_worker(lambda: everything(lambda: Release.objects.filter(dataset=cut).update(digest="x")))
    forgotten()
    issued(cut)
    assert digests_of(cut) == digests, "the same cut gives the same bytes"


def test_a_cut_that_is_retired_while_it_is_issued_is_not_issued(world):
    patients, cut = world
    gone = {list(patients)[3]}
    assert gone <= everything(lambda: actions_of_cuts.cases_in(cut))

    def retired(_steps):
        with everything_scope(actor="tests"):
            if not Dataset.objects.get(pk=cut.pk).retired_at:
                actions_of_cuts._retire(cut, gone)

    with pytest.raises(actions_of_public.RetiredError):
        as_worker(lambda: actions_of_public.issue_publicly(cut, by="lead@example.org", progress=retired))
    assert bodies(cut) == {} and not everything(PublicIssue.objects.exists)


def digests_of(cut):
    return everything(lambda: dict(Release.objects.filter(dataset=cut).values_list("analysis", "digest")))


def forgotten():
    """As if nothing had been issued: only the owner of the tables can do this."""

    def emptied():
        with connection.cursor() as cursor:
            for model in (Release, PublicBasis, PublicWithheld, PublicIssue):
                cursor.execute(f"DELETE FROM {model._meta.db_table}")

    log_in_as("reg_owner")
    everything(emptied)
    log_in_as("reg_app")


def asked(client, address):
    """How many questions to the database an address takes."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_a_later_cut_shows_nothing_that_is_near_and_a_withdrawal_takes_everything_down(world, client):
    """One case more: every form would tell it. One case withdrawn: how many it was stays known, its name does not."""
    patients, cut = world
    issued(cut)
    client.force_login(person("lead"))
    addresses = (PAGE.format("first"), "/api/v1/public", f"/api/v1/public/{COHORT}/first")
    before = [asked(client, one) for one in addresses * 2][len(addresses) :]
    second = frozen("second", dict(list(patients.items())[:188]))
    issued(second)
    assert {name for name, body in bodies(second).items() if "refused" not in body} == set()
    assert [asked(client, one) for one in addresses] == before, "no more questions for more issues"
    assert asked(client, PAGE.format("second")) <= before[0] + 1, "nor for what is withheld"
    near = everything(lambda: list(PublicWithheld.objects.filter(issue__dataset=second)))
    assert near and all(one.other_cut == "first" and 1 <= one.cases <= 9 for one in near)

    gone = {list(patients)[3]}

    def withdrawn():
        def taken_down():
            assert gone <= actions_of_cuts.cases_in(cut)
            return actions_of_cuts._retire(cut, gone)

        successor = everything(taken_down)
        for pk in everything(lambda: list(AnalysisRun.objects.filter(state="queued").values_list("pk", flat=True))):
            actions.run_analysis(pk)
        return successor

    successor = as_worker(withdrawn)
    assert bodies(cut) == {}
    assert everything(lambda: PublicIssue.objects.get(dataset=cut).taken_down_at)
    issued(successor)
    assert "os" in {
        one.analysis for one in everything(lambda: list(PublicWithheld.objects.filter(issue__dataset=successor)))
    }
    bases = as_worker(lambda: everything(lambda: json.dumps(list(PublicBasis.objects.values_list("body", flat=True)))))
    assert not any(name in bases for name in gone) and "gone-1" in bases


def test_a_lead_issues_it_on_the_page_and_a_hospital_reads_it_without_an_exact_number(world, client):
    _patients, cut = world
    page = PAGE.format("first")
    coordinator = person("coordinator", sites=[everything(lambda: factories.site("KYO"))])
    client.force_login(coordinator)
    assert client.get(page).status_code == 404
    client.force_login(person("manager"))
    assert client.post(f"{page}issue/", {"known": "yes"}).status_code == 403
    client.force_login(person("lead"))
    assert "Issue publicly" in client.get(page).content.decode()
    client.post(f"{page}issue/")
    assert "cannot be taken back" in client.get(page).content.decode() and not everything(CutOrder.objects.exists)
    client.post(f"{page}issue/", {"known": "yes"})
    worked()
    client.post(f"{page}report/")
    worked()
    delivered = {f"report.{kind}": taken(client, f"{page}report.{kind}") for kind in ("html", "pdf")}
    client.force_login(coordinator)
    delivered["page"] = taken(client, page)
    for name, body in bodies(cut).items():
        if "refused" in body:
            assert client.get(f"{page}{name}/data.csv").status_code == 404
            continue
        delivered[f"{name}.json"] = json.dumps(body).encode()
        delivered[f"{name}.csv"] = taken(client, f"{page}{name}/data.csv")
        if f"{page}{name}/figure/".encode() in delivered["page"]:
            delivered[f"{name}.figure"] = taken(client, f"{page}{name}/figure/")
            for kind in ("svg", "png", "pdf"):
                delivered[f"{name}.{kind}"] = taken(client, f"{page}{name}/figure.{kind}")
    delivered |= rest_of(coordinator, bodies(cut))
    assert len(delivered) > 25
    for name in ("os", "toxicity"):
        assert delivered[f"rest/{name}.csv"] == delivered[f"{name}.csv"], "page and REST give the same bytes"
    exact = everything(lambda: {run.analysis: run.result.body for run in cut.runs.select_related("result")})
    told = {name: sorted(forbidden_in(text_of(content), exact)) for name, content in delivered.items()}
    assert not {name: found for name, found in told.items() if found}
    taken_files = everything(lambda: set(Export.objects.values_list("audience", flat=True)))
    assert taken_files == {"public"}
    assert forbidden_in(json.dumps(exact["os"]), exact), "the search finds what it looks for"


def rest_of(owner, released):
    """Everything that a program gets of the issue, with a token of this person that is narrowed to their hospital."""
    key = factories.token(owner, scopes=[Scope.READ], sites=list(everything(lambda: list(owner.sites.all()))))
    client = Client(headers={"Authorization": f"Bearer {key}"})
    at = f"/api/v1/public/{COHORT}/first"
    listed, whole = (client.get(address).json() for address in ("/api/v1/public", at))
    assert [one["url"] for one in listed["results"]] == [at] and whole["results"][0].keys() >= {"refused", "url"}
    assert client.get("/api/v1/results/os").status_code == 403, "exact numbers stay where they were"
    found = {"rest/list": json.dumps(listed).encode(), "rest/issue": json.dumps(whole).encode()}
    for one in whole["results"]:
        assert bool(one["refused"]) is ("refused" in released[one["analysis"]]) is (one["url"] is None)
        answer = client.get(f"{at}/{one['analysis']}")
        assert answer.status_code == (404 if one["refused"] else 200)
        if one["url"]:
            assert answer.json() == released[one["analysis"]]
            assert client.get(one["url"], headers={"If-None-Match": answer["ETag"]}).status_code == 304
            found[f"rest/{one['analysis']}"] = answer.content
            found[f"rest/{one['analysis']}.csv"] = taken(client, f"{one['url']}/data?format=csv")
            found[f"rest/{one['analysis']}.data"] = taken(client, f"{one['url']}/data")
    return found


def taken(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content


def worked():
    def work():
        for pk in everything(lambda: list(CutOrder.objects.filter(state="queued").values_list("pk", flat=True))):
            actions_of_cuts.work_on_cut(pk)

    as_worker(work)


def text_of(content):
    """What can be read in a file: the text of a PDF, the chunks of text of a PNG, the words and data of a figure, all of the rest."""
    if content[:4] == b"%PDF":
        reader = PdfReader(io.BytesIO(content))
        return "\n".join([*(page.extract_text() for page in reader.pages), str(reader.metadata)])
    if content[:4] == b"\x89PNG":
        return "\n".join(Image.open(io.BytesIO(content)).text.values())
    if content.startswith(b'{"figure"'):
        return "\n".join(words_of(json.loads(content)))
    images = [base64.b64decode(one).decode() for one in re.findall(rb"base64,([A-Za-z0-9+/=]+)", content)]
    drawn = [one for image in images for one in re.findall(r">([^<>]+)<", image)]
    text = content.decode()
    return "\n".join([*drawn, *re.findall(r">([^<>]+)<", text)]) if "<svg" in text[:400] else "\n".join([text, *drawn])


def words_of(value):
    """Every text in a figure, and every number that is drawn as data."""
    if isinstance(value, dict):
        for one in value.values():
            yield from words_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from words_of(one)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, float):
        yield repr(value)


def forbidden_in(text, exact):
    """What must not be in it: names of cases and sites, days of events, estimates with all digits, exact counts with a word about them."""
    found = set(re.findall(r"(?<!#)\bc[0-9a-f]{12}\b|\bs\d{1,2}\b(?=[\"<,])", text))
    long = set(re.findall(r"\d\.\d{6,}|\d{2}\.\d{4,}", text))
    values = list(numbers_of(exact))
    told = {one for value in values if isinstance(value, float) for one in (repr(value), f"{value * 100:.4f}")}
    counts = {str(value) for value in values if isinstance(value, int) and value > 105 and value % 5}
    about = set(re.findall(r"(?:\bn|[Ee]vents|of|/|>|: |,)\W{0,3}(\d{3})(?![\d.%])", text))
    found |= (long & told) | (about & counts)
    return found


def numbers_of(value):
    if isinstance(value, dict):
        for name, one in value.items():
            if name not in ("analysis", "endpoint", "software", "time", "months"):
                yield from numbers_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from numbers_of(one)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value
