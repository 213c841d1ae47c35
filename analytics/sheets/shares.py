"""Proportions as a table."""

from django.utils.translation import gettext as _

from analytics.core.cases_counted import GROUP, MISSING, OUTCOME, YES, level
from analytics.sheets.sheet import NONE, Row, Sheet, between, counted, decimal, label, led, p_of, share


def sheets(result):
    """The groups, and under them their comparison."""
    rows = tuple(
        Row(
            label(group["label"]),
            (
                led(_of(group), group["n"], OUTCOME, YES, *_group(group)),
                share(group, "estimate") if group["n"] else NONE,
                led(counted(group["not_known"]), group["not_known"], OUTCOME, MISSING, *_group(group)),
            ),
        )
        for group in result["groups"]
    )
    outcome = result["analysis"]["outcome"]
    name = label(outcome["label"]) if outcome else label(result["endpoint"]["label"])
    caption = _("{outcome}, with exact 95 % confidence interval (Clopper–Pearson)").format(outcome=name)
    return [Sheet(caption, _("Group"), (_("x / n"), _("Share"), _("Not known")), rows, _comparison(result))]


def _group(group):
    """The words of a group."""
    return GROUP, level(group["group"])


def _of(group):
    """x / n; where x is withheld, so is what it is of."""
    return counted(None) if group["x"] is None else f"{group['x']} / {group['n']}"


def _comparison(result):
    test = result["comparison"]
    if not test:
        return ""
    text = _("Fisher’s exact test: p {p}.").format(p=p_of(test["p"]))
    ratio = test["odds_ratio"]
    if ratio is None or ratio["estimate"] is None:
        return text
    odds = _("Odds ratio of the second to the first {ratio} ({interval}).")
    return f"{text} {odds.format(ratio=decimal(ratio['estimate']), interval=between(ratio['lower'], ratio['upper']))}"
