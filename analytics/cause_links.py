"""Addresses of the cases behind a Result, for those who may see cases and pooled outcomes both."""

from urllib.parse import urlencode

from django.urls import reverse

from analytics.core.analysis import CUMULATIVE_INCIDENCE, KAPLAN_MEIER, LANDMARK
from analytics.core.cases_counted import CELLS_KEY, COUNTED
from analytics.core.cases_listed import AT_RISK, CENSORED, EVENT
from registry.access.permissions import Permission

CURVES = (KAPLAN_MEIER, LANDMARK, CUMULATIVE_INCIDENCE)
CELLS = {"at_risk": AT_RISK, "events": EVENT, "censored": CENSORED}  # of a risk table


def may_link(stored, person):
    """Whether the steps of this Result lead to cases."""
    return person.may(Permission.CAUSE_READ) and stored.result["analysis"]["method"] in CURVES


def cells_url(stored, person):
    """Where the cells of this Result's tables lead, with the words of a cell; blank for nowhere."""
    leads = person.may(Permission.CAUSE_READ) and stored.result["analysis"]["method"] in COUNTED
    return reverse("run_cases", args=[stored.run.pk]) if leads else ""


def case_links(stored, person):
    """A function of (group, name of a count, row of the risk table) that gives the address of the cases counted there; blank for none."""
    if not may_link(stored, person):
        return lambda _group, _name, _row: ""
    address = reverse("run_cases", args=[stored.run.pk])

    def link(group, name, row):
        if not row[name]:
            return ""
        days = {"from": row["time"]} if name == "at_risk" else {"from": 0, "to": row["time"]}
        return f"{address}?{urlencode({'what': CELLS[name], 'group': group['group'], **days})}"

    return link


def figure_cases(stored, person):
    """Where a step of a figure leads: `url`, and `keys`, the words of the address by the legendgroup of a trace. None for nowhere."""
    if url := cells_url(stored, person):
        return {"url": url, "keys": {CELLS_KEY: ""}}
    if not may_link(stored, person):
        return None
    result = stored.result
    causes = [one["code"] for one in result.get("causes", ())] or [1]
    by_cause = "causes" in result and result["analysis"]["groups"] is None
    keys = {}
    for group in result["groups"]:
        for cause in causes:
            words = urlencode({"group": group["group"], "cause": cause})
            keys[f"{group['group']}/{cause}"] = words  # of areas on top of each other
            if by_cause or cause == causes[0]:
                keys[str(cause) if by_cause else group["group"]] = words
    return {"url": reverse("run_cases", args=[stored.run.pk]), "keys": keys}
