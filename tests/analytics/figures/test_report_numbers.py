"""The numbers in the figures of a report are the Result's, each where it belongs."""

import html

import pytest

from analytics.core.courses_told import MOST_TOLD, told
from analytics.figures.choices import Choices
from analytics.figures.enrolment import Calendar, enrolment_figure, spread
from analytics.figures.flow import flow_figure
from analytics.figures.funnel import funnel_figure
from analytics.figures.response import proportion_figure, response_figure
from analytics.figures.sensitivity import sensitivity_figure
from analytics.figures.sizes import COMPACT
from analytics.figures.swimmer import LOOKS, rows_of, short_names, swimmer_figure
from analytics.figures.theme import DARK, LIGHT, contrast
from analytics.figures.toxicity import GRADES, toxicity_figure
from tests.analytics.figures.reports import results

MONTH = 30.4375


def notes(figure):
    return [html.unescape(note["text"]).replace("\u00a0", " ") for note in figure["layout"]["annotations"]]


def named(figure, name):
    return [trace for trace in figure["data"] if trace.get("name") == name]


def table(name, world="many"):
    return results(world)[name]["table"]


def figure(draw, name, world="many", **words):
    return draw(results(world)[name], **words)


def test_enrolment_steps_are_the_cumulative_counts():
    drawn = figure(enrolment_figure, "enrolment")

    for step in table("enrolment")["steps"]:
        line = next(one for one in named(drawn, step["label"]) if one["type"] == "scatter")
        assert line["y"] == [0, *step["cumulative"]] and line["line"]["shape"] == "hv"
        assert line["x"] == list(range(len(table("enrolment")["months"]) + 1))
        assert f"{step['label']} {step['cumulative'][-1]}" in notes(drawn)


def test_enrolment_bars_add_up_to_the_infused_of_each_quarter():
    bars = next(
        one
        for one in figure(enrolment_figure, "enrolment")["data"]
        if one["type"] == "bar" and "orientation" not in one
    )
    infused = table("enrolment")["steps"][-1]
    months = table("enrolment")["months"]
    by_quarter = {}
    for month, n in zip(months, infused["by_month"], strict=True):
        year, number = month.split("-")
        by_quarter[year, (int(number) - 1) // 3] = by_quarter.get((year, (int(number) - 1) // 3), 0) + n

    assert bars["y"] == list(by_quarter.values()) and sum(bars["y"]) == sum(infused["by_month"])


def test_enrolment_by_hospital_is_in_the_order_of_the_infused():
    drawn = figure(enrolment_figure, "enrolment")
    pale, dark = (one for one in drawn["data"] if one.get("orientation") == "h")
    counts = {site["site"]: [step["n"] for step in site["steps"]] for site in table("enrolment")["sites"]}

    assert len(dark["x"]) == 30 and dark["x"] == sorted(dark["x"], reverse=True)
    listed = [note for note in notes(drawn) if note in counts]
    assert [counts[site][2] for site in listed] == dark["x"] and [counts[site][0] for site in listed] == pale["x"]


def test_months_of_the_calendar_make_quarters_and_ticks():
    calendar = Calendar.of([f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(1, 40)])  # 2021-02 to 2024-04

    assert calendar.period == (3, "quarter")
    assert calendar.bars([1] * 39)[0] == (0, 2, 2) and calendar.bars([1] * 39)[-1] == (38, 39, 1)
    assert calendar.ticks(300, 11) == ([11, 23, 35], ["2022", "2023", "2024"])


def test_names_at_one_height_are_spread_in_their_order():
    assert spread([10, 10, 10], 15, 100) == [10, 25, 40]
    assert spread([98, 99, 10], 15, 100) == [85, 100, 10]


@pytest.mark.parametrize("size", [None, COMPACT], ids=["wide", "compact"])
def test_every_box_and_exit_of_the_flow_stands_there_with_its_count(size):
    drawn = figure(flow_figure, "flow", **({"size": size} if size else {}))
    said = " ".join(notes(drawn))

    for node in table("flow")["nodes"]:
        assert f"{node['label']} (n {node['n']})" in said
        for one in node["exits"]:
            assert f"{one['reason']} (n {one['n']})" in said
    boxes = [shape for shape in drawn["layout"]["shapes"] if shape["type"] == "rect"]
    beside = sum(bool(node["exits"]) for node in table("flow")["nodes"][:8])
    assert len(boxes) == len(table("flow")["nodes"]) + (0 if size else beside)
    heads = [note for note in drawn["layout"]["annotations"] if note["showarrow"]]
    assert all(note["arrowhead"] for note in heads) and len(heads) >= 10


def test_response_shows_every_measure_with_its_exact_limits_and_counts():
    drawn = figure(response_figure, "response")
    whole = table("response")["rows"][0]
    (dots,) = named(drawn, "estimate")
    (lines,) = named(drawn, "limits")
    shown = [cell for cell in whole["cells"] if cell["measure"] != "early_only"]

    assert dots["x"][:7] == pytest.approx([100 * cell["estimate"] for cell in shown])
    assert lines["x"][:21:3] == pytest.approx([100 * cell["lower"] for cell in shown])
    assert lines["x"][1:21:3] == pytest.approx([100 * cell["upper"] for cell in shown])
    assert {f"{cell['x']} / {cell['n']}" for cell in shown} <= set(notes(drawn))


def test_response_by_subgroup_leaves_out_what_nobody_has():
    said = notes(figure(response_figure, "response"))

    assert any(note.startswith("CR or CRi: Disease burden") for note in said)
    assert not any("KMT2A" in note for note in said)  # of nobody is it known


def test_a_proportion_shows_its_groups_and_the_test():
    drawn = figure(proportion_figure, "best-response-by-disease-burden")
    result = results("many")["best-response-by-disease-burden"]
    (dots,) = named(drawn, "estimate")

    assert dots["x"] == pytest.approx([100 * group["estimate"] for group in result["groups"]])
    assert any(note.startswith("Fisher’s exact test: p") for note in notes(drawn))


def test_toxicity_bars_are_the_shares_and_add_up_to_100():
    drawn = figure(toxicity_figure, "toxicity")
    bars = {}
    for one in (one for one in drawn["data"] if one["type"] == "bar"):
        bars.setdefault(one["y"][0], []).append(one)
    rows = [row for row in table("toxicity")["rows"] if row["column"] in ("crs_grade", "icans_grade")]
    groups = [
        [level["cells"][place]["percent"] for level in row["levels"] if level["cells"][place]["percent"]]
        for row in rows
        for place, head in enumerate(table("toxicity")["heads"])
        if head["n"]
    ]

    assert [[one["x"][0] for one in own] for _y, own in sorted(bars.items())] == [pytest.approx(own) for own in groups]
    for own in bars.values():
        assert own[-1]["base"][0] + own[-1]["x"][0] == pytest.approx(100, abs=0.01)


def test_toxicity_prints_every_count_and_not_reported_apart():
    drawn = figure(toxicity_figure, "toxicity", "twelve")
    crs = next(row for row in table("toxicity", "twelve")["rows"] if row["column"] == "crs_grade")
    printed = [level["cells"][0]["x"] for level in crs["levels"]]
    start = notes(drawn).index("All cases, n 11")

    assert [int(note) for note in notes(drawn)[start + 1 : start + 8]] == printed and sum(printed) == 11
    dashed = [one for one in drawn["layout"]["shapes"] if one["line"].get("dash")]
    assert crs["levels"][-1]["value"] is None and printed[-1] > 0 and dashed


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_grades_grow_steadily_in_contrast_so_that_they_are_told_apart_in_grey(theme):
    steps = [contrast(colour, theme.surface) for colour in GRADES[theme.name]]

    assert steps == sorted(steps)
    assert all(after / before > 1.2 for before, after in zip(steps, steps[1:], strict=False))


def test_a_swimmer_s_bars_and_marks_are_the_days_of_the_result():
    drawn = figure(swimmer_figure, "swimmer", "twelve")
    rows = table("swimmer", "twelve")["rows"]
    followed, free = (one for one in drawn["data"] if one["type"] == "bar")

    assert followed["x"] == pytest.approx([row["end"] / MONTH for row in rows], abs=1e-3)
    assert free["x"] == pytest.approx([row["free"] / MONTH for row in rows], abs=1e-3)
    for mark in table("swimmer", "twelve")["marks"]:
        (trace,) = named(drawn, mark["label"])
        days = [one["days"] for row in rows for one in row["marks"] if one["kind"] == mark["id"]]
        assert [given for (given,) in trace["customdata"]] == days
        assert trace["x"] == pytest.approx([day / MONTH for day in days], abs=1e-3)
        assert mark["label"] in notes(drawn)  # the key
    (ongoing,) = named(drawn, "Alive at last contact")
    assert len(ongoing["x"]) == sum(not row["dead"] for row in rows)


def test_marks_are_told_apart_without_colour():
    looks = [(look.symbol, look.is_open) for look in LOOKS.values()]

    assert len(set(looks)) == len(looks)


def test_many_patients_make_thin_rows_and_very_many_a_part_of_them():
    row = {"case": "c0", "free": 1.0, "event": False, "end": 2.0, "dead": False, "marks": []}
    pitches = [rows_of({"rows": [row] * n}).pitch for n in (20, 42, 120, 200, 600)]
    table = told([row] * 10_000)
    drawn, of_before = rows_of(table), rows_of({"rows": [row] * 10_000})

    assert pitches == sorted(pitches, reverse=True) and rows_of({"rows": [row] * 200}).is_named is False
    assert len(table["rows"]) == len(drawn.rows) <= MOST_TOLD and drawn.step == 17
    assert of_before == drawn  # a result stored when all rows were told


def test_pseudonyms_are_cut_to_what_tells_them_apart():
    assert short_names(["c1a2b3", "c1a2c3"]) == ["c1a2b", "c1a2c"]
    assert short_names(["c1a2b3"]) == ["c1a2"]
    assert short_names(["P01", "P02"]) == ["P01", "P02"]


def test_sensitivity_shows_each_row_that_says_something_new():
    drawn = figure(sensitivity_figure, "sensitivity")
    rows = [row for row in table("sensitivity")["rows"] if not row["same_times_as"]]
    (dots,) = named(drawn, "estimate")

    assert dots["x"] == pytest.approx([100 * row["survival"] for row in rows])
    assert {f"{row['n']}, {row['events']}" for row in rows} <= set(notes(drawn))


def test_a_funnel_names_the_own_hospital_and_no_other():
    own = table("completeness")["sites"][3]["site"]
    others = {site["site"] for site in table("completeness")["sites"]} - {own}
    drawn = funnel_figure(results("many")["completeness"], choices=Choices(own=own))

    assert notes(drawn).count(own) == len(table("completeness")["funnels"]) and not any(
        other in str(drawn) for other in others
    )
    anonymous = funnel_figure(results("many")["completeness"])
    assert not any(site in str(anonymous) for site in (own, *others))


def test_a_funnel_s_dots_and_limits_are_those_of_the_result():
    own = table("completeness")["sites"][3]["site"]
    drawn = funnel_figure(results("many")["completeness"], choices=Choices(own=own))

    for place, funnel in enumerate(table("completeness")["funnels"]):
        axis = "y" if not place else f"y{place + 2}"
        traces = [one for one in drawn["data"] if one.get("yaxis") == axis]
        dots = [(n, y) for one in traces if one["mode"] == "markers" for n, y in zip(one["x"], one["y"], strict=True)]
        assert sorted(dots) == sorted((site["n"], 100 * site["share"]) for site in funnel["sites"] if site["n"])
        (upper,) = (one for one in traces if one["name"] == "upper 998")
        limits = {one["n"]: 100 * one["upper_998"] for one in funnel["curves"]}
        assert upper["x"] and all(limits[n] == y for n, y in zip(upper["x"], upper["y"], strict=True))
