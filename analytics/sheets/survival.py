"""Curves as tables: estimates at the months asked for, medians, comparisons, restricted means."""

from django.utils.translation import gettext as _

from analytics import sentences
from analytics.figures.text import months
from analytics.sheets.sheet import (
    MINUS,
    NONE,
    Row,
    Sheet,
    at_month,
    between,
    counted,
    decimal,
    label,
    p_of,
    share,
    tested,
)


def sheets(result):
    """The tables of a survival Result, or of one from a landmark."""
    if not result["groups"]:  # groups are those found in the data, and there are none
        return []
    found = [_estimates(result)]
    if result["logrank"]:
        found.append(_tests(result))
    if result["restricted_mean"]:
        found.append(_means(result["restricted_mean"]))
    return found


def _estimates(result):
    asked = [row["months"] for row in result["groups"][0]["at"]]
    heads = [_("n"), _("Events"), *(at_month(month) for month in asked), _("Median")]
    rows = []
    for group in result["groups"]:
        if group["n"] != 0:
            cells = [counted(group["n"]), counted(group["events"]), *(share(row, "survival") for row in group["at"])]
            rows.append(Row(label(group["label"]), (*cells, sentences.median(group["median"]))))
        else:
            rows.append(Row(label(group["label"]), ("0", "0", *(NONE for _month in asked), NONE)))
    caption = _("Kaplan–Meier estimates with 95 % confidence interval, limits {limits}")
    return Sheet(caption.format(limits=result["limits"]), _("Group"), tuple(heads), tuple(rows))


def _tests(result):
    test = result["logrank"]
    rows = [tested(_("Log-rank test"), test)]
    if test.get("trend"):
        rows.append(tested(_("Test for trend over the groups"), test["trend"]))
    if result["permutation"]:
        rows.append(
            Row(
                _("Log-rank test by permutation"),
                (_permuted(result["permutation"]), NONE, p_of(result["permutation"]["p"])),
            )
        )
    names = {group["group"]: label(group["label"]) for group in result["groups"]}
    rows += [
        Row(
            _("{first} against {second}, Holm").format(first=names[pair["first"]], second=names[pair["second"]]),
            (f"χ² {decimal(pair['statistic'])}", str(pair["df"]), p_of(pair["p_holm"])),
        )
        for pair in result["pairwise"]
    ]
    return Sheet(_("Comparison of the groups"), _("Test"), (_("Statistic"), _("df"), _("p")), tuple(rows))


def _permuted(test):
    if test["exact"]:
        return _("all {n} arrangements").format(n=test["arrangements"])
    return _("{n} arrangements, seed {seed}").format(n=test["arrangements"], seed=test["seed"])


def _means(found):
    compared = ("",) if found["difference"] else ()
    rows = [
        Row(label(group["label"]), (str(group["n"]), _in_months(group["estimate"]), _between_months(group), *compared))
        for group in found["groups"]
    ]
    if found["difference"]:
        first, second = (label(group["label"]) for group in found["groups"])
        one, ratio = found["difference"], found["ratio"]
        rows.append(
            Row(
                _("Difference: {second} less {first}").format(first=first, second=second),
                ("", _in_months(one["estimate"]), _between_months(one), p_of(one["p"])),
            )
        )
        rows.append(
            Row(
                _("Ratio: {second} to {first}").format(first=first, second=second),
                ("", decimal(ratio["estimate"]), between(ratio["lower"], ratio["upper"]), p_of(ratio["p"])),
            )
        )
    caption = _("Mean months without the event within the first {months} months (restricted mean)")
    heads = (_("n"), _("Months"), _("95 % CI"), *((_("p"),) if compared else ()))
    return Sheet(caption.format(months=months(found["tau"], NONE)), _("Group"), heads, tuple(rows))


def _in_months(days):
    return months(days, NONE).replace("-", MINUS)


def _between_months(row):
    if row["lower"] is None:
        return NONE
    return _("{lower} to {upper}").format(lower=_in_months(row["lower"]), upper=_in_months(row["upper"]))
