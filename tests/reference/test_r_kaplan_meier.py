"""Kaplan-Meier held to R's survfit: every curve, limit, quantile and follow-up of the reference data."""

import numpy as np
import pytest

from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import kaplan_meier, quantile, survival_at
from tests.reference.expected import DIGITS, nan, selected, strata, table
from tests.reference.expected import answers as r_answers

CURVES = [*selected("bmt_km", "km"), *selected("kato_synthetic", "km")]
LIMITS = {"ci_loglog": "log-log", "ci_log": "log", "ci_plain": "plain"}


def close(value):
    return pytest.approx(nan(value), rel=DIGITS, abs=DIGITS, nan_ok=True)


def fits(name, key, **options):
    analysis = r_answers(name)[key]
    for _, rows, answer in strata(name, analysis):
        yield rows[analysis["time"]], rows[analysis["status"]], answer


def test_the_reference_holds_the_curves_it_should():
    assert {key for _, key in CURVES} >= {"km_os", "km_dfs", "km_os_all", "efs_all", "os_all", "efs_burden", "efs_hsct"}


@pytest.mark.parametrize(("name", "key"), CURVES)
def test_survival_and_its_limits(name, key):
    for time, event, answer in fits(name, key):
        for column, limits in LIMITS.items():
            curve = kaplan_meier(time, event, limits=limits)
            at = survival_at(curve, [row["t"] for row in answer["at"]])

            assert (curve.n, curve.n_events) == (answer["n"], answer["events"])
            for i, row in enumerate(answer["at"]):
                assert at.at_risk[i] == row["n_risk"]
                assert at.survival[i] == close(row["surv"])
                assert at.std_error[i] == close(row["se"])
                assert (at.lower[i], at.upper[i]) == (close(row[column][0]), close(row[column][1]))


@pytest.mark.parametrize(("name", "key"), CURVES)
def test_events_and_censorings_up_to_each_time(name, key):
    for time, event, answer in fits(name, key):
        at = survival_at(kaplan_meier(time, event), [row["t"] for row in answer["at"]])

        assert at.events.cumsum().tolist() == [row["n_event_cum"] for row in answer["at"]]
        assert at.censored.cumsum().tolist() == [row["n_censor_cum"] for row in answer["at"]]


@pytest.mark.parametrize(("name", "key"), CURVES)
def test_quantiles_by_the_midpoint_rule(name, key):
    for time, event, answer in fits(name, key):
        for column, limits in LIMITS.items():
            curve = kaplan_meier(time, event, limits=limits)
            for row in answer["quantiles"]:
                found = quantile(curve, row["p"])

                assert found.estimate == close(row["estimate"])
                assert (found.lower, found.upper) == (close(row[column][0]), close(row[column][1]))


@pytest.mark.parametrize(("name", "key"), CURVES)
def test_median_follow_up(name, key):
    for time, event, answer in fits(name, key):
        expected = answer["reverse_km_median_followup"]
        found = quantile(reverse_kaplan_meier(time, event))

        assert found.estimate == close(expected["estimate"])
        assert (found.lower, found.upper) == (close(expected["ci_loglog"][0]), close(expected["ci_loglog"][1]))


@pytest.mark.parametrize(
    ("name", "key"), [("bmt_km", "km_dfs"), ("bmt_km", "km_os_all"), ("kato_synthetic", "efs_burden")]
)
def test_every_step_of_the_curve(name, key):
    for time, event, answer in fits(name, key):
        expected, curve = answer["curve"], kaplan_meier(time, event)

        assert curve.time.tolist() == expected["time"]
        assert curve.at_risk.tolist() == expected["n_risk"]
        assert curve.events.tolist() == expected["n_event"]
        assert curve.censored.tolist() == expected["n_censor"]
        for found, column in (
            (curve.survival, "surv"),
            (curve.std_error, "se"),
            (curve.lower, "lo_loglog"),
            (curve.upper, "hi_loglog"),
        ):
            np.testing.assert_allclose(found, [nan(value) for value in expected[column]], rtol=DIGITS, atol=DIGITS)


def test_seed_study_figures():
    """The published figures of the seed study, from the invented cohort that was made to have them."""
    rows = table("kato_synthetic")

    def at_one_year(where, time="efs_days", event="efs_event"):
        curve = kaplan_meier(rows[time][where], rows[event][where])
        return round(100 * float(survival_at(curve, [365]).survival[0]))

    everyone = rows["efs_days"] > 0
    assert at_one_year(everyone) == 56
    assert at_one_year(everyone, "os_days", "death") == 82
    assert [at_one_year(rows["disease_burden"] == burden) for burden in ("LB", "HB")] == [80, 24]
    assert [at_one_year(rows["prior_hsct"] == prior) for prior in (1, 0)] == [75, 24]


def test_quantiles_of_r_package_test():
    """R survival tests/quantile.R: S = 6/7, 18/35, 9/35 with a flat end; levels met exactly take the middle."""
    curve = kaplan_meier([9, 1, 1, 6, 6, 8, 10], [1, 1, 0, 1, 1, 0, 0], limits="log")
    fractions = [1 / 14, 1 / 7, 1 / 3, 1 / 2, 26 / 35, 0.9]

    assert [quantile(curve, p).estimate for p in fractions] == pytest.approx([1, 3.5, 6, 9, 9.5, np.nan], nan_ok=True)
    assert [quantile(curve, p).lower for p in fractions] == [1, 1, 1, 6, 6, 9]
    assert all(np.isnan(quantile(curve, p).upper) for p in fractions)
