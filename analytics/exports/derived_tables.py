"""The tables that no site types: the case table, the endpoint table, and who is left out of an endpoint and why."""

import pandas as pd

from analytics.core.columns.column import CATEGORY, DAY, FLAG, NUMBER
from analytics.core.columns.declarations import COLUMNS, KEYS
from analytics.core.columns.table import flat
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive, endpoint_table
from analytics.exports import declared as d
from analytics.exports import values
from analytics.exports.declared import Code, Column, Table
from analytics.exports.forms import key_column, no_yes
from registry.dictionary.words import gettext_noop

CASES, ENDPOINT_ROWS, LEFT_OUT = "cases", "endpoints", "left_out"
KINDS = {NUMBER: d.NUMBER, DAY: d.WHOLE, CATEGORY: d.CODE, FLAG: d.CODE}
OF_ENDPOINTS = {  # column → (kind, label)
    "site": (d.TEXT, gettext_noop("Hospital")),
    "cohort": (d.TEXT, gettext_noop("Cohort")),
    "stratum": (d.TEXT, gettext_noop("Group in an imported cohort")),
    "burden": (d.TEXT, gettext_noop("Disease burden, cut at 5 % marrow blasts")),
    "prior_hsct": (d.TEXT, gettext_noop("Allogeneic HSCT before CAR-T")),
    "endpoint": (d.TEXT, gettext_noop("Endpoint rule")),
    "version": (d.WHOLE, gettext_noop("Version of the rule")),
    "clock": (d.TEXT, gettext_noop("The clock starts at")),
    "time": (d.NUMBER, gettext_noop("Days from the clock; day 0 is 0.5")),
    "status": (d.CODE, gettext_noop("Status")),
    "cause": (d.WHOLE, gettext_noop("Cause: 0 censored, 1 event, 2 and more competing")),
    "event": (d.TEXT, gettext_noop("What happened")),
    "censor_reason": (d.TEXT, gettext_noop("What ended the observation")),
    "imputed": (d.CODE, gettext_noop("Rests on an imputed date")),
}
STATUS = {0: gettext_noop("Censored"), 1: gettext_noop("Event"), 2: gettext_noop("Competing event")}
WIDTHS = {"endpoint": "ENDPOINT", "censor_reason": "CENSREAS", "prior_hsct": "PRHSCT"}


def cases_table(snapshot):
    """One row a case: every declared case column, as analyses read it."""
    found = flat(snapshot.whole)
    columns = [key_column(snapshot)]
    columns += [_key(snapshot, name) for name in KEYS if name != "case"]
    for one in COLUMNS:
        if one.name not in KEYS:
            codes = (
                no_yes(snapshot)
                if one.kind == FLAG
                else tuple(Code(value, snapshot.say(text)) for value, text in one.levels)
            )
            kind = d.TEXT if one.kind == CATEGORY and not codes else KINDS[one.kind]
            columns.append(
                Column(one.name, snapshot.say(one.label), kind, d.DERIVED, unit=one.unit, codes=codes, note=one.note)
            )
    rows = pd.DataFrame({column.name: _typed(column, found[column.name]) for column in columns})
    label = snapshot.say(gettext_noop("One row a case: what tables and regressions read"))
    return Table(CASES, label, tuple(columns), rows, sas="CASES")


def endpoints_table(snapshot):
    """One row for each case and endpoint: time, status, reasons and flags, exactly as the curves are computed from them."""
    found = endpoint_table(snapshot.whole)
    columns = [key_column(snapshot), *(_of_endpoints(snapshot, name) for name in found if name != "case")]
    rows = pd.DataFrame({column.name: _typed(column, found[column.name]) for column in columns})
    label = snapshot.say(gettext_noop("One row for each case and endpoint: time, status, reasons"))
    return Table(ENDPOINT_ROWS, label, tuple(columns), rows, ("case", "endpoint"), "ENDPOINT")


def left_out_table(snapshot):
    """Who is in the set of an endpoint and has no time, and why."""
    parts = []
    for rule in ENDPOINTS.values():
        rows = derive(snapshot.whole, rule)
        out = rows.loc[rows["excluded"].notna(), ["case", "excluded"]].astype(object)
        parts.append(out.assign(endpoint=rule.id))
    found = pd.concat(parts, ignore_index=True)[["case", "endpoint", "excluded"]].astype(object)
    columns = (
        key_column(snapshot),
        _of_endpoints(snapshot, "endpoint"),
        Column("excluded", snapshot.say(gettext_noop("Why the case has no time")), role=d.DERIVED, sas="EXCLUDED"),
    )
    label = snapshot.say(gettext_noop("Cases of an endpoint's set that have no time, and why"))
    return Table(LEFT_OUT, label, columns, found, ("case", "endpoint"), "LEFTOUT")


def _key(snapshot, name):
    kind, label = OF_ENDPOINTS[name]
    return Column(name, snapshot.say(label), kind, d.DERIVED)


def _of_endpoints(snapshot, name):
    kind, label = OF_ENDPOINTS[name]
    codes = ()
    if name == "status":
        codes = tuple(Code(code, snapshot.say(text)) for code, text in STATUS.items())
    elif name == "imputed":
        codes = no_yes(snapshot)
    return Column(name, snapshot.say(label), kind, d.DERIVED, codes=codes, sas=WIDTHS.get(name, ""))


def _typed(column, series):
    if column.kind == d.NUMBER:
        return pd.to_numeric(series).astype("float64").array
    if column.kind == d.WHOLE or column.is_numeric:
        return series.astype("Int64").array
    return values.text(series).array
