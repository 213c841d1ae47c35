"""The vectorised derivation on made-up cases: against the rules one case at a time in plain Python, and in any order."""

import numpy as np
import pandas as pd
import pytest

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.endpoints.timeline import timeline
from benchmarks import plain_endpoints
from benchmarks.made_cases import as_plain, made_tables


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_times_and_statuses_are_those_of_plain_python(seed):
    tables = made_tables(1500, np.random.default_rng(seed))
    lines = timeline(tables)
    events = {case: plain_endpoints.case_events(forms) for case, forms in as_plain(tables).items()}

    for name in plain_endpoints.ENDPOINTS:
        rows = derive(lines, ENDPOINTS[name])
        rows = rows[rows["excluded"].isna()]
        found = {row.case: (row.time, row.status) for row in rows.itertuples()}
        expected = {case: plain_endpoints.endpoint(own, name) for case, own in events.items()}

        assert found == {case: answer for case, answer in expected.items() if answer is not None}, name


def test_the_order_of_rows_changes_nothing():
    tables = made_tables(800, np.random.default_rng(4))
    shuffled = {name: table.sample(frac=1, random_state=5) for name, table in tables.items()}

    found = timeline(shuffled).sort_values("case", ignore_index=True)

    pd.testing.assert_frame_equal(found, timeline(tables))
