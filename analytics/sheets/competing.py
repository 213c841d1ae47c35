"""Cumulative incidences as a table, and Gray's tests."""

from django.utils.translation import gettext as _

from analytics.sheets.sheet import NONE, Row, Sheet, at_month, counted, label, share, tested


def sheets(result):
    """One table of the incidences, one of the tests."""
    if not result["groups"]:  # groups are those found in the data, and there are none
        return []
    asked = [row["months"] for row in result["groups"][0]["causes"][0]["at"]]
    rows = []
    for group in result["groups"]:
        if len(result["groups"]) > 1:
            rows.append(
                Row(_("{group}, n {n}").format(group=label(group["label"]), n=counted(group["n"])), is_head=True)
            )
        for cause in group["causes"]:
            cells = [share(row, "incidence") for row in cause["at"]] if group["n"] else [NONE] * len(asked)
            rows.append(
                Row(label(cause["label"]), (counted(cause["events"]), *cells), is_inner=len(result["groups"]) > 1)
            )
    heads = (_("Events"), *(at_month(month) for month in asked))
    caption = _("Cumulative incidence (Aalen–Johansen) with 95 % confidence interval, limits {limits}; n {n}")
    found = [Sheet(caption.format(limits=result["limits"], n=counted(result["n"])), _("Cause"), heads, tuple(rows))]
    if result["gray"]:
        tests = tuple(tested(label(test["label"]), test) for test in result["gray"])
        found.append(Sheet(_("Gray’s test of the groups"), _("Cause"), (_("Statistic"), _("df"), _("p")), tests))
    return found
