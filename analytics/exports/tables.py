"""The tables that a profile gets of a dataset: everything there is, then what its allow-list lets through."""

import pandas as pd

from analytics.exports import declared as d
from analytics.exports.adam.tables import VARIABLES_OF, adam_tables
from analytics.exports.deidentified import deidentified
from analytics.exports.derived_tables import cases_table, endpoints_table, left_out_table
from analytics.exports.forms import form_tables, wide_table
from analytics.exports.options import WIDE
from analytics.exports.policy import DEIDENTIFIED, FULL, PROFILES, allows, listed_as

SITES = ("site", "SITEID")
BESIDE = (  # names of tables → what makes them
    (("cases",), lambda snapshot: [cases_table(snapshot)]),
    (("endpoints",), lambda snapshot: [endpoints_table(snapshot)]),
    (("left_out",), lambda snapshot: [left_out_table(snapshot)]),
    (tuple(VARIABLES_OF), adam_tables),
)


def tables_of(snapshot, profile, *, sites=None, wanted=()):
    """The tables of a dataset as `profile` may have them, in a fixed order: forms, wide, cases, endpoints, who is left out, ADaM.

    sites   codes of the hospitals whose cases a full export is of; the other profiles hold all
    wanted  names of the tables that are made; all unless any are named

    Rows are sorted by case and keys. Raises ValueError for an unknown profile, for a full export without hospitals, and for hospitals in another.
    """
    if profile not in PROFILES:
        raise ValueError(f"{profile!r} is no profile; expected one of {', '.join(PROFILES)}")
    if (profile == FULL) != bool(sites):
        raise ValueError("A full export is of named hospitals; the other profiles hold the cases of all.")
    forms = form_tables(snapshot, () if WIDE in wanted else wanted)
    found = [one for one in forms if not wanted or one.name in wanted]
    if forms and (not wanted or WIDE in wanted):
        found.append(wide_table(snapshot, forms))
    for names, make in BESIDE:
        if not wanted or set(names) & set(wanted):
            found += [one for one in make(snapshot) if not wanted or one.name in wanted]
    origin = _origin_of_columns(forms)
    found = [_allowed(table, profile, origin) for table in found]
    if profile == FULL:
        found = [_named(table, snapshot, set(sites)) for table in found]
    elif profile == DEIDENTIFIED:
        found = deidentified(found, snapshot, origin)
    return [_sorted(table) for table in found]


def _origin_of_columns(forms):
    """Column of the wide table → its form: each is listed once, under its form."""
    return {column.name: table.name for table in forms for column in table.columns if column.role != d.KEY}


def _allowed(table, profile, origin):
    """The table with the columns that the profile may have. Free text stays in its hospital."""
    kept = tuple(
        column
        for column in table.columns
        if column.role == d.KEY
        or (allows(profile, *listed_as(table, column, origin)) and (column.role != d.OTHER or profile == FULL))
    )
    return _with(table, kept, table.rows[[one.name for one in kept]])


def _named(table, snapshot, sites):
    """The rows of these hospitals, with case numbers and codes instead of pseudonyms."""
    numbers = {case: number for case, (number, code) in snapshot.numbers.items() if code in sites}
    codes = {case: code for case, (_number, code) in snapshot.numbers.items()}
    rows = table.rows[table.rows[table.subject].isin(numbers)].copy()
    for name in SITES:
        if name in rows:
            rows[name] = rows[table.subject].map(codes)
    rows[table.subject] = rows[table.subject].map(numbers)
    if "USUBJID" in rows:
        rows["USUBJID"] = rows["STUDYID"] + "-" + rows[table.subject]
    return _with(table, table.columns, rows)


def _sorted(table):
    """Rows by their keys, numbers as numbers. Nothing of the order in which anything was stored is left."""
    rows = table.rows.sort_values(list(table.keys), kind="stable").reset_index(drop=True)
    return _with(table, table.columns, rows)


def _with(table, columns, rows):
    return d.Table(table.name, table.label, columns, pd.DataFrame(rows), table.keys, table.sas)
