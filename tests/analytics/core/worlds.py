"""Small worlds for endpoint tests: one case as rows dated in days from infusion, and what becomes of it."""

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.endpoints.timeline import timeline
from tests.reference.twelve_patients import on, stored, tables_of

COLLECTED = ("leukapheresis", {"aph_seq": 1, "aph_shipped": 1, "aph_start_date": on(-40), "aph_start_date_p": "D"})
GIVEN = ("cart_course", {"infused": 1, "prod_name": 1})
INFUSED = (COLLECTED, GIVEN, ("infusion", {"inf_seq": 1, "inf_date": on(0), "inf_date_p": "D"}))


dated = stored


def timeline_of(*events, before=INFUSED, cut=None):
    """The timeline of one case, infused unless `before` says otherwise, with these rows after infusion."""
    return timeline(tables_of({"C1": [*before, *(dated(*event) for event in events)]}), cut=cut)


def answer(endpoint, *events, before=INFUSED, cut=None):
    """(time, status, event or censor reason) of one endpoint for one case; None if it is not in the set."""
    rows = derive(timeline_of(*events, before=before, cut=cut), ENDPOINTS[endpoint])
    if rows.empty:
        return None
    row = rows.iloc[0]
    return row["time"], row["status"], row["event"] if row["status"] else row["censor_reason"]


def day_of(line, symbol):
    """Days from infusion of a date of the only case of a timeline; None if there is none."""
    days = (line[symbol].iloc[0] - line["T0"].iloc[0]).days
    return None if days != days else days
