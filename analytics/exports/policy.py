"""Who gets which column: three profiles, each an allow-list in policy.csv. What is not listed there is in no export.

full          the hospital's own cases, with identifiers and free text, for those who may read them
consortium    all cases under pseudonyms: dates as they are, no direct identifier, no free text
deidentified  for outside: days from the case's day 0 instead of dates, ages in bands, rare answers grouped; the classes of hospital, age band
              and sex hold at least LEAST cases, or the values are withheld

A hospital number's hash and the lot of a product, which belongs to one patient, are in none.
"""

import csv
from functools import cache
from pathlib import Path

from analytics.exports.options import WIDE

FULL, CONSORTIUM, DEIDENTIFIED = "full", "consortium", "deidentified"
PROFILES = (DEIDENTIFIED, CONSORTIUM, FULL)  # the smallest first: it is the default
LISTED = Path(__file__).with_name("policy.csv")
NO, YES, DAYS, GROUP, QUASI = "no", "yes", "days", "group", "quasi"
WAYS = {FULL: (NO, YES), CONSORTIUM: (NO, YES), DEIDENTIFIED: (NO, YES, DAYS, GROUP, QUASI)}
LEAST = 10  # cases of a class, and of an answer, that leave the consortium: as analytics.core.disclosure has it for the public


@cache
def listed():
    """(table, column) → {profile: way}. Raises ValueError for a line that is listed twice or a way that is unknown."""
    found = {}
    with LISTED.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            key, ways = (line["table"], line["column"]), {profile: line[profile] for profile in PROFILES}
            unknown = [way for profile, way in ways.items() if way not in WAYS[profile]]
            if key in found or unknown:
                raise ValueError(f"{LISTED.name}: {key} is listed twice, or {unknown} is no way to export it")
            found[key] = ways
    return found


def way(profile, table, column):
    """How `profile` exports the column: "no" unless it is listed. Raises KeyError for an unknown profile."""
    return listed().get((table, column), dict.fromkeys(PROFILES, NO))[profile]


def allows(profile, table, column):
    """Whether the column is in an export of this profile, as it is or changed."""
    return way(profile, table, column) != NO


def listed_as(table, column, origin):
    """(table, column) under which a column of an exported table is listed; origin: column of the wide table → its form."""
    return (origin[column.name] if table.name == WIDE else table.name), column.item or column.name
