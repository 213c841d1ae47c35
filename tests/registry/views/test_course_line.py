"""The course line: where events stand on the axis."""

from datetime import date, timedelta

from registry.views.course_line import Axis, Event, _placed, apart

DAY_0 = date(2024, 6, 3)


def day(number):
    return DAY_0 + timedelta(days=number)


def test_day_0_to_100_has_a_stretch_of_its_own():
    axis = Axis(day(-40), day(1000), DAY_0)

    before, zero, hundred, end = (axis.at(day(number)) for number in (-40, 0, 100, 1000))
    assert before == 11 and end == 97
    assert [round((one - before) / (end - before), 2) for one in (zero, hundred)] == [0.24, 0.66]
    assert axis.at(day(50)) == (zero + hundred) / 2


def test_a_case_without_infusion_has_one_even_stretch():
    axis = Axis(day(0), day(10), None)

    assert [axis.at(day(number)) for number in (0, 5, 10)] == [11, 54, 97]


def test_one_event_alone_stands_at_the_start():
    assert Axis(DAY_0, DAY_0, None).at(DAY_0) == 11
    assert Axis(DAY_0, DAY_0, DAY_0).at(DAY_0) == 11


def test_ticks_never_run_into_each_other():
    for last in (0, 30, 100, 130, 200, 400, 2000, 5000):
        places = [tick.at for tick in apart(Axis(day(-60), day(last), DAY_0).ticks())]
        assert all(later - earlier >= 3.5 for earlier, later in zip(places, places[1:], strict=False)), last


def test_labels_that_would_meet_stand_in_rows():
    axis = Axis(day(-40), day(400), DAY_0)
    events = [
        Event(day(28), "CR", "disease"),
        Event(day(29), "complete remission", "disease"),
        Event(day(90), "CR", "disease"),
    ]

    marks, rows = _placed(events, axis, 0)

    assert rows == 2 and [mark.y for mark in marks] == [0, 22, 0]


def test_a_label_at_the_end_stands_left_of_its_mark():
    axis = Axis(day(-40), day(400), DAY_0)

    (mark,), _rows = _placed([Event(day(400), "death of the patient", "disease")], axis, 0)

    assert float(mark.label_x.rstrip("%")) < float(mark.x.rstrip("%"))
