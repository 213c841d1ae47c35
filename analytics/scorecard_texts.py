"""A scorecard in words: each number with its mark, each period with what it met, each funnel as a table."""

import math
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from analytics import phrases
from analytics.core.thresholds import BY_DEADLINE, BY_DUE, GOOD, OF_PREVIOUS, PROBATION, SUSPENDED, WARNED
from registry.views.statuses import Status

NONE = "–"
LAG = 31  # days
NBSP = "\u00a0"
STAGES = {
    GOOD: Status(gettext_lazy("good standing"), "tick", "good"),
    WARNED: Status(gettext_lazy("first warning"), "triangle", "warn"),
    PROBATION: Status(gettext_lazy("probation"), "diamond", "warn"),
    SUSPENDED: Status(gettext_lazy("suspension"), "square", "bad"),
}
ORDER = tuple(STAGES)
MET, BELOW = (
    Status(gettext_lazy("reached"), "tick", "good"),
    Status(pgettext_lazy("threshold", "below"), "triangle", "warn"),
)
MEASURES = {
    BY_DUE: gettext_lazy("Critical forms complete by their due day"),
    OF_PREVIOUS: gettext_lazy("Critical forms of the period before complete by the end of the period"),
    BY_DEADLINE: gettext_lazy("Other forms complete by the end of the period"),
}
INSIDE = Status(gettext_lazy("inside the limits"), "disc", "quiet")
OUTSIDE = {
    0.95: Status(gettext_lazy("beyond 95 %"), "triangle", "warn"),
    0.998: Status(gettext_lazy("beyond 99.8 %"), "diamond", "bad"),
}


@dataclass(frozen=True)
class Cell:
    """A number with what stands behind it, and its mark where a threshold applies."""

    value: str
    note: str = ""
    mark: Status | None = None
    share: float | None = None


@dataclass(frozen=True)
class Column:
    """A column of the list: its key in the address, its words, and the number by which it sorts."""

    key: str
    label: object
    of: object
    cell: object


def percent(share):
    """A share cut, not rounded, to a tenth of a per cent: what is below a threshold never reads as if it had reached it."""
    return NONE if share is None else f"{math.floor(1000 * share + 1e-9) / 10:g}{NBSP}%"


def days(value):
    """Whole days."""
    return NONE if value is None else f"{value:.0f}"


def _of(x, n):
    """Counts that stay on one line."""
    return f"{x}{NBSP}/{NBSP}{n}"


def counted(x, n):
    """A share of counts."""
    return Cell(percent(x / n if n else None), _of(x, n) if n else "", share=x / n if n else None)


def score_cell(score, least):
    """A site score with the share that is asked for."""
    share, n = score["score"], score["expected"]
    mark = None if share is None else MET if share >= least else BELOW
    note = "" if share is None else _of(n - score["incomplete"], n)
    return Cell(percent(share), note, mark, share)


def query_cell(queries):
    """Open queries and how old they are."""
    if not queries["open"]:
        return Cell("0")
    said = _("median {median} days, oldest {oldest}, {old} over 30 days").format(
        median=days(queries["median_days"]), oldest=days(queries["oldest_days"]), old=queries["over_30"]
    )
    return Cell(str(queries["open"]), said)


def overdue_cell(row):
    """Patients whose follow-up is overdue."""
    return Cell(str(row["cases_with_overdue_follow_up"]), _("of {n} due").format(n=row["cases_with_follow_up_due"]))


def followed_cell(row):
    """Clark's C."""
    return Cell(percent(row["follow_up"]["complete"]))


def entry_cell(entry):
    """Days from event to entry."""
    if not entry["forms"]:
        return Cell(NONE)
    quartiles = _("quartiles {lower} to {upper}, {n} forms").format(
        lower=days(entry["lower_quartile_days"]), upper=days(entry["upper_quartile_days"]), n=entry["forms"]
    )
    return Cell(_("{n} days").format(n=days(entry["median_days"])), quartiles)


def least_of(thresholds):
    """Measure → the least share."""
    return {one["measure"]: one["least"] for one in thresholds}


def columns(thresholds):
    """The columns of the list, in order; each cell is made of a site's row of the completeness Result."""
    least = least_of(thresholds)
    return (
        Column(
            "stage",
            _("Stage"),
            lambda row: ORDER.index(row["scorecard"]["stage"]),
            lambda row: Cell("", mark=STAGES[row["scorecard"]["stage"]]),
        ),
        Column(
            "critical",
            _("Critical forms"),
            lambda row: row["scorecard"]["score"]["critical"]["score"],
            lambda row: score_cell(row["scorecard"]["score"]["critical"], least[OF_PREVIOUS]),
        ),
        Column(
            "others",
            _("Other forms"),
            lambda row: row["scorecard"]["score"]["others"]["score"],
            lambda row: score_cell(row["scorecard"]["score"]["others"], least[BY_DEADLINE]),
        ),
        Column(
            "on_time",
            _("On time"),
            lambda row: row["forms_on_time"] / row["forms_due"] if row["forms_due"] else None,
            lambda row: counted(row["forms_on_time"], row["forms_due"]),
        ),
        Column(
            "queries", _("Open queries"), lambda row: row["queries"]["open"], lambda row: query_cell(row["queries"])
        ),
        Column("overdue", _("Follow-up overdue"), lambda row: row["cases_with_overdue_follow_up"], overdue_cell),
        Column("followed", _("Follow-up (Clark’s C)"), lambda row: row["follow_up"]["complete"], followed_cell),
        Column(
            "entry",
            _("From event to entry"),
            lambda row: row["entry"]["median_days"],
            lambda row: entry_cell(row["entry"]),
        ),
    )


def cells(columns, row):
    """(label, cell) of each column, as the template takes them."""
    return [{"label": column.label, "cell": column.cell(row)} for column in columns]


def why(scorecard):
    """The stage in one sentence."""
    judged = [one for one in scorecard["periods"] if one["is_met"] is not None]
    if not judged:
        return _("No reporting period has been judged yet: the first is the one in which entry began.")
    if not scorecard["because"]:
        return _("Every threshold was met in the last period that was judged, to {day}.").format(day=judged[-1]["to"])
    text = _("Not met in the period to {day}: {measures}.")
    return text.format(
        day=judged[-1]["to"], measures="; ".join(str(MEASURES[one]).lower() for one in scorecard["because"])
    )


@dataclass(frozen=True)
class Period:
    """One reporting period: its days, what is complete by now in both categories, each threshold, and the stage after it."""

    start: str
    end: str
    critical: Cell
    others: Cell
    measures: list
    stage: Status | None
    is_running: bool


def periods(scorecard):
    """The periods, newest first."""
    return [_period(one) for one in reversed(scorecard["periods"])]


def _period(one):
    critical, others = (one["score"][name] for name in ("critical", "others"))
    return Period(
        one["from"],
        one["to"],
        _now(critical),
        _now(others),
        [_measure(measure, is_judged=one["is_judged"] or not one["is_over"]) for measure in one["measures"]],
        STAGES[one["stage"]] if one["is_judged"] else None,
        not one["is_over"],
    )


def _now(score):
    n = score["expected"]
    return Cell(percent(score["score"]), _of(n - score["incomplete"], n) if n else "", share=score["score"])


def _measure(one, *, is_judged):
    if one["share"] is None or not is_judged:
        return Cell(NONE)
    return Cell(percent(one["share"]), _of(one["x"], one["n"]), MET if one["is_met"] else BELOW, one["share"])


def thresholds(found):
    """(measure, share, source, since) of each threshold."""
    return [(MEASURES[one["measure"]], percent(one["least"]), one["source"], one["as_of"]) for one in found]


@dataclass(frozen=True)
class Funnel:
    """A funnel as a table: its measure, all together, one line for each site that may be named or shown."""

    title: str
    pooled: Cell
    lines: list


def funnels(found, names, *, own=""):
    """Funnels as tables. names: name in the table → what to call the site; others are not named. own: the name of the own line."""
    return [
        Funnel(
            phrases.label(one["label"]),
            counted(one["x"], one["n"]) if one["n"] else Cell(NONE),
            [
                _line(site, names.get(site["site"], _("another hospital")), is_own=bool(own) and site["site"] == own)
                for site in sorted(one["sites"], key=lambda site: names.get(site["site"], ""))
                if site["n"]
            ],
        )
        for one in found
    ]


def _line(site, name, *, is_own):
    limits = [
        _("{lower} to {upper}").format(lower=percent(site[f"lower_{edge}"]), upper=percent(site[f"upper_{edge}"]))
        for edge in ("95", "998")
    ]
    outside = site.get("outside")
    mark = OUTSIDE.get(outside, INSIDE) if site["lower_95"] is not None and "outside" in site else None
    return {"name": name, "is_own": is_own, "share": counted(site["x"], site["n"]), "limits": limits, "mark": mark}


def worklist_url(site, show=""):
    """The worklist of one site."""
    return f"{reverse('worklist')}?site={site.code}" + (f"&show={show}" if show else "")


def lag(day, made_at):
    """That everything newer is missing, where the newest information is more than a month older than the dataset; else nothing."""
    if (date.fromisoformat(made_at[:10]) - date.fromisoformat(day)).days <= LAG:
        return ""
    return _(
        "Nothing newer has been entered since: what has fallen due in the meantime stands on the worklist, not here."
    )
