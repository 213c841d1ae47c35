"""Two hospitals behind the REDCap door: Kyoto takes imports, Osaka does not. Calls as clients send them."""

import json
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import urlencode

from django.test import Client

from registry.access.row_security import everything_scope
from registry.actions.members import change_site
from registry.models import HistoryEvent
from tests import factories
from tests.standing import standing

KARYOTYPE = '46,XY,"t(12;21)"'
FORM = "application/x-www-form-urlencoded"


class Door:
    """The door as one person's script sees it."""

    def __init__(self, person, **token):
        self.person, self.key, self.client = person, factories.token(person, **token), Client()

    def __call__(self, content, **words):
        """(status, content type, text) of one call. A list becomes name[0]=…&name[1]=…."""
        sent = {"token": self.key, "content": content}
        for name, value in words.items():
            if isinstance(value, list):
                sent |= {f"{name}[{place}]": one for place, one in enumerate(value)}
            else:
                sent[name] = value
        return text_of(self.client.post("/api/redcap/api/", urlencode(sent), content_type=FORM))

    def rows(self, **words):
        """The records as a list of objects."""
        status, _kind, text = self("record", format="json", **words)
        assert status == 200, text
        return json.loads(text)

    def store(self, rows, **words):
        """(status, answer) of an import of objects."""
        status, _kind, text = self("record", format="json", data=json.dumps(rows), **words)
        return status, json.loads(text)


def text_of(response):
    """(status, content type, text) of a response, streamed or not."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, response.headers["Content-Type"], body.decode()


def build_world():
    """One infused case at each hospital; Kyoto's has two response assessments, a partial date and Japanese."""
    kyoto, osaka = factories.site("KYO", "京都大学医学部附属病院"), factories.site("OSA")
    change_site(kyoto, name=kyoto.name, is_active=True, accepts_api_import=True, by=factories.BUILDER)
    case = factories.infused_case(kyoto)
    foreign = factories.infused_case(osaka)
    factories.stored_form(
        case, "response_assessment", rsp_date=factories.day(28), rsp_bm_done=1, rsp_bm_blast=Decimal("0.5")
    )
    factories.stored_form(
        case, "response_assessment", rsp_date=factories.day(90), rsp_bm_done=1, rsp_bm_blast=Decimal(34)
    )
    disease = {
        "dx_date": factories.BORN.replace(year=2020, day=1),
        "dx_date_p": "M",
        "karyotype_done": 1,
        "karyotype_iscn": KARYOTYPE,
    }
    factories.stored_form(case, "baseline_disease", cyto_abn=[3, 88], cyto_abn_oth="染色体, その他", **disease)
    return SimpleNamespace(kyoto=kyoto, osaka=osaka, case=case, foreign=foreign)


@standing
def world():
    """The world of `build_world`."""
    return build_world()


@standing
def nurse(world):
    """Kyoto's coordinator, by a token of every scope that sees identifiers."""
    return Door(factories.person("coordinator", sites=[world.kyoto]))


@standing
def manager(world):
    """The data manager, who sees both hospitals."""
    return Door(factories.person("manager"))


def events():
    """How many rows the history has."""
    with everything_scope(actor="tests"):
        return HistoryEvent.objects.count()
