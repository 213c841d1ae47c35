"""Figures of cumulative incidence by their traces: what is drawn where, never pixels."""

import json

import pytest

from analytics.core.disclosure.release import release
from analytics.figures.choices import Choices
from analytics.figures.figure import alt_text, figure_of
from analytics.figures.frame import as_plotly
from analytics.figures.sizes import SIZES, WIDE
from analytics.figures.theme import DARK, LIGHT, THEMES, contrast
from analytics.figures.words import Words
from tests.analytics.figures.letters import overlapping, said_in
from tests.analytics.figures.made import incidence_of
from tests.analytics.figures.samples import DATASET, HOSTILE, MONTH, months

#  months       2  4  6  8  10 12 14 16 18 20
#  cause        1  2  0  1  1  0  2  0  0  0
TEN = incidence_of(("", months(*range(2, 22, 2)), [1, 2, 0, 1, 1, 0, 2, 0, 0, 0]))
TWO = incidence_of(
    ("Low", months(3, 6, 9, 12, 15, 18, 20), [1, 0, 0, 2, 0, 0, 0]),
    ("High", months(1, 2, 3, 4, 5, 6, 8), [1, 1, 2, 1, 0, 1, 0]),
)
ONSET = incidence_of(("", [1, 2, 2, 3, 5, 9, 30, 42, 42], [1, 1, 1, 1, 1, 2, 0, 0, 0]), of="crs-onset")
EDGES = {
    "ten": TEN,
    "two": TWO,
    "days": ONSET,
    "nobody": incidence_of(("", [], [])),
    "no group": incidence_of(),
    "one patient": incidence_of(("", months(7), [0])),
    "no event": incidence_of(("", months(*range(2, 12)), [0] * 10)),
    "only what competes": incidence_of(("", months(*range(2, 12)), [2] * 10)),
    "event on day 0": incidence_of(("", [0.5], [1])),
    "a group without patients": incidence_of(("Low", months(3, 9, 15), [1, 2, 0]), ("High", [], [])),
    "five causes": incidence_of(("", months(*range(2, 40, 2)), [1, 2, 3, 4, 5, 0] * 3 + [1]), of="cir-cd19"),
    "hostile": incidence_of(
        (HOSTILE, months(3, 9, 15), [1, 2, 0]), ("高腫瘍量（骨髄芽球 5％以上）", months(2, 4), [1, 1])
    ),
    "thirty groups": incidence_of(
        *((f"Hospital {i} of a Rather Long Name", months(i + 1, i + 3, i + 9), [1, 2, 0]) for i in range(30))
    ),
}
CHOICES = {"curves": Choices(), "stacked": Choices(stacked=True)}


def drawn(result, **words):
    return figure_of(result, Words(**words), LIGHT, WIDE, Choices())


def stacked(result):
    return figure_of(result, Words(), LIGHT, WIDE, Choices(stacked=True))


def curve(figure, key):
    """(x, y) of one curve, its grey tail joined on."""
    parts = [one for one in figure["data"] if one.get("legendgroup") == key and "shape" in one.get("line", {})]
    return [x for one in parts for x in one["x"]], [y for one in parts for y in one["y"]]


def rows(figure):
    return {(one["legendgroup"], one["name"]): one["text"] for one in figure["data"] if one["mode"] == "text"}


def notes(figure):
    return [one["text"].replace("\u00a0", " ") for one in figure["layout"]["annotations"]]


def test_each_cause_is_the_result_s_curve():
    figure = drawn(TEN)

    for cause in TEN["groups"][0]["causes"]:
        x, y = curve(figure, str(cause["cause"]))
        read = dict(zip(x, y, strict=True))
        for day, share in zip(cause["curve"]["time"], cause["curve"]["incidence"], strict=True):
            assert read[round(day / MONTH, 4)] == pytest.approx(100 * share, abs=1e-3)


def test_causes_are_named_by_their_events_at_their_ends():
    assert {"Relapse", "Death", "Cumulative incidence"} <= set(notes(drawn(TEN)))
    assert drawn(TEN, outcome="Relapse or death")["layout"]["annotations"][0]["text"] == "Relapse or death"


def test_the_risk_table_tells_the_causes_apart():
    figure = drawn(TEN)

    assert figure["layout"]["xaxis"]["tickvals"] == [0, 6, 12, 18]
    assert {name: row for (_, name), row in rows(figure).items()} == {
        "at_risk": ["10", "8", "5", "2"],
        "events": ["0", "1", "3", "3"],
        "competing": ["0", "1", "1", "2"],
        "censored": ["0", "1", "2", "4"],
    }


def test_groups_show_the_own_event_and_gray_s_test():
    figure, text = drawn(TWO), " ".join(notes(drawn(TWO)))
    test = TWO["gray"][0]

    assert {one["legendgroup"] for one in figure["data"]} == {"Low", "High"}
    assert curve(figure, "High")[1][-1] == pytest.approx(100 * TWO["groups"][1]["causes"][0]["curve"]["incidence"][-1])
    assert f"Gray’s test, Relapse: χ² {test['statistic']:.1f}, df 1" in text
    assert "Events: Relapse. Competing: Death." in text
    assert "Cumulative incidence of relapse (CIR version 1):" in text and "2025-11-25; n 14, events 5." in text
    assert figure["layout"]["annotations"][0]["text"] == "Cumulative incidence of relapse"


def test_bands_are_the_log_log_limits():
    band = next(one for one in drawn(TEN)["data"] if "fill" in one and one["legendgroup"] == "1")
    upper = [one for one in TEN["groups"][0]["causes"][0]["curve"]["upper"] if one]

    assert "Brackets and bands: log-log 95 % confidence limits." in " ".join(notes(drawn(TEN)))
    assert {round(y, 3) for y in band["y"]} & {round(100 * one, 3) for one in upper}


def test_what_happens_within_weeks_has_an_axis_of_days():
    figure = drawn(ONSET)

    assert figure["layout"]["xaxis"]["title"]["text"] == "Days since infusion"
    assert figure["layout"]["xaxis"]["tickvals"] == [0, 7, 14, 21, 28, 35, 42]
    assert rows(figure)["all", "events"] == ["0", "5", "5", "5", "5", "5", "5"]
    assert rows(figure)["all", "competing"] == ["0", "0", "1", "1", "1", "1", "1"]
    assert curve(figure, "1")[0][:3] == [0, 1, 2] and "1 month" in notes(figure)


def test_stacked_areas_add_up_to_all_patients():
    figure = stacked(TEN)
    edges = [curve(figure, f"all/{cause}")[1] for cause in (1, 2)]
    own, death = (cause["curve"]["incidence"] for cause in TEN["groups"][0]["causes"])
    free = TEN["groups"][0]["event_free"]["survival"]
    areas = [one for one in figure["data"] if "fill" in one and one["legendgroup"] == "all/0"]

    assert edges[0] == pytest.approx([100 * one for one in own], abs=1e-3)
    assert edges[1] == pytest.approx([100 * (a + b) for a, b in zip(own, death, strict=True)], abs=1e-3)
    assert edges[1] == pytest.approx([100 * (1 - one) for one in free], abs=1e-3)
    assert {max(one["y"]) for one in areas} == {100} and "None of these" in notes(figure)
    assert "Areas add up to 100 %" in " ".join(notes(figure))


def test_stacked_groups_have_a_panel_each_over_one_axis():
    figure = stacked(TWO)
    panels = [figure["layout"][key]["domain"] for key in ("yaxis3", "yaxis")]

    assert {one["yaxis"] for one in figure["data"] if "fill" in one} == {"y", "y3"}
    assert panels[0][0] > panels[1][1] > panels[1][0] > figure["layout"]["yaxis2"]["domain"][1] - 1e-9
    assert {"Low, n 7", "High, n 7", "Estimates: Relapse."} <= set(notes(figure))


def test_a_result_of_older_code_does_not_tell_the_causes_apart():
    older = json.loads(json.dumps(TEN))
    for row in older["groups"][0]["risk_table"]:
        row.pop("causes")

    assert {name for _, name in rows(drawn(older))} == {"at_risk", "censored"}


def test_bands_that_would_cover_each_other_are_not_drawn():
    causes, groups = drawn(EDGES["five causes"]), drawn(EDGES["thirty groups"])

    assert {one["legendgroup"] for one in causes["data"] if "fill" in one} == {"1"}
    assert "A band is drawn of this alone: CD19-negative relapse." in " ".join(notes(causes))
    assert not [one for one in groups["data"] if "fill" in one]
    assert "More than 6 curves: bands are not drawn." in " ".join(notes(groups))


@pytest.mark.parametrize("case", EDGES)
@pytest.mark.parametrize("how", CHOICES)
def test_whatever_the_data_hold_the_figure_is_sound(case, how):
    for theme in THEMES.values():
        for size in SIZES.values():
            figure = figure_of(EDGES[case], Words(), theme, size, CHOICES[how])

            as_plotly(json.loads(json.dumps(figure, allow_nan=False)))
            if theme is LIGHT:
                assert not overlapping(figure, size.width)


@pytest.mark.parametrize("how", CHOICES)
def test_free_text_is_shown_and_never_obeyed(how):
    figure = figure_of(EDGES["hostile"], Words(), LIGHT, WIDE, CHOICES[how])
    said = " ".join(said_in(figure))

    assert not any(one in said for one in ("<b>", "<a", "<script", "%{customdata}", "$"))
    assert "&lt;b&gt;Low" in said


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("how", CHOICES)
def test_text_can_be_read(theme, how):
    figure = figure_of(EDGES["five causes"], Words(), theme, WIDE, CHOICES[how])
    fonts = [one["font"]["color"] for one in figure["layout"]["annotations"]]

    assert min(contrast(colour, theme.surface) for colour in fonts) >= 4.5


def test_nobody_is_said_to_be_nobody():
    figure = drawn(EDGES["nobody"])

    assert "No patient can be analysed yet." in notes(figure)
    assert "No patient can be analysed yet." in alt_text(EDGES["nobody"], Words())


def test_those_who_cannot_see_it_hear_the_numbers():
    text = alt_text(TEN, Words()).replace("\u00a0", " ")

    assert text.startswith("Cumulative incidence of relapse: n 10, events 3. Relapse: 12 months ")
    assert "Death: 12 months 10 % (" in text


def test_a_released_form_is_drawn_by_its_months_and_no_more():
    whole = incidence_of(("", months(*(1 + i / 10 for i in range(400))), [1, 2, 0, 0] * 100))
    follow_up = {
        name: {"estimate": None, "lower": None, "upper": None}
        for name in ("median", "lower_quartile", "upper_quartile")
    }
    result = release(
        {**whole, "schema": 2, "analysis_hash": "", "excluded": [], "follow_up": {**follow_up, "method": ""}},
        "others",
        sites=9,
    )
    figure = figure_of({**result, "dataset": DATASET}, Words(), LIGHT, WIDE, Choices(stacked=True))
    own = result["groups"][0]["causes"][0]["curve"]
    (dots,) = [one for one in figure["data"] if one["mode"] == "markers" and one["legendgroup"] == "1"]

    assert own["time"] and len(dots["x"]) == len(own["time"])
    aside = {round(x - day / MONTH, 2) for x, day in zip(dots["x"], own["time"], strict=True)}
    marks = [one for one in figure["data"] if one["mode"] == "markers"]
    assert max(x for one in marks for x in one["x"]) <= figure["layout"]["xaxis"]["range"][1]
    assert len(aside) == 1 and abs(aside.pop()) < 1  # the two causes' squares stand side by side
    assert dots["y"] == [pytest.approx(100 * share) for share in own["incidence"]]
    assert not [one for one in figure["data"] if "fill" in one or "shape" in one.get("line", {})]
    assert ("all", "at_risk") not in rows(figure) and not overlapping(figure, WIDE.width)
