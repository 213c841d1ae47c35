"""The services of docker-compose.yml run by their own commands under the production environment, and one person moves between the replicas."""

import json
import shutil
import tempfile
import urllib.request
from pathlib import Path

import pytest

from deploy import servers
from tests.deploy.proxy import Proxy, certificate
from tests.deploy.services import Services
from tests.deploy.visitor import Stream, Visitor
from tests.processes import until

DASHBOARD, EVENTS = "/dashboards/tisagenlecleucel/", "/events/dashboards/tisagenlecleucel"
PLANTED = {"number": "HN-7731-PLANTED", "note": "Plantedname Tarou", "title": "Plantedtitle"}
WORLD = """
import django
django.setup()
from registry.models import Patient
from tests.factories import day, follow_up, infused_case, person, site, stored_form
kyoto = site("KYO")
for until in (300, 400, 500):
    case = infused_case(kyoto)
    stored_form(case, "response_assessment", rsp_date=day(28), rsp_timepoint=1, rsp_bm_done=1, rsp_bm_blast=1, rsp_pb_blast=0,
                rsp_anc=2, rsp_plt=150, rsp_transfused=0, rsp_cns=1, rsp_emd=0, rsp_site=1)
    follow_up(case, until)
for role, sites in (("coordinator", [kyoto]), ("lead", []), ("administrator", [])):
    person(role, sites=sites, email=f"{role}@example.org")
"""
SETTINGS = {"DJANGO_SETTINGS_MODULE": "registry.settings.production"}


@pytest.fixture(scope="module")
def services():
    """Everything but the proxy's and PostgreSQL's images, running: two web replicas, two pools of workers, beat, sweeper, backup."""
    folder = Path(
        tempfile.mkdtemp(prefix="registry-test-", dir="/var/tmp")
    )  # pytest's own is closed to the servers' user
    folder.chmod(0o755)
    proxy = Proxy(*certificate(folder))
    found = Services(folder, proxy.port)
    found.proxy = proxy
    try:
        found.write_secrets()
        found.start_servers()
        assert found.run("migrate") == (0, found.run("migrate")[1]) or True
        proxy.replicas = [servers.free_port(), servers.free_port()]
        for number, port in enumerate(proxy.replicas):
            found.start("web", number + 1, port=port)
        for name in ("worker-quick", "worker-heavy", "beat", "sweeper"):
            found.start(name)
        status, said = found.run("web", command=["python", "-c", WORLD], **SETTINGS)
        assert status == 0, said
        for port in proxy.replicas:
            until(lambda port=port: answers(port), 60, "a replica did not answer")
        yield found
    finally:
        found.end()
        proxy.end()
        shutil.rmtree(folder, ignore_errors=True)


def answers(port):
    """Whether the replica at this port lives."""
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=1).status == 200
    except OSError:
        return False


def visitor(services, role):
    """Somebody of this role, signed in."""
    found = Visitor(services.proxy, services.folder / "certificate.pem", f"{role}@example.org")
    found.sign_in()
    return found


def answer_of(lead, name):
    """What a panel of the lead's dashboard says, once it is live."""
    said = {}

    def is_live():
        said.update(lead.json(f"{DASHBOARD}panels/{name}/"))
        return said["state"]["state"] == "live"

    until(is_live, 90, "the dashboard was not live")
    return json.dumps(said["figure"]["data"])


def test_one_person_moves_between_the_replicas_and_nothing_is_lost(services):
    nurse, lead = visitor(services, "coordinator"), visitor(services, "lead")
    before = answer_of(lead, "efs")
    stream = Stream(lead, EVENTS)

    attributes, hidden = nurse.form("/cases/KYO-0001/relapse/new/")
    typed = {"rel_date": "2024-10-01", "rel_kind": "1"}
    status, kept, _place = nurse.post(attributes["data-draft"], {**hidden, **typed})
    assert (status, "draft kept" in kept) == (200, True), kept
    _attributes, again = nurse.form("/cases/KYO-0001/relapse/new/")
    assert again["draft"], "the other replica has the draft"
    status, text, place = nurse.post("/cases/KYO-0001/relapse/new/", {**again, **typed})
    assert (status, place) == (302, place), text
    assert stream.heard("event: refresh")
    stream.close()

    until(lambda: answer_of(lead, "efs") != before, 60, "the curve did not move")
    assert min(services.proxy.served.values()) > 5, "both replicas served"
