"""`load_demo`: the demonstration, entered by the ordinary actions, complete, and with R's figures."""

import pytest
from django.core.management import CommandError, call_command

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.estimators.kaplan_meier import kaplan_meier, quantile, survival_at
from analytics.core.estimators.logrank import logrank
from registry import clock
from registry.demo.story import LAST_CONTACT
from registry.edit_checks.base import SOFT
from tests.reference.expected import DIGITS, answers, nan, table

SYNTHETIC, TRANSPLANTS = "tisagenlecleucel", "bmt-km"
DAY_0_EVENTS_PASSED = 60  # EFS_B counts non-response on day 0, the reference on days 29 to 32: from here both agree
GROUPS = {  # analysis of the reference → column of the timeline, and its levels in the reference's words
    "efs_burden": ("burden", {"LB": "low", "HB": "high"}),
    "os_burden": ("burden", {"LB": "low", "HB": "high"}),
    "efs_hsct": ("prior_hsct", {"1": "yes", "0": "no"}),
    "efs_not_censored_at_hsct": ("prior_hsct", {"1": "yes", "0": "no"}),
    "km_os": ("stratum", {"ALL": "ALL", "AML low": "AML low", "AML high": "AML high"}),
    "km_dfs": ("stratum", {"ALL": "ALL", "AML low": "AML low", "AML high": "AML high"}),
}


def close(value):
    return pytest.approx(nan(value), rel=DIGITS, abs=DIGITS, nan_ok=True)


def rows_of(loaded, cohort, endpoint):
    """Times and statuses of an endpoint, with the timeline's groups."""
    timeline = loaded.timelines[cohort]
    rows = derive(timeline, ENDPOINTS[endpoint])
    return rows.join(timeline[["site", "stratum", "burden", "prior_hsct"]])


def by_group(rows, key, analysis):
    """Each stratum of R's answer with the registry's rows of that group."""
    column, levels = GROUPS.get(key, (None, {}))
    for label, answer in analysis["strata"].items():
        yield rows if column is None else rows[rows[column] == levels[label]], answer


@pytest.mark.parametrize(
    ("cohort", "reference", "endpoint", "key", "since"),
    [
        (SYNTHETIC, "kato_synthetic", "OS_INF", "os_all", 0),
        (SYNTHETIC, "kato_synthetic", "OS_INF", "os_burden", 0),
        (SYNTHETIC, "kato_synthetic", "EFS_B", "efs_all", DAY_0_EVENTS_PASSED),
        (SYNTHETIC, "kato_synthetic", "EFS_B", "efs_burden", DAY_0_EVENTS_PASSED),
        (SYNTHETIC, "kato_synthetic", "EFS_B", "efs_hsct", DAY_0_EVENTS_PASSED),
        (SYNTHETIC, "kato_synthetic", "EFS_A", "efs_not_censored_at_hsct", 0),
        (TRANSPLANTS, "bmt_km", "OS_HCT", "km_os", 0),
        (TRANSPLANTS, "bmt_km", "OS_HCT", "km_os_all", 0),
        (TRANSPLANTS, "bmt_km", "DFS_HCT", "km_dfs", 0),
    ],
)
def test_survival_is_r_s(loaded, cohort, reference, endpoint, key, since):
    analysis = answers(reference)[key]
    for rows, answer in by_group(rows_of(loaded, cohort, endpoint), key, analysis):
        wanted = [row for row in answer["at"] if row["t"] > since]
        curve = kaplan_meier(rows["time"], rows["status"] == 1)
        at = survival_at(curve, [row["t"] for row in wanted])
        assert wanted
        assert (curve.n, curve.n_events) == (answer["n"], answer["events"])
        assert at.at_risk.tolist() == [row["n_risk"] for row in wanted]
        assert at.survival.tolist() == [close(row["surv"]) for row in wanted]
        assert at.lower.tolist() == [close(row["ci_loglog"][0]) for row in wanted]
        assert at.upper.tolist() == [close(row["ci_loglog"][1]) for row in wanted]
        median = next(row for row in answer["quantiles"] if row["p"] == 0.5)
        assert quantile(curve, 0.5).estimate == close(median["estimate"])


def test_the_published_percentages(loaded):
    """One year: OS 82 %, EFS 56 %, by burden 80 and 24 %, by prior transplant 75 and 24 %; 39 of 42 responded."""
    efs, os = rows_of(loaded, SYNTHETIC, "EFS_B"), rows_of(loaded, SYNTHETIC, "OS_INF")

    def at_one_year(rows):
        return round(100 * survival_at(kaplan_meier(rows["time"], rows["status"] == 1), [365.25]).survival[0], 2)

    assert (at_one_year(os), at_one_year(efs)) == (82.13, 55.84)
    assert [at_one_year(efs[efs["burden"] == level]) for level in ("low", "high")] == [79.72, 24.00]
    assert [at_one_year(efs[efs["prior_hsct"] == level]) for level in ("yes", "no")] == [75.18, 23.70]
    best = loaded.timelines[SYNTHETIC]["BOR"].value_counts().to_dict()
    given = table("kato_synthetic")["best_response"].value_counts().to_dict()
    assert {name: best[name] for name in given} == given


def test_survival_by_hospital_is_that_of_the_file(loaded):
    """R has no curve by hospital, so each hospital's is held to its own rows of the file."""
    given = table("bmt_km")
    rows = rows_of(loaded, TRANSPLANTS, "OS_HCT")
    for code, number in {"OHS": 1, "ALF": 2, "STV": 3, "HAH": 4}.items():
        mine, theirs = rows[rows["site"] == code], given[given["hospital"] == number]
        pairs = sorted(zip(mine["time"], mine["status"], strict=True))
        assert pairs == sorted(zip(theirs["os_time"], theirs["death"], strict=True))


def test_the_log_rank_test_within_hospitals_is_r_s(loaded):
    rows = rows_of(loaded, TRANSPLANTS, "DFS_HCT")
    wanted = answers("bmt_km")["logrank_dfs_strat_hosp"]["logrank"]
    found = logrank(rows["time"], rows["status"] == 1, rows["stratum"], strata=rows["site"])
    assert (found.test.statistic, found.test.df, found.test.p) == (
        close(wanted["chisq"]),
        wanted["df"],
        close(wanted["p"]),
    )


def test_no_synthetic_case_has_more_than_an_overdue_follow_up(loaded):
    """The invented follow-up ends on one day; whoever was alive then is asked about once that day is long past."""
    findings = loaded.findings[SYNTHETIC]
    assert len(findings) == 42
    found = [one for case in findings.values() for one in case]
    assert {(one.rule, one.severity) for one in found} <= {("X49", SOFT)}


def test_imported_transplants_have_only_a_question_about_the_remission_at_death(loaded):
    """What only CAR-T has is not asked of a transplant. The file calls an end of remission a relapse, and the death in remission."""
    findings = loaded.findings[TRANSPLANTS]
    assert len(findings) == 137
    assert [(one.rule, one.severity) for found in findings.values() for one in found] == [("X42", SOFT)]


def test_a_second_start_changes_nothing(loaded):
    first, second = loaded.counts
    assert first == second
    assert first["Case"] == 179
    assert "42 synthetic cases entered, 137 transplants imported" in loaded.said[0]
    assert "0 synthetic cases entered, 0 transplants imported" in loaded.said[1]


def test_the_token_is_minted_once_and_printed_at_every_start(loaded):
    assert loaded.keys[0] == loaded.keys[1]
    assert all(loaded.keys[0] in said for said in loaded.said)
    assert loaded.file_mode == 0o600
    assert loaded.token_alive
    assert loaded.counts[1]["Token"] == 1


def test_the_accounts_of_the_contract(loaded):
    roles = {email.partition("@")[0]: person.role for email, person in loaded.people.items()}
    assert roles == {
        "coordinator.kyoto": "coordinator",
        "coordinator.osaka": "coordinator",
        "investigator.kyoto": "investigator",
        "manager": "manager",
        "lead": "lead",
        "statistician": "statistician",
        "admin": "administrator",
    }
    assert all(person.check_password("consortium-demo") for person in loaded.people.values())
    assert all(email in said for email in loaded.people for said in loaded.said)


def test_hospitals_and_history(loaded):
    assert loaded.sites[SYNTHETIC] == {"KYO", "OSA", "TOK", "NAG", "FUK", "SAP", "HIR", "SEN"}
    assert loaded.sites[TRANSPLANTS] == {"OHS", "ALF", "STV", "HAH"}
    assert loaded.actors == {
        "coordinator.kyoto@demo.example",
        "coordinator.osaka@demo.example",
        "demonstration",
        "investigator.kyoto@demo.example",
        "manager@demo.example",
    }


def test_no_date_lies_after_the_last_contact_and_no_hospital_number_is_kept(loaded):
    assert max(loaded.latest) <= LAST_CONTACT < clock.today()
    assert len(loaded.hospital_numbers) == 179
    assert all(len(digest) == 64 for digest in loaded.hospital_numbers)


@pytest.mark.django_db
def test_it_refuses_to_run_anywhere_but_in_the_demonstration(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="known password"):
        call_command("load_demo")
