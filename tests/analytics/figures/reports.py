"""Results of report figures, computed by the core from invented worlds: twelve patients, one, nobody, 90 patients of 30 sites."""

import random
from datetime import date, timedelta
from functools import cache

from analytics.catalogue import CATALOGUE
from analytics.core.data_quality import COUNTS
from analytics.core.run import run
from analytics.core.whole import whole_table
from tests.analytics.figures.samples import DATASET
from tests.reference import twelve_patients as twelve

NAMES = [
    *("enrolment", "flow", "response", "toxicity", "swimmer", "sensitivity", "completeness"),
    *("best-response", "best-response-by-disease-burden"),
]
OURS = [one for one in CATALOGUE if one.name in NAMES]
HOSTILE = '<b>A</b><script>alert(1)</script> $x$ %{y} =cmd|"/c"!A1 of a very long name of a hospital somewhere'


@cache
def results(world):
    """Name of an analysis → its Result on this world."""
    table = WORLDS[world]()
    return {one.name: {**run(one, table), "dataset": DATASET} for one in OURS}


def _moved(rows, by):
    """The rows so many days later."""
    later = {"D": timedelta(days=by)}["D"]
    return [
        (
            form,
            {
                name: (date.fromisoformat(value) + later).isoformat() if _is_date(value) else value
                for name, value in row.items()
            },
        )
        for form, row in rows
    ]


def _is_date(value):
    return isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-"


def _with_quality(table):
    """The facts on forms that a dataset holds of each case, made up by the case's place."""
    for name in COUNTS:
        table[name] = 0
    place = table.index.to_numpy()
    table["forms_due"] = 6 + place % 7
    table["forms_complete"] = table["forms_due"] - place % 3 * (place % 5 > 2)
    table["forms_on_time"] = table["forms_complete"] - place % 2
    table["critical_asked"], table["critical_missing"] = 20 + place % 4, place % 3
    return table


def _blasts(percent):
    row = {"pre_seq": 1, "pre_phase": 2, "pre_bm_done": 1, "pre_bm_blast": percent, "pre_bm_blast_op": 1}
    return "pre_infusion_assessment", {**row, "pre_date": twelve.on(-10), "pre_date_p": "D"}


BLASTS = (_blasts(1), _blasts(40), _blasts(2))


def many(patients=90, sites=30):
    """The twelve again and again, at other times, at 30 sites of which the first are the largest."""
    chance = random.Random(20260101)  # noqa: S311 - a fixed world
    names = list(twelve.PATIENTS)
    forms = {
        f"c{chance.getrandbits(48):012x}": _moved(
            [*twelve.case_rows(names[i % 12]), BLASTS[i % 3]], chance.randrange(-900, 600)
        )
        for i in range(patients)
    }
    world = twelve.tables_of(forms)
    place = [min(int(chance.expovariate(0.15)), sites - 1) if i >= sites else i for i in range(patients)]
    world["cases"]["site"] = [f"s{one:04x}" for one in place]
    return _with_quality(whole_table(world))


def _twelve():
    return _with_quality(whole_table(twelve.tables()))


def _one():
    return _with_quality(whole_table(twelve.tables_of({"P01": twelve.case_rows("P01")})))


def _hostile():
    world = twelve.tables()
    world["cases"]["site"] = [HOSTILE, "高い病院" * 8, "C"] * 4
    return _with_quality(whole_table(world))


WORLDS = {
    "twelve": _twelve,
    "one": _one,
    "nobody": lambda: whole_table(twelve.tables_of({})),
    "many": many,
    "hostile": _hostile,
}
