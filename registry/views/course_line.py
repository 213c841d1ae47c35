"""The course of a case as a time axis with lanes, drawn by the server. Positions are per cent, so that type keeps its size."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from registry.entry import read_aloud
from registry.entry.dates import as_typed, study_day
from registry.views.case_forms import short_title

LANES = ("cells", "treatment", "toxicity", "disease")
LEFT, RIGHT = 11.0, 97.0  # per cent of the width that the axis takes; the lane names stand left of it
EARLY = 100  # days after infusion that get a stretch of their own: most events of the first year are there
SHARES = (0.24, 0.42, 0.34)  # of the axis before day 0, to day 100, later
ROW, LANE_GAP, TOP = 22, 10, 34  # pixels
NEAREST = 3.5  # per cent between two ticks
CHARACTER = 0.62  # per cent of the width that one character of a label takes at 960 px
GOOD_RESPONSES, HSCT = (1, 2), 1


@dataclass(frozen=True)
class Event:
    """Something that happened on a day, or over days (`end`)."""

    day: date
    text: str
    lane: str
    tone: str = ""
    end: date | None = None
    grade: int | None = None
    url: str = ""
    precision: str = "D"

    @property
    def said_day(self):
        """The day as far as it is known."""
        return as_typed(self.day, self.precision)


@dataclass(frozen=True)
class Mark:
    """An event on the drawing."""

    event: Event
    x: str
    y: int
    width: str = ""
    label_x: str = ""
    is_labelled: bool = True

    @property
    def text_y(self):
        return self.y + 4


@dataclass(frozen=True)
class Tick:
    """A day on the axis."""

    x: str
    text: str
    is_zero: bool = False
    is_break: bool = False

    @property
    def at(self):
        """Per cent as a number."""
        return float(self.x.rstrip("%"))


@dataclass
class CourseLine:
    """The drawing and the same events as a list."""

    events: list
    marks: list = field(default_factory=list)
    ticks: list = field(default_factory=list)
    lanes: list = field(default_factory=list)
    height: int = 0


def course_line(stored):
    """The course line of a StoredCase, or None while nothing is dated."""
    events = sorted(events_of(stored), key=lambda event: (event.day, LANES.index(event.lane)))
    if not events:
        return None
    day0 = stored.day0
    axis = Axis(min(event.day for event in events), max(event.end or event.day for event in events), day0)
    line = CourseLine(
        [(event, study_day(event.day, day0) if day0 and event.precision == "D" else "") for event in events]
    )
    line.ticks = apart(axis.ticks())
    y = TOP
    names = {"cells": _("Cells"), "treatment": _("Treatment"), "toxicity": _("Toxicity"), "disease": _("Disease")}
    for lane in LANES:
        own = [event for event in events if event.lane == lane]
        if own:
            marks, rows = _placed(own, axis, y)
            line.marks += marks
            line.lanes.append((names[lane], y + 4, y - ROW // 2 - LANE_GAP // 2))
            y += rows * ROW + LANE_GAP
    line.height = y
    return line


def events_of(stored):
    """Every dated event that the course line shows."""
    for form in stored.forms:
        yield from _READERS.get(form.form_name, _nothing)(form)


def apart(ticks):
    """The ticks without those whose words would run into the one before."""
    kept = []
    for tick in ticks:
        if not kept or tick.at - kept[-1].at >= NEAREST:
            kept.append(tick)
    return kept


class Axis:
    """Days to per cent: before infusion, to day 100, later; a case without infusion has one even stretch."""

    def __init__(self, first, last, day0):
        self.first, self.last, self.day0 = first, last, day0
        if day0:
            before = max((day0 - first).days, 1) if first < day0 else 0
            after = (last - day0).days
            shares = [SHARES[0] if before else 0, SHARES[1], SHARES[2] if after > EARLY else 0]
            total = sum(shares)
            early = min(max(after, 28), EARLY)
            self.stretches = []
            start = LEFT
            for low, high, share in ((-before, 0, shares[0]), (0, early, shares[1]), (EARLY, after, shares[2])):
                if share:
                    width = (RIGHT - LEFT) * share / total
                    self.stretches.append((low, high, start, start + width))
                    start += width
        else:
            self.stretches = [(0, max((last - first).days, 1), LEFT, RIGHT)]

    def at(self, day):
        """Per cent of a day; days outside stand at the end."""
        number = (day - (self.day0 or self.first)).days
        for low, high, left, right in self.stretches:
            if number <= high:
                return left + (right - left) * max(number - low, 0) / (high - low)
        return self.stretches[-1][3]

    def ticks(self):
        """Days that orient: day 0, 28, 100, then months and years."""
        if not self.day0:
            return [Tick(_per_cent(self.at(day)), day.isoformat()) for day in {self.first: 0, self.last: 0}]
        after, found = (self.last - self.day0).days, []
        if self.first < self.day0:
            found.append(
                Tick(_per_cent(self.at(self.first)), _("day %(number)d") % {"number": (self.first - self.day0).days})
            )
        found.append(Tick(_per_cent(self.at(self.day0)), _("day 0"), is_zero=True))
        found += [Tick(self._x(day), str(day), is_break=day == EARLY) for day in (28, 60, 100) if day <= max(after, 28)]
        marks = [(183, _("6 mo")), *((round(365.25 * year), _("%(n)d y") % {"n": year}) for year in range(1, 16))]
        step = 1 if after < 6 * 366 else 2
        later = [
            (day, text) for place, (day, text) in enumerate(marks) if day < after and (place <= 1 or place % step == 0)
        ]
        return found + [Tick(self._x(day), text) for day, text in later if after > EARLY + 60]

    def _x(self, day):
        return _per_cent(self.at(self.day0 + timedelta(days=day)))


def _placed(events, axis, y):
    """Marks of one lane, in as many rows as their labels need; (marks, rows). Of the contacts only the last has a label."""
    taken, marks = [], []
    last_contact = next((event for event in reversed(events) if event.tone == "contact"), None)
    for event in events:
        x = axis.at(event.day)
        right = axis.at(event.end) if event.end else x
        is_labelled = event.tone != "contact" or event is last_contact
        start, end = _label(event.text, x, right) if is_labelled else (x, right)
        row = _free_row(taken, min(x, start) - 0.6, max(right, end) + 0.6)
        span = _per_cent(max(right - x, 0.5)) if event.end else ""
        marks.append(Mark(event, _per_cent(x), y + row * ROW, span, _per_cent(start), is_labelled))
    return marks, len(taken)


def _label(text, x, right):
    """(start, end) of a label: right of its mark, or left of it where the drawing ends."""
    width = sum(1.9 if ord(sign) > 0x2E80 else 1 for sign in text) * CHARACTER
    start = right + 1.1
    if start + width > 100:
        start = x - 1.1 - width
    return start, start + width


def _free_row(taken, start, end):
    """The first row in which nothing stands between `start` and `end`; it is taken from then on."""
    for number, spans in enumerate(taken):
        if all(start > high or end < low for low, high in spans):
            spans.append((start, end))
            return number
    taken.append([(start, end)])
    return len(taken) - 1


def _per_cent(number):
    return f"{number:.2f}%"


def _nothing(form):
    return ()


def _on(form, item, text, lane, tone="", **more):
    """The event of one dated item, if it has a date."""
    day = getattr(form, item)
    if day:
        yield Event(day, text, lane, tone, url=_url(form), precision=getattr(form, f"{item}_p") or "D", **more)


def _url(form):
    return f"{form.form_name}/{form.key}/"


def _patient(form):
    yield from _on(form, "decision_date", _("decision"), "treatment")


def _leukapheresis(form):
    yield from _on(form, "aph_start_date", _("collection"), "cells")


def _manufacturing(form):
    yield from _on(form, "ship_date", _("shipped"), "cells")
    yield from _on(form, "release_date", _("released"), "cells")
    yield from _on(form, "product_receipt_date", _("received"), "cells")


def _spanning(start, end, text):
    def read(form):
        yield from _on(form, start, text(form), "treatment", end=getattr(form, end))

    return read


def _infusion(form):
    yield from _on(form, "inf_date", _("infusion"), "treatment", "infusion")


def _episode(start, end, grade, name):
    def read(form):
        worst = getattr(form, grade)
        text = _("%(what)s grade %(grade)d") % {"what": name, "grade": worst} if worst else name
        yield from _on(form, start, text, "toxicity", end=getattr(form, end) or getattr(form, start), grade=worst or 1)

    return read


def _response(form):
    tone = "good" if form.rsp_site in GOOD_RESPONSES else "bad" if form.rsp_site else ""
    yield from _on(form, "rsp_date", read_aloud(form, "rsp_site") or short_title(form), "disease", tone)


def _relapse(form):
    yield from _on(form, "rel_date", _("relapse"), "disease", "bad")


def _subsequent(form):
    yield from _on(form, "stx_date", read_aloud(form, "stx_type") or short_title(form), "treatment")


def _follow_up(form):
    yield from _on(form, "fup_date", _("contact"), "disease", "contact")


def _death(form):
    yield from _on(form, "death_date", _("death"), "disease", "death")


_READERS = {
    "patient": _patient,
    "leukapheresis": _leukapheresis,
    "manufacturing": _manufacturing,
    "bridging_therapy": _spanning("brg_start", "brg_end", lambda form: _("bridging")),
    "lymphodepletion": _spanning("ld_start", "ld_end", lambda form: _("lymphodepletion")),
    "infusion": _infusion,
    "crs_episode": _episode("crs_onset", "crs_resolved", "crs_grade_site", "CRS"),
    "icans_episode": _episode("icans_onset", "icans_resolved", "icans_grade_site", "ICANS"),
    "response_assessment": _response,
    "relapse": _relapse,
    "subsequent_therapy": _subsequent,
    "follow_up": _follow_up,
    "death": _death,
}
