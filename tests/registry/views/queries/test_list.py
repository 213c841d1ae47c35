"""The list of queries and its file: what is asked, where, since when, who owes the next step."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.access.row_security import everything_scope
from registry.actions.queries import answer_query
from registry.models import Query
from registry.queries import overview
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.registry.views.queries.conftest import WEIGHT, address, again, raised, stored_form, text_of, unusual


def test_the_list_says_what_where_since_when_and_who_owes(nurse, case):
    page = text_of(nurse.get("/queries/"))

    assert "KYO-0001" in page and "240 kg" in page
    assert f"/queries/{unusual(case).pk}/" in page
    assert f"{address(case)}#inf_weight" in page
    assert "the site" in page


def test_a_site_sees_its_own_queries_and_a_manager_all(world, nurse, manager, case, foreign):
    assert "OSA-0001" not in text_of(nurse.get("/queries/"))
    page = text_of(manager.get("/queries/"))
    assert "OSA-0001" in page and "KYO-0001" in page
    assert "OSA" not in text_of(manager.get("/queries/?site=KYO")).split("<tbody>")[-1]


def test_a_foreign_query_is_not_there(world, nurse, foreign):
    query = unusual(foreign)

    assert nurse.get(f"/queries/{query.pk}/").status_code == 404
    assert nurse.post(f"/queries/{query.pk}/", {"step": "answer", "version": 1}).status_code == 404
    assert nurse.post("/queries/", {"step": "answer", "query": f"{query.pk}:1", "text": "x"}).status_code == 404
    assert again(query).version == 1


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("", True),
        ("state=open", True),
        ("state=answered", False),
        ("state=closed", False),
        ("form=infusion", True),
        ("form=death", False),
        ("rule=infusion.inf_weight.unusual", True),
        ("origin=machine", True),
        ("origin=manager", False),
        ("age=7", False),
        ("q=KYO", True),
        ("q=OSA", False),
        ("state=nonsense&form=nonsense&age=x&after=x-y", True),
    ],
)
def test_each_filter_narrows_the_list(nurse, case, filters, count):
    page = text_of(nurse.get(f"/queries/?{filters}"))

    assert (f'href="/queries/{unusual(case).pk}/"' in page) is count


def test_age_is_counted_from_the_opening(nurse, case):
    query = unusual(case)
    with everything_scope(actor="tests"):
        Query.objects.filter(pk=query.pk).update(opened_at=timezone.now() - timedelta(days=15))

    assert f"/queries/{query.pk}/" in text_of(nurse.get("/queries/?age=14"))
    assert f"/queries/{query.pk}/" not in text_of(nurse.get("/queries/?age=30"))


def test_the_pages_of_the_list_hold_every_query_once(manager, world, case, monkeypatch):
    monkeypatch.setattr("registry.views.queries.ROWS", 4)
    raised(case, 9, world.manager)
    with everything_scope(actor="tests"):
        Query.objects.filter(text__startswith="Question").update(opened_at=timezone.now())
        wanted = list(Query.objects.order_by("opened_at", "pk").values_list("pk", flat=True))

    found, url = [], "/queries/"
    while url:
        page = manager.get(url)
        found += [row.query.pk for row in page.context["rows"]]
        url = f"/queries/?after={page.context['next']}" if page.context["next"] else ""

    assert found == wanted


def test_a_page_costs_the_same_with_five_queries_and_with_five_hundred(manager, nurse, world, case):
    def costs():
        found = []
        for client, url in ((manager, "/queries/"), (nurse, "/queries/"), (nurse, address(case))):
            with CaptureQueriesContext(connection) as statements:
                client.get(url)
            found.append(len(statements))
        return found

    raised(case, 5, world.manager)
    few = costs()
    form = stored_form(case)
    with everything_scope(actor="tests"):
        now = timezone.now()
        Query.objects.bulk_create(
            Query(case=case, site=case.site, form="infusion", row_id=form.pk, item="inf_weight", origin="manager",
                  text=f"More {number}", opened_at=now, changed_at=now)
            for number in range(495)
        )  # fmt: skip

    assert costs() == few


def test_the_overview_counts_by_form_and_site_with_the_median_age(world, case, foreign):
    with everything_scope(actor="tests"):
        Query.objects.exclude(rule="infusion.inf_weight.unusual").update(state="closed")
        for days, query in zip((10, 20), Query.objects.exclude(state="closed").order_by("pk"), strict=True):
            Query.objects.filter(pk=query.pk).update(opened_at=timezone.now() - timedelta(days=days, hours=1))
    query = unusual(foreign)
    answer_query(query, kind="other", text="Yes", by=world.osaka_nurse, seen_version=query.version)

    with everything_scope(actor="tests"):
        found = overview(Query.objects.visible_to(world.manager))

    assert (found.total.opened, found.total.answered, found.total.median_days) == (1, 1, 15)
    assert [(one.form, one.opened, one.answered) for one in found.by_form] == [("infusion", 1, 1)]
    assert [(one.site, one.opened, one.answered, one.median_days) for one in found.by_site] == [
        ("KYO", 1, 0, 10),
        ("OSA", 0, 1, 20),
    ]


def test_a_question_is_told_in_the_readers_language_and_typed_words_as_they_are(world, manager, case):
    factories.query(stored_form(case), text='<b>Why & "how"</b> 100%?', by=world.manager)
    manager.post("/language/", {"language": "ja"})

    page = manager.get("/queries/").content.decode()

    assert "&lt;b&gt;Why &amp; &quot;how&quot;&lt;/b&gt; 100%?" in page
    assert "240 kg です" in page and "Please check against the source" not in page


# The file.


@pytest.mark.django_db(transaction=True)
def test_the_file_holds_what_the_list_shows_and_no_formula():
    kyoto = factories.site("KYO")
    nurse, manager = factories.person("coordinator", sites=[kyoto]), factories.person("manager")
    case = factories.infused_case(kyoto, by=nurse, inf_weight=WEIGHT)
    foreign = factories.infused_case(factories.site("OSA"), inf_weight=WEIGHT)
    factories.query(stored_form(case), text="=HYPERLINK(1)", by=manager)
    factories.query(stored_form(foreign), text="Foreign", by=manager)

    answer = signed_in(nurse).get("/queries/queries.csv?form=infusion")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert answer["Content-Type"].startswith("text/csv")
    assert {line["site"] for line in lines} == {"KYO"}
    assert "'=HYPERLINK(1)" in {line["question"] for line in lines}
    assert {line["item"] for line in lines} >= {"inf_weight", ""}


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_on_behind_its_first_batch(monkeypatch):
    monkeypatch.setattr("registry.views.query_csv.BATCH", 2)
    kyoto = factories.site("KYO")
    manager = factories.person("manager")
    case = factories.infused_case(kyoto)
    raised(case, 5, manager)

    answer = signed_in(manager).get("/queries/queries.csv?origin=manager")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert [line["question"] for line in lines] == [f"Question {number}" for number in range(5)]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_does_not_wait_sends_the_same_file():
    case = factories.infused_case(factories.site("KYO"), inf_weight=WEIGHT)
    url, pages = "/queries/queries.csv", Client()
    pages.force_login(factories.person("lead"))

    async def read():
        browser = AsyncClient()
        browser.cookies["sessionid"] = pages.cookies["sessionid"].value
        answer = await browser.get(url)
        return b"".join([part async for part in answer.streaming_content])

    with ThreadPoolExecutor(1) as other:  # a browser test before this one may have left its event loop in our thread
        text = other.submit(async_to_sync(read)).result()

    assert case.number in text.decode()
    assert text == pages.get(url).getvalue()
