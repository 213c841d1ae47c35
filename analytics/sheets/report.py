"""The tables of a report: characteristics, toxicity, response, flow, sensitivity, completeness."""

from django.utils.translation import gettext as _

from analytics.core.cases_counted import GROUP, IN, LEFT, MISSING, YES, level
from analytics.figures.text import NBSP
from analytics.sheets.sheet import NONE, Row, Sheet, counted, decimal, label, led, p_of, share

ALL = "all"  # the first column of a table


def characteristics(result):
    """Patients by group: numbers as median (quartiles; range), the rest as n (%), each with those not known."""
    table = result["table"]
    if table is None:
        return []
    heads = tuple(_("{group}, n {n}").format(group=label(one["label"]), n=counted(one["n"])) for one in table["heads"])
    compared = any(row.get("smd") for row in table["rows"]) and len(heads) > 2
    tested = any(row.get("test") for row in table["rows"])
    rows = []
    for row in table["rows"]:
        make = _of_levels if "levels" in row else _of_number
        rows += make(row, compared, tested, [_group(one["value"]) for one in table["heads"]])
    extra = ((_("SMD"),) if compared else ()) + ((_("p"),) if tested else ())
    note = _(
        "Numbers: median (quartiles; range). Counts: n (% of those known). SMD: largest standardised difference of two groups."
    )
    caption = label(result["analysis"]["title"])
    return [Sheet(caption, _("Characteristic"), heads + extra, tuple(rows), note if compared else "")]


def _group(value):
    """The words of a column of the table; none for that of all cases."""
    return () if value == ALL else (GROUP, level(value))


def _of_number(row, compared, tested, groups):
    """A line of medians; below it how many are not known, if any."""
    column = row["column"]
    cells = tuple(
        led(_summary(cell), cell["n"], column, IN, *group) for cell, group in zip(row["cells"], groups, strict=True)
    )
    name = (
        _("{label}, {unit}").format(label=label(row["label"]), unit=label(row["unit"]))
        if row["unit"]
        else label(row["label"])
    )
    found = [Row(name, cells + _differences(row, compared, tested))]
    if any(cell["missing"] != 0 for cell in row["cells"]):
        found.append(
            Row(
                _("Not known"),
                (
                    *(
                        led(counted(cell["missing"]), cell["missing"], column, MISSING, *group)
                        for cell, group in zip(row["cells"], groups, strict=True)
                    ),
                    *_blanks(compared, tested),
                ),
                is_inner=True,
            )
        )
    return found


def _of_levels(row, compared, tested, groups):
    """A line with the name, then one for each level, and one for those not known."""
    blanks = ("",) * len(row["levels"][0]["cells"]) if row["levels"] else ()
    found = [Row(label(row["label"]), blanks + _differences(row, compared, tested), is_head=not (compared or tested))]
    found += [
        Row(
            label(one["label"]),
            (*_counts(row["column"], one["value"], one["cells"], groups), *_blanks(compared, tested)),
            is_inner=True,
        )
        for one in row["levels"]
    ]
    if any(cell["x"] != 0 for cell in row.get("missing", ())):
        found.append(
            Row(
                _("Not known"),
                (
                    *(
                        led(counted(cell["x"]), cell["x"], row["column"], MISSING, *group)
                        for cell, group in zip(row["missing"], groups, strict=True)
                    ),
                    *_blanks(compared, tested),
                ),
                is_inner=True,
            )
        )
    return found


def _counts(column, value, cells, groups):
    """The cells of a level, each with the words of its cases."""
    return [
        led(_count(cell), cell["x"], column, level(value), *group) for cell, group in zip(cells, groups, strict=True)
    ]


def _blanks(compared, tested):
    return ("",) * (compared + tested)


def _differences(row, compared, tested):
    smd = (decimal(row["smd"]["largest"]) if row.get("smd") else NONE,) if compared else ()
    test = (p_of(row["test"]["p"]) if row.get("test") else NONE,) if tested else ()
    return smd + test


def _summary(cell):
    if cell.get("withheld"):
        return counted(None)
    if cell["median"] is None:
        return NONE
    middle, low, high, least, most = (_short(cell[key]) for key in ("median", "q1", "q3", "min", "max"))
    if cell["min"] is None:
        return f"{middle} ({low}–{high})"
    return f"{middle} ({low}–{high}; {least}–{most})"


def _short(value):
    """Up to one decimal; small numbers keep two digits."""
    if value is None:
        return NONE
    if value and abs(value) < 0.1:
        return f"{value:.1e}"
    return f"{value:.1f}".removesuffix(".0")


def _count(cell):
    if cell.get("withheld"):
        return counted(None)
    return NONE if cell["percent"] is None else f"{cell['x']} ({cell['percent']:.0f}{NBSP}%)"


def response(result):
    """Every measure of response for all and by subgroup, with exact limits and its own denominator."""
    table = result["table"]
    if table is None:
        return []
    heads = (_("n"), *(label(measure["label"]) for measure in table["measures"]))
    rows, shown = [], None
    for row in table["rows"]:
        if row["column"] and row["column"] != shown:
            rows.append(Row(label(row["label"]), is_head=True))
            shown = row["column"]
        of = (row["column"], level(row["value"])) if row["column"] else ()
        cells = (
            led(
                f"{cell['x']} / {cell['n']}: {share(cell, 'estimate')}",
                cell["x"] or cell["n"],
                cell["measure"],
                YES if cell["x"] else "",
                *of,
            )
            if cell["n"]
            else NONE
            if cell["n"] == 0
            else counted(None)
            for cell in row["cells"]
        )
        n = led(counted(row["n"]), row["n"], *(of or (IN,)))
        rows.append(Row(label(row["level"]), (n, *cells), is_inner=bool(row["column"])))
    return [
        Sheet(
            label(result["analysis"]["title"]),
            _("Patients"),
            heads,
            tuple(rows),
            _("x / n: share (exact 95 % confidence interval)."),
        )
    ]


def flow(result):
    """Each box with how many, who left there and why, and who went on."""
    table = result["table"]
    if table is None:
        return []
    names = {node["id"]: label(node["label"]) for node in table["nodes"]}
    rows = []
    for node in table["nodes"]:
        rows.append(Row(names[node["id"]], (led(counted(node["n"]), node["n"], node["id"]), "")))
        for partition in node["partitions"]:
            text = "; ".join(f"{label(part['label'])} {part['n']}" for part in partition["parts"] if part["n"])
            rows.append(Row(label(partition["label"]), ("", text), is_inner=True))
        for place, one in enumerate(node["exits"]):
            kind = _("Under way") if one["waiting"] else _("Left")
            n = led(counted(one["n"]), one["n"], node["id"], f"{LEFT}.{place}")
            rows.append(Row(kind, (n, label(one["reason"])), is_inner=True))
    caption = _("Patients from registration to their last news, as of {day}").format(day=table["day"])
    if table["day"] is None:  # released to others
        caption = _("Patients from registration to their last news")
    return [Sheet(caption, _("Step"), (_("n"), _("What and why")), tuple(rows))]


def sensitivity(result):
    """Event-free survival under each rule and restriction, whole and by each definition of burden."""
    table = result["table"]
    if table is None:
        return []
    heads = (_("n, events"), _("{months} months").format(months=table["months"]))
    rows, population = [], None
    for row in _different(table):
        if row["population"] != population:
            population = row["population"]
            rows.append(Row(label(row["population_label"]), is_head=True))
        name = f"{row['endpoint']}, {label(row['restriction_label'])}"
        rows.append(Row(name, (f"{row['n']}, {row['events']}", share(row, "survival")), is_inner=True))
    note = _("A restriction that leaves every time and status as they are is not shown again.")
    whole = Sheet(_("Event-free survival by rule, set and restriction"), _("Rule"), heads, tuple(rows), note)
    return [whole, *_by_burden(table)]


def _different(table):
    """The rows that say something that no row above them says."""
    return [row for row in table["rows"] if not row["same_times_as"]]


def _by_burden(table):
    """One table for each definition of burden, where some case has one."""
    found = {}
    for row in _different(table):
        for burden in row["burden"]:
            if any(group["n"] for group in burden["groups"]):
                found.setdefault(burden["column"], (burden["label"], []))[1].append((row, burden))
    for name, pairs in found.values():
        groups = [label(group["label"]) for group in pairs[0][1]["groups"]]
        rows = tuple(
            Row(
                f"{row['endpoint']}, {label(row['restriction_label'])}",
                (
                    *(f"{share(group, 'survival')}; {group['n']}, {group['events']}" for group in burden["groups"]),
                    p_of(burden["logrank"]["p"]) if burden["logrank"] else NONE,
                    str(burden["not_known"]),
                ),
            )
            for row, burden in pairs
        )
        heads = (*groups, _("Log-rank p"), _("Not known"))
        yield Sheet(label(name), _("Rule"), heads, rows, _("Share free of events; n, events."))


def completeness(result):
    """Forms, answers, queries and follow-up of each hospital."""
    table = result["table"]
    if table is None:
        return []
    heads = (
        *(_("Cases"), _("Forms complete"), _("On time"), _("Overdue contacts"), _("Critical answers")),
        *(_("Open queries"), _("Contradictions"), _("Follow-up (Clark’s C)")),
    )
    rows = [Row(one["site"], _completeness_cells(one)) for one in table["sites"]]
    rows.append(Row(_("All hospitals"), _completeness_cells(table["total"])))
    caption = _("Completeness by hospital, judged at {day}").format(day=table["day"])
    note = _("Forms: required and due. Critical answers: given of those asked that an endpoint needs.")
    return [Sheet(caption, _("Hospital"), heads, tuple(rows), note)]


def _completeness_cells(one):
    followed = one["follow_up"]["complete"]
    return (
        str(one["cases"]),
        _of(one["forms_complete"], one["forms_due"]),
        _of(one["forms_on_time"], one["forms_due"]),
        _plain(one["follow_up_overdue"]),
        _of(one["critical_answered"], one["critical_asked"]),
        _plain(one["queries_open"]),
        _plain(one["contradictions"]),
        NONE if followed is None else f"{100 * followed:.0f}{NBSP}%",
    )


def _of(x, n):
    if not n:
        return NONE
    return f"{x:.0f} / {n:.0f} ({100 * x / n:.0f}{NBSP}%)"


def _plain(value):
    return NONE if value is None else f"{value:.0f}"
