"""A survival figure by its traces: what is drawn where, never pixels."""

import json

import pytest

from analytics.figures.axis import tick_months
from analytics.figures.sizes import COMPACT, SIZES, WIDE
from analytics.figures.survival import as_plotly, survival_figure
from analytics.figures.theme import DARK, LIGHT, THEMES, contrast
from analytics.figures.words import Words
from tests.analytics.figures.samples import EDGES, HOSTILE, MONTH, months, result_of

#  months     2    3    4    5    12
#  at risk   10    9    8    7    6
#  events     1    0    1    1    0
TEN = result_of(("All cases", months(2, 3, 4, 5, 12, 12, 12, 12, 12, 12), [1, 0, 1, 1, 0, 0, 0, 0, 0, 0]))
TWO = result_of(
    ("Low", months(3, 6, 9, 12, 15, 18), [1, 0, 0, 0, 0, 0]),
    ("High", months(1, 2, 3, 4, 5, 6), [1, 1, 1, 1, 0, 1]),
)


def lines(figure):
    """The curve traces: reliable parts and tails."""
    return [trace for trace in figure["data"] if trace["mode"] == "lines" and "fill" not in trace]


def bands(figure):
    return [trace for trace in figure["data"] if "fill" in trace]


def marks(figure):
    return [trace for trace in figure["data"] if trace["mode"] == "markers"]


def table(figure):
    """The risk table: (group, name) → numbers."""
    return {(one["legendgroup"], one["name"]): one["text"] for one in figure["data"] if one["mode"] == "text"}


def notes(figure):
    return [one["text"].replace("\u00a0", " ") for one in figure["layout"]["annotations"]]


def test_a_curve_steps_at_the_events_in_months_and_percent():
    (curve,) = lines(survival_figure(TEN))

    assert curve["line"] == {"shape": "hv", "width": 2, "dash": "solid", "color": "#0072b2"}
    assert curve["x"] == [0, 2, 3, 4, 5, 12]
    assert curve["y"] == pytest.approx([100, 90, 90, 78.75, 67.5, 67.5])


def test_the_axis_is_always_whole():
    layout = survival_figure(TEN)["layout"]

    assert layout["yaxis"]["range"] == [0, 100] and layout["yaxis"]["ticktext"][-1] == "100 %"
    assert layout["xaxis"]["title"]["text"] == "Months since infusion"
    assert layout["xaxis"]["tickvals"] == [0, 6, 12]


def test_censored_patients_are_ticks_on_the_curve():
    (ticks,) = marks(survival_figure(TEN))

    assert ticks["marker"]["symbol"] == "line-ns-open" and ticks["marker"]["line"]["width"] == 1
    assert list(zip(ticks["x"], ticks["y"], strict=True)) == [(3, 90.0), (12, pytest.approx(67.5))]


def test_the_band_is_a_closed_polygon_in_steps_from_the_first_event():
    (band,) = bands(survival_figure(TEN))

    assert band["fillcolor"] == "rgba(0,114,178,0.14)"
    assert (min(band["x"]), max(band["x"])) == (2, 12)
    assert (band["x"][0], band["y"][0]) == (band["x"][-1], band["y"][-1])
    month_5 = TEN["groups"][0]["curve"]["time"].index(5 * MONTH)
    assert min(band["y"]) == pytest.approx(
        100 * min(one for one in TEN["groups"][0]["curve"]["lower"] if one), abs=1e-3
    )
    assert pytest.approx(100 * TEN["groups"][0]["curve"]["upper"][month_5], abs=1e-3) in band["y"]


def test_beyond_the_reliable_time_the_curve_thins_and_greys():
    low, high = TWO["groups"]
    assert (low["reliable_until"], high["reliable_until"]) == (6 * MONTH, 2 * MONTH)
    reliable, tail = [one for one in lines(survival_figure(TWO)) if one["legendgroup"] == "Low"]

    assert (reliable["x"], reliable["line"]["width"]) == ([0, 3, 6], 2)
    assert (tail["x"], tail["line"]["width"]) == ([6, 9, 12, 15, 18], 1)
    assert tail["line"]["color"] == LIGHT.greyed("#0072b2")
    assert "Thin and grey: fewer" in " ".join(notes(survival_figure(TWO)))


def test_the_risk_table_stands_under_the_ticks():
    figure = survival_figure(TWO)

    assert figure["layout"]["xaxis"]["tickvals"] == [0, 6, 12, 18]
    assert table(figure) == {
        ("Low", "at_risk"): ["6", "5", "3", "1"],
        ("Low", "events"): ["0", "1", "1", "1"],
        ("Low", "censored"): ["0", "1", "3", "5"],
        ("High", "at_risk"): ["6", "1", "0", "0"],
        ("High", "events"): ["0", "5", "5", "5"],
        ("High", "censored"): ["0", "1", "1", "1"],
    }
    rows = [trace for trace in figure["data"] if trace["mode"] == "text"]
    assert all(row["x"] == [0, 6, 12, 18] and row["yaxis"] == "y2" for row in rows)
    assert [row["y"][0] for row in rows] == sorted(row["y"][0] for row in rows)


def test_groups_differ_by_colour_and_dash_and_are_named_at_their_ends():
    figure = survival_figure(TWO)
    styles = {one["legendgroup"]: (one["line"]["color"], one["line"]["dash"]) for one in reversed(lines(figure))}
    names = {
        one["text"]: one
        for one in figure["layout"]["annotations"]
        if one["text"] in ("Low", "High") and one["yref"] == "y"
    }

    assert styles == {"Low": ("#0072b2", "solid"), "High": ("#d55e00", "7px,3px")}
    assert names["Low"]["xref"] == "paper" and names["Low"]["y"] == pytest.approx(100 * 5 / 6, abs=0.01)
    assert names["High"]["xref"] == "x" and names["High"]["x"] == 6
    assert not figure["layout"]["showlegend"]


def test_estimates_median_test_rule_and_dataset_are_printed_under_it():
    text = notes(survival_figure(TWO))
    joined = " ".join(text)

    assert "83 % (27–97)" in text  # Low at 6, 12 and 24 months: 5/6
    assert "NR (3.0–NR)" in text and "NR, not reached." in joined
    assert "3.5 (1.0–NR)" in text  # High: the flat stretch at one half, from 3 to 4 months
    assert "Log-rank test: χ²" in joined
    assert "Overall survival (OS_INF version 1): Death from any cause, from infusion;" in joined
    assert "tisagenlecleucel, live revision 12 (a1b2c3d4), 2025-11-25; n 12, events 6." in joined


def test_an_interval_is_not_printed_before_the_first_event():
    text = notes(survival_figure(EDGES["all censored"]))

    assert "100 %" in text and not any("100–100" in one for one in text)


def test_free_text_is_shown_and_never_obeyed():
    figure = survival_figure(EDGES["hostile label"])
    texts = [
        *(one["text"] for one in figure["layout"]["annotations"]),
        *(one.get("name", "") for one in figure["data"]),
    ]
    templates = [one["hovertemplate"] for one in figure["data"] if "hovertemplate" in one]
    escaped = "&lt;b&gt;Low&lt;/b&gt; &amp; &lt;a href="

    assert HOSTILE not in texts and any(one.startswith(escaped) for one in texts)
    assert not any("<b>" in one or "<a" in one or "$" in one or "<script" in one for one in texts)
    assert all("%{customdata}" not in one for one in templates)
    assert any("高腫瘍量" in one for one in texts)


@pytest.mark.parametrize("case", EDGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_whatever_the_data_hold_the_figure_keeps_plotly_s_schema(case, size, theme):
    figure = survival_figure(EDGES[case], Words(), THEMES[theme], SIZES[size])

    as_plotly(json.loads(json.dumps(figure, allow_nan=False)))
    assert figure["layout"]["meta"] == {"analysis": "os", "size": size, "theme": theme}


def test_an_empty_cohort_says_so():
    figure = survival_figure(EDGES["nobody"])

    assert "No patient can be analysed yet." in notes(figure)
    assert not lines(figure) and figure["layout"]["xaxis"]["range"][1] > 12


def test_one_patient_is_a_thin_line_without_a_band():
    figure = survival_figure(EDGES["one patient, alive"])
    (line,) = lines(figure)

    assert (line["y"], line["line"]["width"]) == ([100, 100], 1)
    assert not bands(figure) and [one["y"] for one in marks(figure)] == [[100]]


def test_a_curve_that_reaches_zero_has_a_band_up_to_there():
    figure = survival_figure(EDGES["everybody dies"])

    assert lines(figure)[-1]["y"][-1] == 0
    assert max(x for band in bands(figure) for x in band["x"]) == pytest.approx(26)


def test_a_group_without_patients_is_named_and_not_drawn():
    figure = survival_figure(EDGES["one group empty"])

    assert {one["legendgroup"] for one in lines(figure)} == {"Low"}
    assert "High" in notes(figure) and "no patients" in notes(figure)


@pytest.mark.parametrize(
    ("declared", "end", "most", "ticks"),
    [
        (3, 10, 5, [0, 3, 6, 9]),
        (6, 50, 10, [*range(0, 49, 6)]),
        (6, 50, 5, [0, 12, 24, 36, 48]),
        (12, 86, 5, [0, 24, 48, 72]),
    ],
)
def test_ticks_follow_the_length_of_follow_up(declared, end, most, ticks):
    assert tick_months(declared, end, most) == ticks


def test_a_phone_gets_fewer_columns():
    long = EDGES["long follow-up"]
    wide, compact = survival_figure(long, size=WIDE), survival_figure(long, size=COMPACT)

    assert len(compact["layout"]["xaxis"]["tickvals"]) <= COMPACT.columns < len(wide["layout"]["xaxis"]["tickvals"])
    assert "6 months" in notes(wide) and "6 months" not in notes(compact)


def test_the_words_are_the_page_s():
    words = Words(
        outcome="全生存率", axis="輸注からの月数", at_risk="リスク集合", events="イベント", censored="打ち切り"
    )
    figure = survival_figure(TWO, words)

    assert {"全生存率", "リスク集合", "イベント", "打ち切り"} <= set(notes(figure))
    assert figure["layout"]["xaxis"]["title"]["text"] == "輸注からの月数"
    assert figure["layout"]["margin"]["l"] > survival_figure(TWO)["layout"]["margin"]["l"] - 20


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_in_a_figure_can_be_read(theme):
    figure = survival_figure(EDGES["eight groups"], Words(), theme)
    fonts = [one["font"]["color"] for one in figure["layout"]["annotations"]]
    fonts += [one["textfont"]["color"] for one in figure["data"] if one["mode"] == "text"]

    assert fonts and min(contrast(colour, theme.surface) for colour in fonts) >= 4.5


def test_how_long_they_were_followed_stands_under_it():
    follow_up = {"median": {"estimate": 30 * MONTH}, "lower_quartile": {"estimate": 12 * MONTH}, "upper_quartile": None}
    text = " ".join(notes(survival_figure({**TEN, "follow_up": follow_up})))

    assert "Median follow-up 30.0 months (quartiles 12.0–NR), by reverse Kaplan–Meier." in text
    assert "Median follow-up 12.0 months, by reverse Kaplan–Meier." in " ".join(notes(survival_figure(TEN)))


def test_a_small_arm_s_permutation_test_stands_beside_the_log_rank_test():
    text = " ".join(notes(survival_figure({**TWO, "permutation": {"p": 0.0321}})))

    assert "By permutation, p = 0.032." in text
