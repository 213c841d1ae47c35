"""One patient by REST alone, from enrolment to the curve; and two scripts that do the same at the same moment."""

import csv
import io
import json
import threading
import urllib.error
import urllib.request

import pytest
from django.db import connection

from analytics import actions
from analytics.models import AnalysisRun
from registry.access.row_security import everything_scope
from registry.models import Case
from tests import factories
from tests.conftest import log_in_as
from tests.registry.api.conftest import Rest

pytestmark = pytest.mark.django_db(transaction=True)
CSV = "datasets/tisagenlecleucel/live/endpoints?format=csv&endpoint=OS_INF"


@pytest.fixture
def kyoto(transactional_db):
    """Kyoto, where nobody is registered yet."""
    factories.cohort()
    return factories.site("KYO")


def analysed():
    """What the worker does after a save."""
    log_in_as("reg_worker")
    try:
        actions.build_datasets()
        with everything_scope(actor="tests"):
            waiting = list(AnalysisRun.objects.filter(state="queued", analysis="os").values_list("pk", flat=True))
        for pk in waiting:
            actions.run_analysis(pk)
    finally:
        log_in_as("reg_app")


def test_a_patient_entered_by_rest_moves_the_curve(kyoto):
    nurse, statistician = Rest(factories.person("coordinator", sites=[kyoto])), Rest(factories.person("statistician"))
    number = nurse.post("cases", {"site": "KYO"}).json()["number"]
    for form, answers in {
        "patient": {"mrn_hash": "K-0815", "birth_date": "2012-03", "sex_at_birth": 2, "consent_type": 1},
        "leukapheresis": {"aph_start_date": "2024-04-24", "aph_end_date": "2024-04-25", "aph_shipped": 1},
        "cart_course": {"infused": 1, "prod_name": 1},
        "infusion": {"inf_date": "2024-06-03", "inf_weight": 41.5, "inf_dose_total": 150},
        "follow_up": {"fup_date": "2024-12-01", "vital_status": 1, "last_disease_date": "2024-11-30"},
    }.items():
        assert nurse.post(form, {"case": number, **answers}).status_code == 201, form
    analysed()
    before = statistician.get("results/os").json()

    assert nurse.post("death", {"case": number, "death_date": "2024-12-20", "death_cause": 5}).status_code == 201
    analysed()

    (row,) = csv.DictReader(io.StringIO(statistician.get(CSV).content.decode()))
    after = statistician.get("results/os").json()
    assert (before["n"], before["events"], after["n"], after["events"]) == (1, 0, 1, 1)
    assert (row["time"], row["status"], row["event"], row["clock"] != "") == ("200", "1", "death", True)
    assert after["groups"][0]["curve"]["survival"][-1] == 0
    assert after["dataset"]["hash"] == statistician.get(CSV).headers["ETag"].strip('"')
    assert number.encode() not in statistician.get(CSV).content


def at_once(*calls):
    """The responses of calls made at the same moment, each from a thread with its own connection."""
    answers, start = [None] * len(calls), threading.Barrier(len(calls))

    def run(position, call):
        start.wait()
        try:
            answers[position] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_one_create_sent_twice_at_once_makes_one_case(kyoto):
    person = factories.person("coordinator", sites=[kyoto])
    scripts = [Rest(person) for _ in range(4)]

    answers = at_once(
        *(lambda one=one: one.post("cases", {"site": "KYO"}, **{"Idempotency-Key": "once"}) for one in scripts)
    )

    assert [one.status_code for one in answers] == [201] * 4
    assert {one.json()["number"] for one in answers} == {"KYO-0001"}
    assert sorted("Idempotency-Replayed" in one.headers for one in answers) == [False, True, True, True]
    with everything_scope(actor="tests"):
        assert Case.objects.count() == 1


def test_two_corrections_at_once_never_overwrite_each_other(kyoto):
    factories.infused_case(kyoto)
    scripts = [Rest(factories.person("coordinator", sites=[kyoto], email=f"n{n}@example.org")) for n in range(3)]
    tag = scripts[0].get("infusion/KYO-0001/1.1").headers["ETag"]

    def correct(script, dose):
        return lambda: script.patch("infusion/KYO-0001/1.1", {"inf_dose_total": dose, "_reason": "Read again"}, tag)

    answers = at_once(*(correct(script, 100 + n) for n, script in enumerate(scripts)))

    assert sorted(one.status_code for one in answers) == [200, 412, 412]
    (stored,) = [one.json()["inf_dose_total"] for one in answers if one.status_code == 200]
    assert scripts[0].get("infusion/KYO-0001/1.1").json()["inf_dose_total"] == stored
    assert all(one.json()["changes"][-1]["new"] == stored for one in answers if one.status_code == 412)


def test_two_creates_at_once_get_two_numbers(kyoto):
    scripts = [Rest(factories.person("coordinator", sites=[kyoto], email=f"n{n}@example.org")) for n in range(3)]

    answers = at_once(*(lambda one=one: one.post("cases", {"site": "KYO"}) for one in scripts))

    assert sorted(one.json()["number"] for one in answers) == ["KYO-0001", "KYO-0002", "KYO-0003"]


def over_the_wire(url, body=None, **headers):
    """(status, headers, JSON) of a request to a running server."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method="GET" if data is None else "PATCH")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, json.load(refused)


def test_a_running_server_serves_a_script(kyoto, processes):
    factories.infused_case(kyoto)
    token = {"Authorization": f"Bearer {factories.token(factories.person('coordinator', sites=[kyoto]))}"}
    processes.start("web")
    dose, json_body = f"{processes.url}/api/v1/infusion/KYO-0001/1.1", {"Content-Type": "application/json"}

    assert over_the_wire(dose)[0] == 401
    assert over_the_wire(f"{processes.url}/api/nothing", **token)[1]["Content-Type"] == "application/problem+json"
    status, headers, form = over_the_wire(dose, **token)
    assert (status, form["inf_dose_total"]) == (200, 150)
    correction = {"inf_dose_total": 120.5, "_reason": "Misread"}
    status, headers, form = over_the_wire(dose, correction, **token, **json_body, **{"If-Match": headers["ETag"]})
    assert (status, form["inf_dose_total"], form["version"]) == (200, 120.5, 2)
    assert over_the_wire(dose, correction, **token, **json_body, **{"If-Match": '"infusion-0-1"'})[0] == 412
