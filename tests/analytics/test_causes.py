"""From a step of a curve to its cases, and from a correction to the results it moved; for those who may see both."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from analytics.models import AnalysisRun, ResultCases, ResultChange
from analytics.pseudonyms import pseudonym
from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.models import Death
from tests import factories
from tests.analytics.test_api_datasets import compute
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(role, **words):
    client = Client()
    client.force_login(factories.person(role, **words))
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ").split())


@pytest.fixture
def cases(transactional_db):
    """Four infused patients at two hospitals: dead on days 100 and 200, alive on 400 and 500; overall survival computed."""
    return remembered(four_patients)


def four_patients():
    """The cases, with what was computed of them stored."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    found = [factories.infused_case(site) for site in (kyoto, osaka, kyoto, osaka)]
    for case, day in zip(found, (100, 200), strict=False):
        factories.death(case, day)
    for case, day in zip(found[2:], (400, 500), strict=True):
        factories.follow_up(case, day)
    compute(names=("os",))
    return found


def newest_run():
    with everything_scope(actor="tests"):
        return AnalysisRun.objects.filter(analysis="os", state="done").order_by("-pk").first()


def corrected(case, day):
    """The patient died on another day."""
    with everything_scope(actor="tests"):
        death = Death.objects.get(case=case)
        death.death_date = factories.day(day)
        save_form(death, by=factories.BUILDER, seen_version=death.version, reason="Letter of the family doctor")


def listed(page):
    return re.findall(r'<th scope="row"><a href="/cases/([A-Z]{3}-\d{4})/"', page.content.decode())


def test_a_step_leads_to_its_cases(cases):
    lead, at = signed_in("lead"), f"/runs/{newest_run().pk}/cases/"

    page = lead.get(f"{at}?what=event&group=all&from=200&to=200")
    assert listed(page) == [cases[1].number]
    text = text_of(page)
    assert "death" in text and factories.day(200).isoformat() in text and factories.day(0).isoformat() in text
    assert pseudonym("case", cases[1].pk) not in page.content.decode()
    assert listed(lead.get(f"{at}?what=event&from=0&to=365")) == [cases[0].number, cases[1].number]
    assert listed(lead.get(f"{at}?what=censored&from=0&to=450")) == [cases[2].number]
    assert listed(lead.get(f"{at}?what=at_risk&from=200")) == [one.number for one in cases[1:]]
    assert listed(lead.get(at)) == [cases[0].number, cases[1].number], "all events"
    assert "No case." in text_of(lead.get(f"{at}?what=event&from=300&to=301"))
    for nonsense in ("what=dead", "from=x", "from=-1", "from=nan", "from=9&to=8", "group=high", "cause=a", "from=1e99"):
        assert lead.get(f"{at}?{nonsense}").status_code == 404, nonsense
    for role in ("statistician", "coordinator"):
        assert signed_in(role, sites=[cases[0].site] if role == "coordinator" else []).get(at).status_code == 403


def test_a_cell_of_a_table_leads_to_its_cases(cases):
    corrected(cases[0], 110)
    compute(names=("table-one", "flow"))
    with everything_scope(actor="tests"):
        runs = {
            one.analysis: one.pk for one in AnalysisRun.objects.filter(state="done", analysis__in=["table-one", "flow"])
        }
    lead, at = signed_in("lead"), f"/runs/{runs['table-one']}/cases/"

    sheet = lead.get("/analyses/table-one/").content.decode()
    address = re.search(rf'href="({at}\?row=site[^"]*)"', sheet)[1].replace("&amp;", "&")
    page = lead.get(address)
    assert len(listed(page)) == 2 and {one[:3] for one in listed(page)} in ({"KYO"}, {"OSA"})
    assert pseudonym("case", cases[0].pk) not in page.content.decode()
    assert sorted(listed(lead.get(f"{at}?row=age_infusion&value=in"))) == sorted(one.number for one in cases)
    assert "No case." in text_of(lead.get(f"{at}?row=sex&value=is.intersex"))
    assert len(listed(lead.get(f"/runs/{runs['flow']}/cases/?row=infused"))) == 4
    for nonsense in ("", "row=none", "row=sex&value=is.none", "row=sex&by=none", "what=event"):
        assert lead.get(f"{at}?{nonsense}").status_code == 404, nonsense
    statistician = signed_in("statistician")
    assert statistician.get(address).status_code == 403
    assert f"{at}?row" not in statistician.get("/analyses/table-one/").content.decode()
    assert signed_in("coordinator", sites=[cases[0].site]).get(address).status_code == 403


def test_a_correction_shows_which_results_it_moved(cases):
    lead = signed_in("lead")
    assert "Results moved by the last changes" in text_of(lead.get(f"/cases/{cases[0].number}/"))
    corrected(cases[1], 170)
    compute(names=("os",))

    page = lead.get(f"/cases/{cases[1].number}/")
    text = text_of(page)
    assert "Overall survival" in text and "6 months: 75 % → 50 %".replace("75", "75.0").replace("50", "50.0") in text
    assert "together with" not in text.partition("Results moved")[2]
    assert "/datasets/tisagenlecleucel/2/" in page.content.decode()
    revision = text_of(lead.get("/datasets/tisagenlecleucel/2/"))
    assert cases[1].number in revision and "75.0 % → 50.0 %" in revision and "Death" in revision
    assert "75.0 % → 50.0 %" in text_of(lead.get(f"/cases/{cases[1].number}/results/"))
    assert "75.0 % → 50.0 %" not in text_of(lead.get(f"/cases/{cases[0].number}/")), "it was another case"

    nurse = signed_in("coordinator", sites=[cases[1].site])
    assert "Results moved" not in text_of(nurse.get(f"/cases/{cases[1].number}/"))
    assert nurse.get(f"/cases/{cases[1].number}/results/").status_code == 403
    assert nurse.get("/datasets/tisagenlecleucel/2/").status_code == 403
    assert lead.get("/datasets/tisagenlecleucel/9/").status_code == 404


def test_the_history_of_the_question_says_which_results_a_correction_moved(cases):
    corrected(cases[1], 170)
    compute(names=("os",))
    corrected(cases[1], 175)
    compute(names=("os",))
    with everything_scope(actor="tests"):
        death = Death.objects.get(case=cases[1])
    whole = reverse("form_history", args=[cases[1].number, "death", death.key])
    lead, at = signed_in("lead"), f"{whole}?item=death_date"

    for address in (f"{at}&beside=1", at):
        text = text_of(lead.get(address))
        assert text.count("result moved with it") + text.count("results moved with it") == 3, address
        newest, first = text.index("Revision 3"), text.index("75.0 % → 50.0 %")
        assert newest < text.index("Revision 2") < first, "each beside its own save"
    nurse = signed_in("coordinator", sites=[cases[1].site])
    assert "moved with it" not in text_of(nurse.get(f"{at}&beside=1"))
    assert "moved with it" not in text_of(lead.get(whole))


def test_saves_that_came_in_together_are_not_told_apart_and_a_save_without_effect_moves_nothing(cases):
    lead = signed_in("lead")
    corrected(cases[0], 250)
    corrected(cases[1], 170)
    compute(names=("os",))
    text = text_of(lead.get(f"/cases/{cases[0].number}/"))
    assert "together with changes of 1 other case: which of them moved a result cannot be told" in text
    assert "Changes of 2 cases came in together" in text_of(lead.get("/datasets/tisagenlecleucel/2/"))

    with everything_scope(actor="tests"):
        factories.relapse(cases[2], 300)
    compute(names=("os",))
    assert "No number by which a result is known has moved." in text_of(lead.get(f"/cases/{cases[2].number}/"))


def test_the_cases_behind_are_stored_with_the_result_and_go_with_it(cases):
    with everything_scope(actor="tests"):
        assert ResultCases.objects.get().cases == 4
        assert not ResultChange.objects.exists(), "the first revision moves nothing"


def test_the_pages_ask_the_database_no_more_for_more_cases(cases, django_assert_max_num_queries):
    lead, counts = signed_in("lead"), {}
    for more in (False, True):
        if more:
            for day in (150, 160, 170):
                factories.death(factories.infused_case(cases[0].site), day)
            corrected(cases[1], 180)
            compute(names=("os",))
        addresses = {"run": f"/runs/{newest_run().pk}/cases/", "results": f"/cases/{cases[1].number}/results/"}
        addresses["revision"] = f"/datasets/tisagenlecleucel/{2 if more else 1}/"
        for name, address in addresses.items():
            with django_assert_max_num_queries(100) as asked:
                assert lead.get(address).status_code == 200
            counts.setdefault(name, []).append(len(asked))
    assert all(first == second for first, second in counts.values()), counts
