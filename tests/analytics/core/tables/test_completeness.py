"""Completeness of sites, funnels, data quality of a result's cases, and follow-up."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from analytics.core import table_words as words
from analytics.core.data_quality import COUNTS, data_quality, quality_columns
from analytics.core.endpoints.timeline import timeline
from analytics.core.estimators.funnel import funnel_limits
from analytics.core.followed import follow_up_json, newest_day, stated_day
from analytics.core.quality_sentences import CONTRADICTED, CUT, INCOMPLETE, NEWEST
from analytics.core.quality_tables import QUALITY_TABLES, checked_quality
from analytics.core.tables.completeness import site_completeness
from tests.analytics.core.worlds import INFUSED, dated
from tests.reference.twelve_answers import FOLLOW_UP_OS_INF
from tests.reference.twelve_patients import alive, dead, on, tables, tables_of

DAY = date(2024, 3, 1)  # day 366


def form(
    case,
    name="crs",
    *,
    due=42,
    stored=1,
    complete=1,
    completed=None,
    required=1,
    missed=0,
    asked=0,
    missing=0,
    slot=None,
):
    """A row of form_states; days from infusion."""
    when = on(due if completed is None and complete else completed)
    return dict(zip(QUALITY_TABLES["form_states"], (case, name, slot, on(due), None, None, when, required, missed, stored, complete, asked, missing), strict=True))  # fmt: skip


def query(case, *, severity="soft", origin="machine", state="open", opened=300):
    return {"case": case, "form": "crs", "severity": severity, "origin": origin, "state": state, "opened": on(opened)}


def cases_of(forms=(), queries=(), names=("C1", "C2"), sites=("A", "A"), day=DAY):
    """The timeline of these cases with their quality columns."""
    world = tables_of({name: [*INFUSED, dated(*alive(300, 300))] for name in names})
    world["cases"]["site"] = list(sites)
    world["form_states"] = pd.DataFrame(forms, columns=list(QUALITY_TABLES["form_states"]))
    world["open_queries"] = pd.DataFrame(queries, columns=list(QUALITY_TABLES["open_queries"]))
    line = timeline(world)
    return line.join(quality_columns(world, line, day))


def counts(*forms):
    (row,) = cases_of(forms, names=("C1",), sites=("A",)).to_dict("records")
    return {name: int(row[name]) for name in COUNTS if row[name]}


def test_forms_are_counted_once_their_due_day_has_passed():
    done = {"forms_due": 1, "forms_complete": 1, "forms_on_time": 1}
    assert counts(form("C1")) == done
    assert counts(form("C1", due=366)) == {}  # due on the day itself
    assert counts(form("C1", completed=43)) == {"forms_due": 1, "forms_complete": 1}  # a day late
    assert counts(form("C1", required=0, stored=0, complete=0)) == {}
    assert counts(form("C1", due=None, complete=0, completed=None)) == {"forms_incomplete": 1}


def test_what_is_not_complete_is_overdue_or_missed():
    overdue = {"forms_due": 1, "forms_overdue": 1, "forms_incomplete": 1}
    assert counts(form("C1", complete=0)) == overdue
    assert counts(form("C1", stored=0, complete=0)) == overdue
    assert counts(form("C1", "follow_up", stored=0, complete=0)) == {
        **overdue,
        "follow_up_due": 1,
        "follow_up_overdue": 1,
    }
    assert counts(form("C1", "follow_up", stored=0, complete=0, missed=1)) == {
        "forms_due": 1,
        "forms_missed": 1,
        "follow_up_due": 1,
    }
    assert counts(form("C1", due=500, complete=0)) == {"forms_incomplete": 1}


def test_queries_are_counted_by_age_and_contradictions_apart():
    queries = [
        query("C1", opened=366),
        query("C1", opened=335, origin="manager", severity="soft"),
        query("C1", opened=200, severity="hard", state="answered"),
    ]
    (row,) = cases_of([], queries, names=("C1",), sites=("A",)).to_dict("records")

    assert (row["queries_open"], row["queries_open_30"], row["queries_open_90"], row["contradictions"]) == (3, 2, 1, 1)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.builds(
            form,
            st.sampled_from(["C1", "C2"]),
            st.sampled_from(["crs", "follow_up"]),
            due=st.none() | st.integers(300, 400),
            completed=st.none() | st.integers(300, 400),
            stored=st.integers(0, 1),
            complete=st.integers(0, 1),
            required=st.integers(0, 1),
            missed=st.integers(0, 1),
        ),
        max_size=12,
    )
)
def test_forms_are_counted_as_one_would_by_hand(forms):
    for row in forms:  # nothing is complete or missed that is not, or is, stored
        row["complete"] *= row["stored"]
        row["missed"] *= 1 - row["stored"]
    found = cases_of(forms).set_index("case")

    for case in ("C1", "C2"):
        own = [row for row in forms if row["case"] == case]
        due = [row for row in own if row["required"] and row["due"] and row["due"] < on(366)]
        assert found.loc[case, "forms_due"] == len(due)
        complete = [row for row in due if row["complete"]]
        overdue = [row for row in due if not row["complete"] and not row["missed"]]
        missed = [row for row in due if row["missed"]]
        assert found.loc[case, "forms_complete"] == len(complete)
        assert found.loc[case, "forms_overdue"] == len(overdue)
        assert found.loc[case, "forms_missed"] == len(missed)
        assert len(due) == len(complete) + len(overdue) + len(missed)
        in_time = [row for row in complete if row["completed"] and row["completed"] <= row["due"]]
        assert found.loc[case, "forms_on_time"] == len(in_time)


def test_a_result_says_what_its_own_cases_rest_on():
    forms = [form("C1", complete=0), form("C2")]
    cases = cases_of(forms, [query("C1", severity="hard"), query("C2")])

    assert data_quality(cases, cases.index) == (
        {"cases": 2, "incomplete": 1, "contradicted": 1, "with_open_queries": 2},
        [
            CONTRADICTED.format(n=1, cases=2),
            INCOMPLETE.format(n=1, cases=2),
        ],
    )
    assert data_quality(cases, cases.index[1:])[0]["contradicted"] == 0


def test_without_facts_quality_is_not_known_and_not_good():
    line = timeline(tables())
    cases = line.join(quality_columns(tables(), line, DAY))

    assert data_quality(cases, cases.index) == data_quality(line, line.index) == (None, [])
    found = site_completeness(cases, DAY)
    assert found.total["forms_due"] is None and found.funnels == () and found.warnings == (words.NO_QUALITY,)
    assert found.total["follow_up"]["n"] == 11


def test_sites_add_up_to_the_total():
    forms = [form("C1", asked=4, missing=1), form("C2", complete=0), form("C3", completed=60), form("C3", asked=2)]
    cases = cases_of(forms, [query("C2")], ("C1", "C2", "C3"), ("B", "A", "B"))
    found = site_completeness(cases, DAY)

    assert [site["site"] for site in found.sites] == ["A", "B"]
    for name in (*COUNTS, "cases", "critical_answered", "cases_with_overdue_follow_up"):
        assert found.total[name] == sum(site[name] for site in found.sites)
    complete = next(one for one in found.funnels if one["measure"] == "forms_complete")
    assert (complete["x"], complete["n"], complete["pooled"]) == (3, 4, 0.75)
    assert [(one["site"], one["x"], one["n"]) for one in complete["sites"]] == [("A", 0, 1), ("B", 3, 3)]
    assert found.total["critical_asked"] == 6 and found.total["critical_missing"] == 1
    assert found.as_dict() == site_completeness(cases.iloc[::-1], DAY).as_dict()


def test_a_site_beyond_the_funnel_is_named():
    forms = [form("C1") for _ in range(900)] + [form("C2", complete=0) for _ in range(40)] + [form("C2")] * 60
    found = site_completeness(cases_of(forms, sites=("A", "B")), DAY)
    complete = next(one for one in found.funnels if one["measure"] == "forms_complete")

    assert [one["outside"] for one in complete["sites"]] == [0.998, 0.998]
    assert words.BEYOND_FUNNEL.format(site="B", measure=words.MEASURES["forms_complete"]) in found.warnings
    assert all(0 <= point["lower_998"] <= point["lower_95"] <= point["upper_95"] <= point["upper_998"] <= 1 for point in complete["curves"])  # fmt: skip


def test_a_share_beyond_a_limit_is_less_probable_than_the_tail():
    n, target = 17, 0.83
    limits = funnel_limits([n], target)
    for x in range(n + 1):
        below, above = x / n < limits.lower[0], x / n > limits.upper[0]
        assert below == (binom.cdf(x, n, target) < 0.025)
        assert above == (binom.sf(x - 1, n, target) < 0.025 - 1e-15)


@pytest.mark.parametrize(("n", "target"), [([1.5], 0.5), ([-1], 0.5), ([1], 1.2), ([np.nan], 0.5)])
def test_funnels_of_nonsense_are_refused(n, target):
    with pytest.raises(ValueError, match="expected|whole numbers"):
        funnel_limits(n, target)


def test_a_quality_table_that_cannot_be_read_is_refused_by_name():
    world = {name: pd.DataFrame(columns=list(columns)) for name, columns in QUALITY_TABLES.items()}
    assert set(checked_quality(world)) == set(QUALITY_TABLES)
    with pytest.raises(ValueError, match="form_states: columns are missing: due"):
        checked_quality({**world, "form_states": world["form_states"].drop(columns="due")})
    with pytest.raises(ValueError, match="open_queries: opened"):
        checked_quality({**world, "open_queries": pd.DataFrame([{**query("C1"), "opened": "soon"}])})


def test_follow_up_of_the_twelve_patients():
    line = timeline(tables())
    infused = line[line["infused"]]
    to = stated_day(line)
    time = np.where(infused["D_DTH"].notna(), infused["D_DTH"] - infused["T0"], infused["D_ALIVE"] - infused["T0"])
    days = time.astype("timedelta64[D]").astype(float)
    found = follow_up_json(days, infused["D_DTH"].notna(), infused["T0"], to, (6, 12, 24))

    assert tuple(found[name]["estimate"] for name in ("median", "lower_quartile", "upper_quartile")) == FOLLOW_UP_OS_INF
    assert (found["to"], found["to_is"]) == (on(600), NEWEST)  # P12's contact
    # Five died; the others could be followed to day 600.
    died = 300 + 120 + 365 + 12 + 75
    seen = died + 400 + 500 + 450 + 380 + 200 + 600
    assert found["completeness"]["observed_days"] == seen
    assert found["completeness"]["potential_days"] == died + 6 * 600
    assert found["completeness"]["complete"] == pytest.approx(seen / (died + 3600))
    assert found["completeness"]["lost"] == 5
    assert found["censored_before"] == [{"months": 6, "n": 0}, {"months": 12, "n": 1}, {"months": 24, "n": 6}]


def test_the_newest_day_is_the_cut_or_what_is_known_and_no_date_of_the_future():
    line = timeline(tables_of({"C1": [*INFUSED, dated(*alive(300))], "C2": [*INFUSED, dated(*dead(9000, 1, 0))]}))

    assert newest_day(line, date(2024, 12, 31)).isoformat() == on(300)
    assert newest_day(line).isoformat() == on(9000)
    assert stated_day(line, date(2024, 1, 1)) == (date(2024, 1, 1), CUT)
    assert newest_day(timeline(tables_of({}))) is None
