"""The vectorised derivation on made-up cases: against the rules one case at a time in plain Python, and in any order."""

import numpy as np
import pandas as pd
import pytest

from analytics.core.cases import FORM_TABLES
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive, endpoint_table
from analytics.core.endpoints.timeline import timeline
from benchmarks import plain_endpoints, plain_events
from benchmarks.made_cases import as_plain, made_tables


def on_a_grid(tables, days):
    """The tables with every date moved back to a multiple of so many days, so that very many fall together."""
    moved = {name: table.copy() for name, table in tables.items()}
    for name, form in FORM_TABLES.items():
        for date in form.dates:
            whole = pd.to_datetime(moved[name][date]).to_numpy("datetime64[D]")
            moved[name][date] = whole - (whole.astype("int64") % days).astype("timedelta64[D]")
    return moved


@pytest.mark.parametrize(("seed", "grid"), [(1, 1), (2, 1), (3, 1), (8, 14), (9, 30)])
def test_times_and_statuses_are_those_of_plain_python(seed, grid):
    tables = on_a_grid(made_tables(1500, np.random.default_rng(seed)), grid)
    lines = timeline(tables)
    events = {case: plain_events.case_events(forms) for case, forms in as_plain(tables).items()}

    for name in plain_endpoints.ENDPOINTS:
        rows = derive(lines, ENDPOINTS[name])
        rows = rows[rows["excluded"].isna()]
        found = {row.case: (row.time, row.status, row.cause) for row in rows.itertuples()}
        expected = {case: plain_endpoints.endpoint(own, name) for case, own in events.items()}

        assert found == {case: answer for case, answer in expected.items() if answer is not None}, name


def test_best_response_is_that_of_plain_python():
    tables = made_tables(3000, np.random.default_rng(6))
    lines = timeline(tables).set_index("case").astype({"BOR": object})
    lines["BOR"] = lines["BOR"].where(lines["BOR"].notna(), None)
    columns = ("BOR", "bor_evaluable", "bor_confirmed", "mrd_tested_cr", "mrd_negative_cr", "early_cr_only")
    expected = {case: plain_events.case_events(forms) for case, forms in as_plain(tables).items()}

    for column in columns:
        assert lines[column].to_dict() == {case: found[column] for case, found in expected.items()}, column


def test_every_rule_is_tried_or_differs_only_for_who_was_not_infused():
    of_infused = {name for name, rule in ENDPOINTS.items() if rule.set != "transplanted"}
    not_infused = {"EFS_C_ITT", "EFS_A_DEC", "EFS_A_ITT_ANY", "EFS_C_ITT_ANY", "EFS_A_DEC_ANY", "EFS_C_DEC_ANY"}

    assert of_infused - not_infused == set(plain_endpoints.ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.id)
def test_causes_are_numbered_one_by_one_and_say_what_happened(endpoint):
    lines = timeline(made_tables(400, np.random.default_rng(7)))
    rows = derive(lines, endpoint)
    names = {name: cause.code for cause in endpoint.causes for name in cause.events}

    assert [cause.code for cause in endpoint.causes] == list(range(1, len(endpoint.competing) + 2))
    assert (rows["cause"] == rows["event"].astype(object).map(names).fillna(0)).all()
    assert (rows["status"] == rows["cause"].clip(upper=2)).all()


def test_the_order_of_rows_changes_nothing():
    tables = made_tables(800, np.random.default_rng(4))
    shuffled = {name: table.sample(frac=1, random_state=5) for name, table in tables.items()}

    found = timeline(shuffled).sort_values("case", ignore_index=True)

    pd.testing.assert_frame_equal(found, timeline(tables))
    pd.testing.assert_frame_equal(endpoint_table(found), endpoint_table(timeline(tables)))
