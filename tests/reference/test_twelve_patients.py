"""Every endpoint rule on the twelve patients whose answers were worked out by hand."""

import pytest

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.endpoints.timeline import timeline
from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import kaplan_meier, quantile, survival_at
from tests.reference import twelve_patients as twelve


@pytest.fixture(scope="module")
def cases():
    return timeline(twelve.tables())


def derived(cases, endpoint):
    rows = derive(cases, ENDPOINTS[endpoint])
    assert rows["excluded"].isna().all()
    return rows


@pytest.mark.parametrize("endpoint", [*twelve.INFUSED_ENDPOINTS, *twelve.SHIPPED_ENDPOINTS])
def test_time_and_status_of_each_patient(cases, endpoint):
    rows = derived(cases, endpoint)
    found = {row.case: (row.time, row.status) for row in rows.itertuples()}

    expected = {patient: answer for (patient, name), answer in twelve.expected().items() if name == endpoint and answer}
    assert found == expected


@pytest.mark.parametrize("endpoint", twelve.ESTIMATES)
def test_estimates_are_those_of_r(cases, endpoint):
    n, events, *expected = twelve.ESTIMATES[endpoint]
    rows = derived(cases, endpoint)

    curve = kaplan_meier(rows["time"], rows["status"] == 1)
    at = survival_at(curve, [180, 365])

    assert (curve.n, curve.n_events) == (n, events)
    for i, (survival, lower, upper, at_risk) in enumerate(expected):
        assert (at.survival[i], at.lower[i], at.upper[i]) == pytest.approx((survival, lower, upper), abs=5e-5)
        assert at.at_risk[i] == at_risk


def test_median_follow_up_and_its_quartiles(cases):
    rows = derived(cases, "OS_INF")
    curve = reverse_kaplan_meier(rows["time"], rows["status"] == 1)

    assert tuple(quantile(curve, p).estimate for p in (0.5, 0.25, 0.75)) == twelve.FOLLOW_UP_OS_INF
