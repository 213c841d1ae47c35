"""Random cohorts as tables of forms: sites of unequal size, responses, relapses, deaths, grades. The same seed, the same patients."""

from functools import cache
from random import Random

import pandas as pd

from analytics.core.cases import empty_tables
from analytics.core.run import run
from analytics.core.whole import whole_table
from analytics.site_view import OF_BOTH
from tests.reference.twelve_patients import (
    alive,
    dead,
    episode,
    no_response,
    occurred,
    on,
    relapse,
    remission,
    stored,
)

COHORT = "tisagenlecleucel"
OWN = "s0"


def patient(random):
    """The rows of one patient: (form, row), dated from the infusion."""
    rows = [
        ("patient", {"decision_date": on(-60), "decision_date_p": "D", "sex_at_birth": random.choice((1, 2))}),
        ("leukapheresis", {"aph_seq": 1, "aph_shipped": 1, "aph_start_date": on(-40), "aph_start_date_p": "D"}),
        ("cart_course", {"infused": 1, "prod_name": 1}),
        ("infusion", {"inf_seq": 1, "inf_date": on(0), "inf_date_p": "D"}),
    ]
    followed = random.randint(30, 1500)
    events = [no_response(28) if random.random() < 0.12 else remission(28)]
    relapsed = 40 + int(random.expovariate(1 / 400))
    died = 60 + int(random.expovariate(1 / 900))
    if relapsed < min(followed, died) and random.random() < 0.7:
        events.append(relapse(relapsed))
    events.append(dead(died, 1, 0) if died < followed else alive(followed, followed))
    for kind, share in (("crs", 0.6), ("icans", 0.25)):
        if random.random() < share:
            events += [occurred(kind, 1), episode(kind, 3, 8, random.choices((1, 2, 3, 4), (5, 3, 2, 1))[0])]
        elif random.random() < 0.95:
            events.append(occurred(kind, 0))
    return [*rows, *(stored(*event) for event in events)]


def tables_of(patients):
    """patients: case → (site, rows). As the core takes them."""
    tables = empty_tables()
    found = {}
    for case, (_site, rows) in patients.items():
        for form, row in rows:
            found.setdefault(form, []).append({"case": case, "course_no": 1, **row})
    for form, rows in found.items():
        frame = pd.DataFrame(rows)
        tables[form] = frame.reindex(columns=list(tables[form].columns))
    tables["cases"] = pd.DataFrame(
        [{"case": case, "site": site, "cohort": COHORT, "stratum": None} for case, (site, _rows) in patients.items()]
    )
    return tables


def patients_of(seed, size, sites=12):
    """`size` patients at `sites` sites of unequal size."""
    random = Random(f"disclosure:{seed}:{size}")  # noqa: S311 - reproducible, nothing secret
    weights = [random.gammavariate(0.8, 1) + 0.02 for _ in range(sites)]
    return {
        f"c{number:05d}": (f"s{random.choices(range(sites), weights)[0]}", patient(random)) for number in range(size)
    }


@cache
def table_of(seed, size):
    """The case table of a random cohort."""
    return whole_table(tables_of(patients_of(seed, size)))


def others_of(table):
    """The cases of all sites but the attacker's own."""
    return table[(table["site"] != OWN).to_numpy(dtype=bool)]


def exact_of(cases):
    """Analysis name → exact Result of what site users see."""
    return {one.name: run(one, cases) for one in OF_BOTH}
