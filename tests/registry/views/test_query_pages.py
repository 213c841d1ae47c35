"""Queries on the pages: the list, the thread, at their question, many at once, as a file."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from registry.access.row_security import everything_scope
from registry.actions.queries import answer_query, close_query
from registry.models import Infusion, Patient, Query, QueryStep
from registry.queries import overview
from tests import factories
from tests.registry.views.conftest import signed_in

WEIGHT = Decimal("240")


@pytest.fixture
def case(world):
    """A case of Kyoto with an unusual weight at infusion."""
    return factories.infused_case(world.kyoto, by=world.nurse, inf_weight=WEIGHT)


@pytest.fixture
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


# The list.


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


def raised(case, count, by):
    """That many queries about the case's infusion."""
    form = stored_form(case)
    for number in range(count):
        factories.query(form, text=f"Question {number}", by=by)


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
    with translation.override("ja"):
        assert "240 kg" in unescape(page) and "Please check against the source" not in page


# The thread.


def test_the_thread_tells_every_step_and_offers_the_next(world, nurse, manager, case):
    query = unusual(case)
    url = f"/queries/{query.pk}/"

    answered = nurse.post(url, {"step": "answer", "version": 1, "kind": "confirmed", "text": "Bed scale"}, follow=True)
    assert "Bed scale" in text_of(answered) and "Aoi Nakamura" in text_of(answered)
    assert 'name="step"' not in text_of(answered)

    manager.post(url, {"step": "reopen", "version": 2, "text": "Whose bed?"})
    assert again(query).state == "open"
    nurse.post(url, {"step": "answer", "version": 3, "kind": "corrected"})
    manager.post(url, {"step": "close", "version": 4})
    assert again(query).state == "closed"
    assert manager.get("/queries/?state=closed").context["rows"][0].query.pk == query.pk


def test_the_thread_leads_to_the_rule_in_the_codebook(nurse, case):
    page = text_of(nurse.get(f"/queries/{unusual(case).pk}/"))

    assert 'href="/codebook/?form=infusion#inf_weight"' in page and "infusion.inf_weight.unusual" in page


def test_whoever_was_second_is_told_kindly_and_loses_no_word(world, nurse, case):
    query = unusual(case)
    answer_query(query, kind="other", text="Mine", by=world.other_nurse, seen_version=1)

    page = nurse.post(
        f"/queries/{query.pk}/", {"step": "answer", "version": 1, "kind": "confirmed", "text": "My words"}
    )

    assert page.status_code == 409
    assert "My words" in text_of(page) and "Mine" in text_of(page)
    assert again(query).version == 2


def test_an_answer_without_words_is_asked_for_them(nurse, case):
    query = unusual(case)

    page = nurse.post(f"/queries/{query.pk}/", {"step": "answer", "version": 1, "kind": "unavailable", "text": " "})

    assert page.status_code == 422 and again(query).state == "open"


# At the question.


def test_a_query_stands_at_its_question_and_its_sentence_stands_once(nurse, case):
    page = text_of(nurse.get(address(case)))

    assert f'name="query_{unusual(case).pk}_text"' in page
    assert (
        page.count('class="field__query"') == 1
    )  # the template for what is found while typing, and no finding said twice


def test_a_confirmation_goes_with_save_and_needs_no_reason_for_change(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"

    page = nurse.post(
        address(case),
        typed(case, **{f"{name}_version": 1, f"{name}_kind": "confirmed", f"{name}_text": "Bed scale, twice"}),
        follow=True,
    )

    assert page.status_code == 200
    assert again(query).state == "answered"
    assert "1 query answered" in text_of(page)


def test_a_correction_says_what_it_closed_and_reopened(nurse, case):
    query = unusual(case)

    page = nurse.post(address(case), typed(case, inf_weight="40", reason="Misread"), follow=True)
    assert again(query).state == "closed"
    assert "closed by this correction" in text_of(page)

    page = nurse.post(address(case), typed(case, inf_weight="240", reason="It was right"), follow=True)
    assert again(query).state == "open"
    assert "re-opened" in text_of(page)


def test_a_refused_form_keeps_the_typed_answer(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "unavailable", f"{name}_text": "Chart <lost>"}

    page = nurse.post(address(case), typed(case, inf_date="yesterweek", **words))

    assert page.status_code == 422
    assert 'value="Chart <lost>"' in text_of(page)
    assert '<option value="unavailable" selected>' in text_of(page)
    assert again(query).state == "open"


def test_an_answer_to_a_query_that_moved_is_refused_with_the_form_and_nothing_is_lost(world, nurse, case):
    query = unusual(case)
    close_query(query, by=world.manager, seen_version=1)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "confirmed", f"{name}_text": "My words"}

    page = nurse.post(address(case), typed(case, inf_weight="41", reason="Misread", **words))

    assert page.status_code == 422
    assert "My words" in text_of(page) and 'value="41"' in text_of(page)
    assert stored_form(case).inf_weight == WEIGHT


def test_a_reason_that_is_missing_keeps_the_typed_answer(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "corrected", f"{name}_text": "Swapped"}

    page = nurse.post(address(case), typed(case, inf_weight="41", **words))

    assert page.status_code == 422 and 'value="Swapped"' in text_of(page)
    with everything_scope(actor="tests"):
        assert QueryStep.objects.filter(query=query).count() == 1


def test_a_save_that_is_sent_twice_answers_once(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "confirmed", f"{name}_text": "Bed scale", "nonce": "one-page"}

    first, second = (nurse.post(address(case), typed(case, **words)) for _time in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    with everything_scope(actor="tests"):
        assert list(QueryStep.objects.filter(query=query).values_list("act", flat=True)) == ["opened", "answered"]


def test_an_answer_survives_the_choice_between_two_versions_of_the_form(world, nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "other", f"{name}_text": "See the note"}
    mine = typed(case, inf_oos="0", reason="Read again", **words)
    signed_in(world.other_nurse).post(address(case), typed(case, inf_oos="1"))

    conflict = nurse.post(address(case), mine)
    assert conflict.status_code == 409 and 'value="See the note"' in text_of(conflict)
    version = stored_form(case).version
    nurse.post(address(case), {**mine, "version": version, "choosing": "1", "take_inf_oos": "theirs"})

    assert again(query).state == "answered"
    with everything_scope(actor="tests"):
        assert QueryStep.objects.filter(query=query).last().text == "See the note"


def test_a_locked_form_shows_its_queries_and_leaves_the_answer_to_the_thread(world, nurse, case):
    form = factories.stored_form(case, "death", by=world.nurse, death_date=factories.day(100), death_cause=1,
                                 death_in_remission=1, death_cart_related=1)  # fmt: skip
    query = factories.query(form, item="death_date", by=world.manager)
    with everything_scope(actor="tests"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_death SET is_complete = true, is_locked = true")

    page = text_of(nurse.get(f"{case.get_absolute_url()}death/1/"))
    assert f'id="query_{query.pk}"' in page and f"query_{query.pk}_text" not in page

    nurse.post(f"/queries/{query.pk}/", {"step": "answer", "version": 1, "kind": "confirmed", "text": "Certificate"})
    assert again(query).state == "answered"


def test_a_query_about_a_removed_form_leads_to_its_history(world, nurse, manager, case):
    form = factories.relapse(case, 100, by=world.nurse)
    query = factories.query(form, item="rel_date", by=world.manager)
    nurse.post(
        f"{case.get_absolute_url()}relapse/1.1/remove/", {"version": form.version, "reason": "Another patient's"}
    )

    page = text_of(manager.get("/queries/?form=relapse"))
    assert f'href="{case.get_absolute_url()}relapse/1.1/history/"' in page and "removed" in page
    assert manager.get(f"/queries/{query.pk}/").status_code == 200
    assert manager.get(f"{case.get_absolute_url()}relapse/1.1/history/").status_code == 200


# Raised by a data manager.


def test_a_manager_asks_at_the_question_and_about_the_form(manager, case):
    page = text_of(manager.get(address(case)))
    assert 'name="ask_inf_weight"' in page and 'name="ask_"' in page

    manager.post(f"{address(case)}ask/", {"ask_inf_weight": "Which day?", "ask_": "Complete?", "ask_inf_date": " "})
    manager.post(f"{address(case)}ask/", {"ask_inf_weight": "Which day?"})  # a double click

    with everything_scope(actor="tests"):
        asked = sorted(Query.objects.filter(origin="manager").values_list("item", "text"))
    assert asked == [("", "Complete?"), ("inf_weight", "Which day?")]
    page = text_of(manager.get(address(case)))
    assert "Which day?" in page and "Complete?" in page


def test_a_site_cannot_ask_itself(nurse, case):
    assert 'name="ask_' not in text_of(nurse.get(address(case)))
    assert nurse.post(f"{address(case)}ask/", {"ask_": "Complete?"}).status_code == 403


MANY = {"about": "infusion.inf_weight", "text": "Is this in kg?"}


def test_one_question_to_many_is_shown_first_and_then_stored(manager, case, foreign):
    lines = {**MANY, "lines": "KYO-0001\r\n\r\nosa-0001 1.1\n"}

    preview = manager.post("/queries/new/", {**lines, "step": "preview"})
    assert preview.status_code == 200 and 'value="store"' in text_of(preview)
    with everything_scope(actor="tests"):
        assert not Query.objects.filter(origin="manager").exists()

    manager.post("/queries/new/", {**lines, "step": "store"})
    with everything_scope(actor="tests"):
        asked = Query.objects.filter(origin="manager", item="inf_weight").order_by("pk")
        assert list(asked.values_list("case__number", "text")) == [
            ("KYO-0001", "Is this in kg?"),
            ("OSA-0001", "Is this in kg?"),
        ]


def test_one_line_that_cannot_be_asked_keeps_all_from_being_stored(manager, case):
    lines = {**MANY, "lines": "KYO-0001\nKYO-0099\nKYO-0001 7.7\nwho?"}

    page = manager.post("/queries/new/", {**lines, "step": "store"})

    assert page.status_code == 422
    assert [bool(line.problem) for line in page.context["lines"]] == [False, True, True, True]
    with everything_scope(actor="tests"):
        assert not Query.objects.filter(origin="manager").exists()


def test_a_file_asks_each_line_its_own(manager, case):
    text = "\ufeffcase,form,key,item,text\nKYO-0001,infusion,1.1,inf_weight,体重は kg ですか\nKYO-0001,patient,,,Right patient?\n"
    file = SimpleUploadedFile("queries.csv", text.encode())

    preview = manager.post("/queries/new/", {"file": file, "step": "preview"})
    assert [line.problem for line in preview.context["lines"]] == ["", ""]
    manager.post("/queries/new/", {"csv": preview.context["typed"]["csv"], "step": "store"})

    with everything_scope(actor="tests"):
        asked = Query.objects.filter(origin="manager").order_by("pk")
        assert list(asked.values_list("form", "item", "text")) == [
            ("infusion", "inf_weight", "体重は kg ですか"),
            ("patient", "", "Right patient?"),
        ]


@pytest.mark.parametrize(
    "content",
    [b"nothing,here\n1,2\n", b"\xff\xfe\x00", b"case,form,key,item,text\n", b"", b'case,form,text\n"unclosed'],
)
def test_a_file_that_cannot_be_read_is_refused(manager, case, content):
    page = manager.post("/queries/new/", {"file": SimpleUploadedFile("x.csv", content), "step": "store"})

    assert page.status_code == 422


def test_a_file_of_a_japanese_spreadsheet_is_read(manager, case):
    text = "case,form,key,item,text\nKYO-0001,infusion,,inf_weight,体重を確認してください\n"
    page = manager.post("/queries/new/", {"file": SimpleUploadedFile("x.csv", text.encode("cp932")), "step": "preview"})

    assert [line.text for line in page.context["lines"]] == ["体重を確認してください"]


# Many at once.


@pytest.fixture
def three(world, case):
    """Three queries about the patient's registration."""
    form = stored_form(case, Patient)
    return [factories.query(form, text=f"Question {number}", by=world.manager) for number in range(3)]


def selected(queries):
    return [f"{one.pk}:{one.version}" for one in map(again, queries)]


def test_many_are_answered_closed_and_reopened_at_once(nurse, manager, three):
    page = nurse.post(
        "/queries/?form=patient",
        {"step": "answer", "query": selected(three), "kind": "confirmed", "text": "Checked"},
        follow=True,
    )
    assert "3 queries answered" in text_of(page)
    assert page.redirect_chain[0][0].endswith("?form=patient")

    assert "3 queries closed" in text_of(
        manager.post("/queries/", {"step": "close", "query": selected(three)}, follow=True)
    )
    assert manager.post("/queries/", {"step": "reopen", "query": selected(three)}).status_code == 422
    manager.post("/queries/", {"step": "reopen", "query": selected(three), "text": "Again, please"})
    assert [again(one).state for one in three] == ["open"] * 3


def test_one_that_moved_keeps_all_where_they_are_and_the_words_too(world, nurse, manager, three):
    seen = selected(three)
    answer_query(again(three[1]), kind="other", text="Yes", by=world.nurse, seen_version=1)

    page = manager.post("/queries/", {"step": "close", "query": seen, "text": "Thank you all"})

    assert page.status_code == 422
    assert 'value="Thank you all"' in text_of(page) and "KYO-0001" in text_of(page)
    assert [again(one).state for one in three] == ["open", "answered", "open"]


def test_a_step_that_does_not_fit_one_of_them_is_taken_for_none(world, nurse, three):
    answer_query(again(three[1]), kind="other", text="Yes", by=world.nurse, seen_version=1)

    page = nurse.post("/queries/", {"step": "answer", "query": selected(three), "text": "All"})

    assert page.status_code == 422
    assert [again(one).state for one in three] == ["open", "answered", "open"]


@pytest.mark.parametrize("posted", [{"step": "close"}, {"step": "nothing"}, {"step": "answer"}])
def test_a_lead_takes_no_step(world, three, posted):
    lead = signed_in(world.lead)

    assert lead.post("/queries/", {**posted, "query": selected(three), "text": "x"}).status_code == 403
    assert 'name="step"' not in text_of(lead.get("/queries/"))


@pytest.mark.parametrize("value", ["1", "1:", ":1", "x:y", "1:1:1", "99999999:1"])
def test_what_is_no_selection_is_not_found(nurse, case, value):
    assert nurse.post("/queries/", {"step": "answer", "query": value, "text": "x"}).status_code == 404


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
    lead = factories.person("lead")
    url = "/queries/queries.csv"

    async def read():
        browser = AsyncClient()
        await browser.aforce_login(lead)
        answer = await browser.get(url)
        return b"".join([part async for part in answer.streaming_content])

    text = async_to_sync(read)()

    assert case.number in text.decode()
    assert text == signed_in(lead).get(url).getvalue()
