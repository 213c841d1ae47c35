"""Every endpoint rule on the twelve patients whose answers were worked out by hand."""

import pytest

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.endpoints.timeline import timeline
from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import kaplan_meier, quantile, survival_at
from analytics.core.sentences import NOT_REPORTED
from tests.reference import rules_table
from tests.reference import twelve_answers as worked
from tests.reference import twelve_patients as twelve


@pytest.fixture(scope="module")
def cases():
    return timeline(twelve.tables())


def derived(cases, endpoint):
    rows = derive(cases, ENDPOINTS[endpoint])
    assert rows["excluded"].dropna().isin([NOT_REPORTED]).all()
    return rows


def test_the_documented_table_of_rules_is_that_of_the_declarations():
    _, inside, _ = rules_table.parts(rules_table.PAGE.read_text(encoding="utf-8"))

    assert inside.strip() == rules_table.table(), "renew it: python -m tests.reference.rules_table"


def test_every_rule_of_infused_patients_has_its_worked_answers():
    assert set(worked.ALL_ENDPOINTS) == {name for name, rule in ENDPOINTS.items() if rule.set != "transplanted"}


@pytest.mark.parametrize("endpoint", worked.ALL_ENDPOINTS)
def test_time_and_status_of_each_patient(cases, endpoint):
    rows = derived(cases, endpoint)
    found = {
        row.case: worked.NOT_REPORTED if row.excluded == NOT_REPORTED else (row.time, row.status)
        for row in rows.itertuples()
    }

    expected = {patient: answer for (patient, name), answer in worked.expected().items() if name == endpoint and answer}
    assert found == expected


@pytest.mark.parametrize(("patient", "endpoint"), worked.CAUSES)
def test_what_competed_has_a_code_of_its_own(cases, patient, endpoint):
    rows = derived(cases, endpoint).set_index("case")

    assert tuple(rows.loc[patient, ["event", "cause"]]) == worked.CAUSES[patient, endpoint]


def test_best_response_and_what_is_counted_beside_it(cases):
    lines = cases.set_index("case")
    responders = {*twelve.PATIENTS} - {"P03", "P06", "P09"}

    assert lines["BOR"].astype(object).dropna().to_dict() == {**dict.fromkeys(responders, "CR"), "P03": "NR"}
    for column, patients in {
        "bor_evaluable": responders | {"P03"},
        "bor_confirmed": responders,
        "mrd_tested_cr": responders,
        "mrd_negative_cr": responders,
        "early_cr_only": set(),
    }.items():
        assert set(lines.index[lines[column]]) == patients, column


def test_loss_of_aplasia_lies_between_two_samples(cases):
    rows = derive(cases, ENDPOINTS["BCA_LOSS"]).set_index("case")

    assert rows["not_before"].dropna().to_dict() == {"P07": 28}


@pytest.mark.parametrize("endpoint", worked.ESTIMATES)
def test_estimates_are_those_of_r(cases, endpoint):
    n, events, *expected = worked.ESTIMATES[endpoint]
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

    assert tuple(quantile(curve, p).estimate for p in (0.5, 0.25, 0.75)) == worked.FOLLOW_UP_OS_INF
