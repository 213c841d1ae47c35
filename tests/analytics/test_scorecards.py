"""Scorecards: all hospitals for those who compare them; for a hospital its own numbers, and nothing by which another could be told."""

import json
import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from analytics import actions
from analytics.models import AnalysisRun, Release, ReleaseBasis, Result
from analytics.pseudonyms import site_pseudonym
from registry import worklist
from registry.access.row_security import everything_scope
from tests import factories
from tests.analytics.test_api_datasets import compute
from tests.analytics.test_consent_in_datasets import answer_consent, as_worker, everything
from tests.conftest import log_in_as
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)
CODES = ("KYO", "OSA", "NAG", "SAP", "HIR")


def signed_in(role, **words):
    client = Client()
    client.force_login(factories.person(role, **words))
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ").split())


@pytest.fixture
def sites(transactional_db):
    """Five hospitals: at Kyoto a patient died, at the others one was seen on day 400, a further one at Hiroshima; and, so that there are
    enough to be seen by Kyoto, four that are registered alone at each of the others."""
    return remembered(five_hospitals)


def five_hospitals():
    """Code → hospital, where what is complete is computed."""
    found = {code: factories.site(code) for code in CODES}
    factories.completed_form(factories.infused_case(found["KYO"]))
    for code in (*CODES[1:], "HIR"):
        factories.follow_up(factories.infused_case(found[code]), 400)
    for code in CODES[1:]:
        for _number in range(4):
            factories.stored_form(factories.enrolled_case(found[code]), "patient", **factories.USUAL["patient"])
    compute(names=("completeness",))
    return found


def result():
    with everything_scope(actor="tests"):
        return Result.objects.get(run__analysis="completeness").body


def of(table, code):
    return next(one for one in table["sites"] if one["site"] == site_pseudonym(code))


def test_the_lead_sees_every_hospital_by_name_sorts_them_and_opens_one(sites):
    lead, table = signed_in("lead"), result()["table"]
    page = lead.get("/scorecards/")

    assert page.status_code == 200
    text = text_of(page)
    for code, site in sites.items():
        assert code in text and site.name in text and site_pseudonym(code) not in page.content.decode()
        row = of(table, code)
        assert f"{row['forms_on_time']} / {row['forms_due']}" in text
    assert "Forms due that are complete" in text and "All hospitals" in text
    assert "quartiles" in text and "good standing" in text

    def order(sort):
        page = lead.get(f"/scorecards/?sort={sort}").content.decode()
        return re.findall(r'<th scope="row"><a href="/scorecards/([A-Z]{3})/"', page)

    overdue = {code: of(table, code)["cases_with_overdue_follow_up"] for code in CODES}
    assert order("site") == sorted(CODES) == order("nonsense")
    assert order("-site") == sorted(CODES, reverse=True)
    assert [overdue[code] for code in order("overdue")] == sorted(overdue.values())
    assert [overdue[code] for code in order("-overdue")] == sorted(overdue.values(), reverse=True)
    assert 'aria-sort="descending"' in lead.get("/scorecards/?sort=-overdue").content.decode()

    text = text_of(page := signed_in("manager").get("/scorecards/OSA/"))

    assert "OSA" in text and "By reporting period" in text and "overdue" in text
    assert "/worklist/?site=OSA&amp;show=overdue" in page.content.decode()
    assert "/queries/?site=OSA" in page.content.decode()
    assert "KYO-0001" not in text, "forms of its own cases alone"


def test_a_coordinator_sees_the_own_card_exactly_and_no_number_of_another_hospital(sites):
    nurse = signed_in("coordinator", sites=[sites["KYO"]])
    assert nurse.get("/scorecards/").url == "/scorecards/KYO/"

    row, text = of(result()["table"], "KYO"), text_of(nurse.get("/scorecards/KYO/"))
    assert (
        f"{row['forms_on_time']} / {row['forms_due']}" in text and f"of {row['cases_with_follow_up_due']} due" in text
    )
    for code in CODES[1:]:
        assert nurse.get(f"/scorecards/{code}/").status_code == 404
        assert nurse.get(f"/scorecards/funnels/?site={code}").status_code == 404
    assert nurse.get("/scorecards/funnels/").status_code == 404

    page, figure = nurse.get("/scorecards/KYO/"), nurse.get("/scorecards/funnels/?site=KYO").json()
    shown = page.content.decode() + json.dumps(figure)

    for code in CODES[1:]:
        assert code not in shown and sites[code].name not in shown and site_pseudonym(code) not in shown
    pooled = next(one for one in result()["table"]["funnels"] if one["measure"] == "forms_complete")
    assert f"{pooled['x']} / {pooled['n']}" not in text_of(page)
    assert figure["figure"] and "KYO" in json.dumps(figure)


def bodies():
    with everything_scope(actor="tests"):
        return {
            (one.site.code, one.audience): one.body
            for one in Release.objects.filter(analysis="scorecard").select_related("site")
        }


def test_what_is_released_to_a_site_is_its_own_and_rounded_and_for_its_people_alone(sites):
    found = bodies()
    assert found.keys() == {(code, "card") for code in CODES}

    names = {site_pseudonym(code) for code in CODES}
    for (code, _audience), body in found.items():
        strangers = names - {site_pseudonym(code)}
        assert not any(name in json.dumps(body) for name in strangers)
        for funnel in body["funnels"]:
            for one in funnel["sites"]:
                if one["site"] is None:
                    assert one["n"] % 5 == one["x"] % 5 == 0 and one["n"] >= 10
            if funnel["n"] is not None:
                assert funnel["n"] % 5 == funnel["x"] % 5 == 0

    from registry.access.row_security import person_scope

    nurse = factories.person("coordinator", sites=[sites["OSA"]])
    log_in_as("reg_app")
    with person_scope(nurse):
        assert {one.site_id for one in Release.objects.filter(analysis="scorecard")} == {sites["OSA"].pk}
        assert not AnalysisRun.objects.exists()


def others_at(code):
    """What the card of this hospital shows of the others, in all."""
    return [(one["measure"], one["x"], one["n"]) for one in bodies()[code, "card"]["funnels"]]


def days_pass():
    """What stands of the hospitals is two days old."""
    as_worker(lambda: everything(lambda: ReleaseBasis.objects.update(made_at=F("made_at") - timedelta(days=2))))


def test_the_others_move_by_five_cases_of_a_hospital_and_the_own_at_once(sites):
    """Seen red where what stands was renewed once a day, whatever had changed."""
    before = bodies()
    shown = others_at("KYO")
    assert {measure: n for measure, _x, n in shown}["forms_complete"]
    extra = [factories.infused_case(sites["OSA"])]
    days_pass()
    compute(names=("completeness",))

    assert bodies()["OSA", "card"]["site"]["cases"] == before["OSA", "card"]["site"]["cases"] + 1
    assert others_at("KYO") == shown, "one case more at one hospital is one case told"

    extra += [factories.infused_case(sites["OSA"]) for _number in range(4)]
    compute(names=("completeness",))
    assert others_at("KYO") != shown, "five cases more"

    after = others_at("KYO")
    answer_consent(extra[0], consent_withdrawn=1, consent_wd_date=factories.day(300))
    as_worker(actions.build_datasets)
    assert not bodies(), "what somebody was in who withdrew is taken down with the dataset"
    days_pass()
    compute(names=("completeness",))
    assert others_at("KYO") != after
    assert sum(point["site"] is None for point in bodies()["KYO", "card"]["funnels"][0]["sites"]) < 4


def test_the_pages_ask_the_database_no_more_for_more_cases(sites, django_assert_max_num_queries, monkeypatch):
    lead, counts = signed_in("lead"), {}
    for more in (False, True):
        if more:
            for _number in range(2):
                factories.follow_up(factories.infused_case(sites["OSA"]), 300)
            compute(names=("completeness",))
        monkeypatch.setattr(worklist, "_known", {})  # what is kept of cases saves a query
        for address in ("/scorecards/", "/scorecards/OSA/"):
            with django_assert_max_num_queries(200) as asked:
                assert lead.get(address).status_code == 200
            counts.setdefault(address, []).append(len(asked))
    assert all(first == second for first, second in counts.values()), counts


def test_before_the_first_dataset_the_pages_say_so(transactional_db):
    site = factories.site("KYO")
    factories.cohort()
    assert "Not computed yet" in text_of(signed_in("lead").get("/scorecards/"))
    assert "Not computed yet" in text_of(signed_in("coordinator", sites=[site]).get("/scorecards/KYO/"))
