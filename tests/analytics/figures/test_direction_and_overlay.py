"""Survival going up, from a landmark, and beside published points."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.figures.axis import days_axis, months_axis
from analytics.figures.choices import Benchmark, Choices
from analytics.figures.figure import FIGURES, alt_text, figure_of, has_figure
from analytics.figures.frame import as_plotly
from analytics.figures.placement import spread
from analytics.figures.sizes import COMPACT, SIZES, WIDE
from analytics.figures.theme import LIGHT
from analytics.figures.words import Words
from tests.analytics.figures.letters import overlapping, said_in
from tests.analytics.figures.samples import EDGES, HOSTILE, months, result_of

TWO = result_of(
    ("low", months(3, 6, 9, 12, 15, 18), [1, 0, 0, 0, 0, 0]),
    ("high", months(1, 2, 3, 4, 5, 6), [1, 1, 1, 1, 0, 1]),
    of="efs-a",
)
FAILURE = Choices(direction="failure")
ELIANA = Benchmark("ELIANA 2018", "Maude 2018", 2018, 12, 0.76, 0.63, 0.86, 75)
POINTS = (
    ELIANA,
    Benchmark("KATO 2025", "Kato 2025", 2025, 12, 0.82, note="number infused not stated"),
    Benchmark("DE 2023", "Bader 2023", 2023, 6, 0.532, n=81, rule="rule not stated", group="high"),
    Benchmark("ELIANA 5y", "Rives 2022", 2022, 60, 0.55, 0.43, 0.66, 79),
)


def drawn(result, choices=FAILURE, size=WIDE, **words):
    return figure_of(result, Words(**words), LIGHT, size, choices)


def curve(figure, key):
    parts = [one for one in figure["data"] if one.get("legendgroup") == key and "shape" in one.get("line", {})]
    return [y for one in parts for y in one["y"]]


def notes(figure):
    return [one["text"].replace("\u00a0", " ") for one in figure["layout"]["annotations"]]


def points(figure):
    """name → (month, per cent) of the published points."""
    marks = [one for one in figure["data"] if one.get("legendgroup") == "benchmark" and one["mode"] == "markers"]
    return {one["name"]: (one["x"][0], one["y"][0]) for one in marks}


def test_failure_is_what_survival_leaves():
    up, down = drawn(TWO), drawn(TWO, Choices())

    for key in ("low", "high"):
        assert curve(up, key) == [pytest.approx(100 - y, abs=1e-3) for y in curve(down, key)]
    ticks = [[one["y"] for one in figure["data"] if one["mode"] == "markers"] for figure in (up, down)]
    assert ticks[0] == [[pytest.approx(100 - y, abs=1e-3) for y in ys] for ys in ticks[1]]


def test_bands_change_places_with_the_curve():
    bands = [[one for one in drawn(TWO, how)["data"] if "fill" in one] for how in (FAILURE, Choices())]

    assert bands[0] and len(bands[0]) == len(bands[1])
    for up, down in zip(*bands, strict=True):
        assert {round(y, 3) for y in up["y"]} == {round(100 - y, 3) for y in down["y"]} and up["x"] == down["x"]


def test_the_axis_says_which_way_it_goes():
    assert notes(drawn(TWO))[0] == "No response, progression, relapse or death"
    assert notes(drawn(TWO, failure="Event or death"))[0] == "Event or death"
    assert notes(drawn(TWO, Choices()))[0] == "Event-free survival, registry default"


def test_the_risk_table_is_the_same_and_the_estimates_are_turned():
    up, down = drawn(TWO), drawn(TWO, Choices())
    rows = [[one["text"] for one in figure["data"] if one["mode"] == "text"] for figure in (up, down)]

    assert rows[0] == rows[1]
    assert "83 % (27–97)" in notes(down) and "17 % (3–73)" in notes(up)
    assert "3.5 (1.0–NR)" in notes(up) and "3.5 (1.0–NR)" in notes(down)


def test_a_landmark_has_its_own_clock():
    result = {**TWO, "landmark": {"days": 90, "n": 12, "excluded": {"events": 3, "censored": 1}}}
    result["analysis"] = {**result["analysis"], "method": "landmark"}
    figure = figure_of(result, Words())

    assert figure["layout"]["xaxis"]["title"]["text"] == "Months since day 90 after infusion"
    assert "Counted from day 90 on (n 12)" in " ".join(notes(figure))
    assert figure_of(result, Words())["data"] == figure_of(TWO, Words())["data"]


def test_points_stand_at_their_months_with_their_intervals():
    figure = drawn(TWO, Choices(overlay=POINTS))
    bars = [one for one in figure["data"] if one.get("legendgroup") == "benchmark" and one["mode"] == "lines"]
    found = points(figure)

    assert {name: y for name, (_, y) in found.items()} == {"1 DE 2023": 53.2, "2 ELIANA 2018": 76, "3 KATO 2025": 82}
    assert found["1 DE 2023"][0] == pytest.approx(6)
    first, second = found["2 ELIANA 2018"][0], found["3 KATO 2025"][0]
    assert first < 12 < second and first + second == pytest.approx(24)  # side by side about their month
    assert [one["y"] for one in bars] == [[63, 86]] and bars[0]["x"] == [first, first]


def test_points_turn_with_the_direction():
    figure = drawn(TWO, Choices("failure", overlay=POINTS))

    assert points(figure)["2 ELIANA 2018"][1] == pytest.approx(24)
    assert "24 % (14–37)" in " ".join(notes(figure))


def test_the_key_says_who_and_how_many_and_what_is_not_known():
    text = " ".join(notes(drawn(TWO, Choices(overlay=POINTS))))

    assert "no targets" in text
    assert "2. ELIANA 2018 (Maude 2018); n 75; 12 months 76 % (63–86)." in text
    assert "3. KATO 2025 (Kato 2025); n not printed; 12 months 82 %; number infused not stated." in text
    assert "1. DE 2023 (Bader 2023); n 81; 6 months 53 %; rule not stated." in text
    assert "Beyond the axis, not drawn: 4." in text


def test_a_subgroup_s_point_has_its_group_s_colour():
    figure = drawn(TWO, Choices(overlay=POINTS))
    (mark,) = [one for one in figure["data"] if one.get("name") == "1 DE 2023"]

    assert mark["marker"]["color"] == LIGHT.text(LIGHT.styles(2)[1][0])


@pytest.mark.parametrize("case", EDGES)
@pytest.mark.parametrize("size", SIZES)
def test_whatever_the_data_hold_nothing_overlaps(case, size):
    for choices in (FAILURE, Choices(overlay=POINTS)):
        figure = drawn(EDGES[case], choices, SIZES[size])

        as_plotly(json.loads(json.dumps(figure, allow_nan=False)))
        assert not overlapping(figure, SIZES[size].width)


def test_free_text_of_a_point_is_shown_and_never_obeyed():
    point = Benchmark(HOSTILE, HOSTILE, 2025, 12, 0.5, note=HOSTILE)
    said = " ".join(said_in(drawn(TWO, Choices(overlay=(point,)))))

    assert not any(one in said for one in ("<b>", "<a", "<script", "%{customdata}", "$"))


def test_numbers_of_points_do_not_touch_the_names_of_curves():
    many = tuple(Benchmark(f"Cohort {i}", "A 2020", 2020, 12, 0.3 + i / 20, 0.1, 0.95) for i in range(12))
    for size in (WIDE, COMPACT):
        assert not overlapping(drawn(TWO, Choices(overlay=many), size), size.width)


def test_an_unknown_choice_is_refused():
    with pytest.raises(ValueError, match="direction 'sideways' is unknown; expected one of survival, failure"):
        Choices.parse({"direction": "sideways"})
    with pytest.raises(ValueError, match="stacked 'yes' is unknown"):
        Choices.parse({"stacked": "yes"})
    assert Choices.parse({"direction": "failure", "stacked": "1", "page": "3"}) == Choices("failure", stacked=True)
    assert Choices.parse(Choices("failure", stacked=True).query()) == Choices("failure", stacked=True)
    assert Choices().query() == {}


def test_a_method_without_a_figure_has_none():
    result = {**TWO, "analysis": {**TWO["analysis"], "method": "another"}}

    assert not has_figure("another") and figure_of(result, Words()) is None and alt_text(result, Words()) == ""
    assert {"kaplan-meier", "landmark", "cumulative-incidence", "cox", "fine-gray", "time-dependent"} <= set(FIGURES)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 200), min_size=1, max_size=12).map(sorted), st.floats(1, 20))
def test_points_are_spread_as_little_as_can_be(wanted, distance):
    places = spread(wanted, distance)

    assert all(b - a >= distance - 1e-6 for a, b in zip(places, places[1:], strict=False))
    assert sum(places) == pytest.approx(sum(wanted), abs=1e-6 * len(wanted) + 1e-6)
    if all(b - a >= distance for a, b in zip(wanted, wanted[1:], strict=False)):
        assert places == pytest.approx(wanted)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.5, 20_000), st.sampled_from((1, 3, 6, 12)), st.integers(2, 10))
def test_ticks_fit_and_lie_on_the_axis(days, declared, most):
    for axis in (months_axis(days, declared, most), days_axis(days, most)):
        assert axis.ticks[0] == 0 and axis.ticks[-1] <= axis.end
    assert len(months_axis(min(days, 36_000), declared, 10).ticks) <= 10 + (declared > 12)
