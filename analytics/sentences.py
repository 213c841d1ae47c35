"""One sentence of answer under each figure, and the numbers at the top, from a Result. They state estimates and judge nothing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics import phrases
from analytics.figures.text import limits, months, p_value, percent

PREFERRED_MONTHS = 12


def answer(panel, result):
    """The sentence that answers the panel's question with numbers, in the reader's language."""
    groups = [group for group in result["groups"] if group["n"]]
    if not groups:
        return _("No patient can be analysed yet.")
    if not result["events"]:
        text = ngettext("No event so far in {n} patient.", "No event so far in {n} patients.", result["n"])
        return " ".join((text.format(n=result["n"]), _("An interval cannot be given before the first event.")))
    month = common_month(groups)
    if month is None:
        text = _("Follow-up is too short for {outcome} at {months} months: n {n}, events {events}.")
        first = min(row["months"] for row in groups[0]["at"])
        return text.format(outcome=panel.outcome, months=first, n=result["n"], events=result["events"])
    if result["analysis"]["groups"] is None:
        return _one(panel, groups[0], month)
    return _several(panel, result, month)


def ended(text):
    """Words as a sentence, with the full stop of the reader's language."""
    return pgettext("end of a sentence", "{text}.").format(text=text)


def common_month(groups):
    """The month at which all groups can be read without carrying an estimate on: 12 if possible, else the latest; or None."""
    possible = [row["months"] for row in groups[0]["at"] if all(is_observed(group, row["months"]) for group in groups)]
    return PREFERRED_MONTHS if PREFERRED_MONTHS in possible else max(possible, default=None)


def is_observed(group, month):
    """Whether somebody of the group was still observed at this month, or nobody was left to be."""
    row = reading(group, month)
    return row["at_risk"] > 0 or row["survival"] == 0


def reading(group, month):
    """The group's estimate at this month."""
    return next(row for row in group["at"] if row["months"] == month)


def _one(panel, group, month):
    text = _("{months}-month {outcome} {estimate}; n {n}, events {events}, median {median}.")
    return text.format(
        months=month,
        outcome=panel.outcome,
        estimate=estimate(reading(group, month)),
        n=group["n"],
        events=group["events"],
        median=median(group["median"]),
    )


def _several(panel, result, month):
    parts = [_part(panel, group, month, is_first=not i) for i, group in enumerate(result["groups"])]
    text = _("{months}-month {outcome} {parts}").format(
        months=month, outcome=panel.outcome, parts=pgettext("between groups", ", ").join(parts)
    )
    test = result["logrank"]
    if test is None:
        return ended(text)
    return _("{text}; log-rank p {p}, unadjusted.").format(text=text, p=p_value(test["p"]))


def _part(panel, group, month, *, is_first):
    words = panel.groups.get(group["group"])
    if not group["n"]:
        return (
            _("no patients {group}").format(group=words)
            if words
            else _("no patients in {group}").format(group=phrases.label(group["label"]))
        )
    shown = estimate(reading(group, month), with_words=is_first)
    if words:
        return _("{estimate} {group}").format(estimate=shown, group=words)
    return _("{estimate} in {group}").format(estimate=shown, group=phrases.label(group["label"]))


def estimate(row, *, with_words=True):
    """An estimate with its interval: "80 % (95 % CI 59–91)", without the words "80 % (59–91)"."""
    interval = limits(row["lower"], row["upper"], "")
    survival = percent(row["survival"], "–")
    if not interval.strip("–"):
        return _("{survival} (interval not estimable)").format(survival=survival)
    text = _("{survival} (95 % CI {interval})") if with_words else _("{survival} ({interval})")
    return text.format(survival=survival, interval=interval)


def median(one):
    """A median with its interval: "21.4 months (95 % CI from 9.5 months)", "not reached"."""
    if one.get("withheld"):
        return _("withheld")
    middle = _("not reached") if one["estimate"] is None else _("{n} months").format(n=months(one["estimate"], ""))
    interval = limits_in_months(one)
    return _("{median} (95 % CI {interval})").format(median=middle, interval=interval) if interval else middle


def limits_in_months(one):
    """The limits of a time in words; "" where neither is defined."""
    lower, upper = months(one["lower"], ""), months(one["upper"], "")
    if lower and upper:
        return _("{lower}–{upper} months").format(lower=lower, upper=upper)
    if lower:
        return _("from {n} months").format(n=lower)
    return _("up to {n} months").format(n=upper) if upper else ""


@dataclass(frozen=True)
class TileValue:
    """A tile as shown: the number, and beside it what makes it believable."""

    name: str
    label: str
    value: str
    note: str


def tile_value(tile, result, counts):
    """A tile's number. result: the Result it reads or None; counts: analytics.read's patients and sites of the dataset."""
    kinds = {"sites": _sites, "patients": _patients, "events": _events, "follow_up": _follow_up, "survival": _survival}
    if counts is None or (tile.analysis and result is None):
        return TileValue(tile.name, str(tile.label), "–", _("not computed yet"))
    value, note = kinds[tile.kind](result, counts)
    return TileValue(tile.name, str(tile.label), value, note)


def _sites(_result, counts):
    return str(counts.sites), _("with registered patients")


def _patients(result, counts):
    return str(result["n"]), _("of {n} registered").format(n=counts.patients)


def _events(result, _counts):
    return str(result["events"]), _("in {n} patients").format(n=result["n"])


def _follow_up(result, _counts):
    middle = result["follow_up"]["median"]
    interval = limits_in_months(middle)
    note = (
        _("95 % CI {interval}, reverse Kaplan–Meier") if interval else _("interval not estimable, reverse Kaplan–Meier")
    )
    return months(middle["estimate"], "–"), note.format(interval=interval)


def _survival(result, _counts):
    group = result["groups"][0]
    if not group["n"] or not is_observed(group, PREFERRED_MONTHS):
        return "–", _("follow-up too short; n {n}").format(n=group["n"])
    row = reading(group, PREFERRED_MONTHS)
    interval = limits(row["lower"], row["upper"], "")
    note = (
        _("95 % CI {interval} · n {n}, events {events}")
        if interval
        else _("interval not estimable · n {n}, events {events}")
    )
    return percent(row["survival"], "–"), note.format(interval=interval, n=group["n"], events=group["events"])
