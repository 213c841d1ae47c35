"""Proportions as a table."""

from django.utils.translation import gettext as _

from analytics.sheets.sheet import NONE, Row, Sheet, between, counted, decimal, label, p_of, share


def sheets(result):
    """The groups, and under them their comparison."""
    rows = tuple(
        Row(
            label(group["label"]),
            (_of(group), share(group, "estimate") if group["n"] else NONE, counted(group["not_known"])),
        )
        for group in result["groups"]
    )
    outcome = result["analysis"]["outcome"]
    name = label(outcome["label"]) if outcome else label(result["endpoint"]["label"])
    caption = _("{outcome}, with exact 95 % confidence interval (Clopper–Pearson)").format(outcome=name)
    return [Sheet(caption, _("Group"), (_("x / n"), _("Share"), _("Not known")), rows, _comparison(result))]


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
