"""Forest plots by their traces: what is drawn where, never pixels."""

import copy
import json
import math

import pytest

from analytics.core.analysis import Covariate
from analytics.figures.choices import Choices
from analytics.figures.figure import alt_text, figure_of
from analytics.figures.forest_rows import Ratio
from analytics.figures.frame import as_plotly
from analytics.figures.ratio_axis import printed, printed_with_limits, ratio_axis
from analytics.figures.sizes import COMPACT, SIZES, WIDE
from analytics.figures.theme import DARK, LIGHT, THEMES, contrast
from analytics.figures.words import Words
from tests.analytics.figures.letters import overlapping, said_in
from tests.analytics.figures.made import Asked, covariate, regression_of
from tests.analytics.figures.samples import HOSTILE

BURDEN = covariate("burden", "Low (< 5 % marrow blasts)", "High (≥ 5 % marrow blasts)")
PRIOR = covariate("prior_hsct", "No prior transplant", "Prior transplant")
AGE = Covariate("age_infusion", "Age at infusion", kind="number", unit="5 years", per=5)


def cases(n, events=lambda i: i % 3 > 0, **columns):
    """Invented cases: who has a higher covariate comes a little earlier."""
    return [
        {
            "time": 40.0 + 37 * ((7 * i) % n) - 9 * (i % 2),
            "cause": int(events(i)),
            "burden": str(i % 2),
            "prior_hsct": str((i // 2) % 2),
            "age_infusion": 1.0 + (11 * i) % 24,
            **{name: value(i) for name, value in columns.items()},
        }
        for i in range(n)
    ]


EDGES = Asked(
    {
        "full": lambda: regression_of(cases(60), [BURDEN, PRIOR, AGE], together=("burden", "prior_hsct")),
        "two hazards": lambda: regression_of(
            [{**one, "cause": i % 3} for i, one in enumerate(cases(60))], [BURDEN, PRIOR], of="cir-regression"
        ),
        "separated": lambda: regression_of(
            [{**one, "cause": int(one["burden"] == "1")} for one in cases(24)], [BURDEN, PRIOR]
        ),
        "nobody": lambda: regression_of([], [BURDEN, PRIOR]),
        "one patient": lambda: regression_of(cases(1), [BURDEN, PRIOR]),
        "no event": lambda: regression_of(cases(12, lambda i: False), [BURDEN, PRIOR]),
        "one level": lambda: regression_of([{**one, "burden": "0"} for one in cases(20)], [BURDEN, PRIOR]),
        "few": lambda: regression_of(cases(7), [BURDEN, PRIOR]),
        "hostile": lambda: regression_of(
            cases(30), [covariate("burden", HOSTILE, f"2{HOSTILE}"), covariate("prior_hsct", "=1+1", "高")]
        ),
        "thirty levels": lambda: regression_of(
            cases(200, burden=lambda i: str(i % 30)),
            [covariate("burden", *(f"Hospital {i} of a Rather Long Name" for i in range(30))), PRIOR],
        ),
    }
)


def drawn(result, size=WIDE, theme=LIGHT):
    return figure_of(result, Words(), theme, size, Choices())


def marks(figure, kind):
    """(hazard ratio, y) of the marks of a kind."""
    return [
        (10 ** one["x"][0], one["y"][0])
        for one in figure["data"]
        if one["mode"] == "markers" and one.get("legendgroup") == kind
    ]


def intervals(figure, kind):
    return [
        (10 ** one["x"][0], 10 ** one["x"][1])
        for one in figure["data"]
        if one["mode"] == "lines" and one.get("legendgroup") == kind
    ]


def notes(figure):
    return [one["text"].replace("\u00a0", " ") for one in figure["layout"]["annotations"]]


def terms(result, n):
    """The terms of the models with one covariate, or of the common one."""
    return [term for model in result["models"] if (len(model["covariates"]) > 1) == (n > 1) for term in model["terms"]]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_marks_and_intervals_are_the_result_s(size):
    figure = drawn(EDGES["full"], size)

    for kind, found in (("alone", terms(EDGES["full"], 1)), ("together", terms(EDGES["full"], 2))):
        assert [ratio for ratio, _ in marks(figure, kind)] == pytest.approx([one["hr"] for one in found], rel=1e-4)
        limits = [(one.get("profile_lower", one["lower"]), one.get("profile_upper", one["upper"])) for one in found]
        assert intervals(figure, kind) == [pytest.approx(one, rel=1e-4) for one in limits]


def test_every_level_has_its_n_and_events_and_the_reference_is_named():
    text = notes(drawn(EDGES["full"]))
    high = EDGES["full"]["models"][0]["levels"][1]

    assert {"Covariate burden", "reference", "n", "Events", "HR (95 % CI)"} <= set(text)
    assert "Age at infusion, per 5 years" in " ".join(text)
    assert (high["n"], high["events"]) == (30, 20)
    assert text.count("30") >= 2 and text.count("20") >= 2
    assert "n 30, events 20" in notes(drawn(EDGES["full"], COMPACT))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_events_that_are_withheld_are_no_number(size):
    result = copy.deepcopy(EDGES["full"])
    for level in (one for model in result["models"] for one in model.get("levels") or ()):
        level["events"] = None
    written = notes(drawn(result, size))
    assert not [text for text in written if "None" in text]
    assert ("n 30" in written) if size == COMPACT else (written.count("30") == 4 and "–" in written)


def test_the_numbers_are_printed_beside_their_marks():
    figure = drawn(EDGES["full"])
    (row,) = EDGES["full"]["models"][0]["terms"]
    lower, upper = (row.get(f"profile_{edge}", row[edge]) for edge in ("lower", "upper"))
    text = f"{row['hr']:.2f}\u00a0({lower:.2f}–{upper:.2f})"
    (note,) = [one for one in figure["layout"]["annotations"] if one["text"] == text]
    (mark,) = [y for ratio, y in marks(figure, "alone") if ratio == pytest.approx(row["hr"], rel=1e-4)]

    assert note["y"] < mark < note["y"] + WIDE.line


def test_which_regression_it_is_stands_under_it():
    text = " ".join(notes(drawn(EDGES["full"])))

    assert "Each covariate alone: Cox’s regression." in text
    assert "Together (Covariate burden, Covariate prior_hsct; n 60, events 40): Cox’s regression." in text
    assert "exploratory" in text and "Overall survival (OS_INF version 1):" in text and "n 60, events 40." in text
    assert not any("*" in one for one in notes(drawn(EDGES["full"])))


def test_firth_s_estimates_are_marked():
    text = notes(drawn(EDGES["separated"]))

    assert any(one.endswith("†") and "(" in one for one in text)
    assert "Firth’s penalised Cox regression †" in " ".join(text)


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    figure = drawn(EDGES["separated"])
    axis = figure["layout"]["xaxis"]["range"]
    arrows = [one for one in figure["layout"]["annotations"] if one["showarrow"]]

    assert arrows and {one["x"] for one in arrows} <= set(axis)
    assert all(axis[0] <= x <= axis[1] for one in figure["data"] for x in one["x"] if x is not None)
    assert "Arrow: the interval goes on beyond the axis." in notes(figure)


def test_two_hazards_stand_apart():
    figure = drawn(EDGES["two hazards"])
    text = notes(figure)
    pairs = EDGES["two hazards"]["models"]

    assert {"Cause-specific hazard", "Subdistribution hazard (Fine–Gray)"} <= set(text)
    assert [ratio for ratio, _ in marks(figure, "alone")] == pytest.approx(
        [term["hr"] for kind in ("cause_specific", "fine_gray") for pair in pairs[:2] for term in pair[kind]["terms"]],
        rel=1e-4,
    )
    assert "Fine and Gray’s regression" in " ".join(text)


def test_a_refused_model_says_why():
    text = " ".join(notes(drawn(EDGES["no event"])))

    assert "No model of Covariate burden" in text
    assert EDGES["no event"]["models"][0]["refused"][:20] in text
    assert not marks(drawn(EDGES["no event"]), "alone")


@pytest.mark.parametrize("case", EDGES)
def test_whatever_the_data_hold_the_figure_is_sound(case):
    for theme in THEMES.values():
        for size in SIZES.values():
            figure = drawn(EDGES[case], size, theme)

            as_plotly(json.loads(json.dumps(figure, allow_nan=False)))
            if theme is LIGHT:
                assert not overlapping(figure, size.width)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_free_text_is_shown_and_never_obeyed(size):
    said = " ".join(said_in(drawn(EDGES["hostile"], size)))

    assert not any(one in said for one in ("<b>", "<a", "<script", "%{customdata}", "$"))
    assert "&lt;b&gt;Low" in said and "=1+1" in said


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_can_be_read(theme):
    fonts = [one["font"]["color"] for one in drawn(EDGES["full"], theme=theme)["layout"]["annotations"] if one["text"]]

    assert min(contrast(colour, theme.surface) for colour in fonts) >= 4.5


def test_nobody_is_said_to_be_nobody():
    assert "No patient can be analysed yet." in notes(drawn(EDGES["nobody"]))


def test_those_who_cannot_see_it_hear_the_common_model():
    (ratio,) = [one["hr"] for one in terms(EDGES["full"], 2) if one["column"] == "burden"]

    text = alt_text(EDGES["full"], Words()).replace("\u00a0", " ")
    assert f"High (≥ 5 % marrow blasts): {ratio:.2f} (" in text and "Age at infusion, per 5 years: " in text


@pytest.mark.parametrize(
    ("ratios", "ends"),
    [
        ([(1.0, 0.8, 1.3)], (0.5, 2)),
        ([(0.3, 0.11, 0.72)], (0.1, 2)),
        ([(3.0, 0.001, None)], (0.05, 5)),
        ([(64.0, 2.0, 4000.0)], (0.5, 100)),
        ([(None, None, None)], (0.5, 2)),
    ],
)
def test_the_axis_holds_every_estimate_and_no_endless_interval(ratios, ends):
    axis = ratio_axis([Ratio("alone", *one, "cox") for one in ratios], 170, 11)

    assert (axis.lower, axis.upper) == ends and 1 in axis.ticks
    assert axis.range == [pytest.approx(math.log10(one), abs=1e-6) for one in ends]


def test_ratios_are_printed_as_in_journals():
    assert [printed(one) for one in (0.298, 9.996, 12.34, 250.4, 5000, 0.0001, None)] == [
        *("0.30", "10.0", "12.3", "250", "> 999", "< 0.01", "–")
    ]
    assert printed_with_limits(Ratio("alone", 0.3, 0.11, 0.72, "cox")) == "0.30\u00a0(0.11–0.72)"
    assert printed_with_limits(Ratio("alone", None, None, None, "cox")) == "–"
