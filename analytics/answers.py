"""One sentence of answer under each figure or table, from its Result. They state numbers and judge nothing."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics import phrases, sentences
from analytics.core.courses_told import whole_of
from analytics.figures.text import NBSP, limits, p_value, percent
from analytics.sheets.sheet import decimal

SEVERE = ("3", "4", "5")  # grades


def answer(panel, result):
    """The sentence that answers the panel's question with numbers, in the reader's language."""
    if not result["n"]:
        return _("No patient can be analysed yet.")
    return ANSWERS[result["analysis"]["method"]](panel, result)


def joined(parts):
    """Parts of a sentence, as a list is set in the reader's language."""
    return pgettext("list", ", ").join(parts)


def with_limits(share, lower, upper):
    """A share with its interval: "38 % (95 % CI 23–54)"; without it where it is not defined."""
    interval = limits(lower, upper, "").strip("–")
    if not interval:
        return percent(share, "–")
    return _("{survival} (95 % CI {interval})").format(survival=percent(share, "–"), interval=limits(lower, upper, ""))


def _incidence(_panel, result):
    groups = [group for group in result["groups"] if group["n"]]
    month = _month(groups)
    if month is None:
        return _("Follow-up is too short for an estimate: n {n}, events {events}.").format(
            n=result["n"], events=result["events"]
        )
    if len(result["groups"]) > 1:
        parts = [_of_cause(group["causes"][0], month, group["label"]) for group in groups]
    else:
        parts = [_of_cause(cause, month, phrases.label(cause["label"])) for cause in groups[0]["causes"]]
    text = _("At {months} months: {parts}; n {n}.") if month > 1 else _("At 1 month: {parts}; n {n}.")
    return text.format(months=month, parts=joined(parts), n=result["n"])


def _month(groups):
    """The month to read: 12 if somebody of every group is still observed then, else the last such month; or None."""
    asked = [row["months"] for row in groups[0]["causes"][0]["at"]]
    seen = [month for month in asked if all(_at(group["causes"][0], month)["at_risk"] > 0 for group in groups)]
    return sentences.PREFERRED_MONTHS if sentences.PREFERRED_MONTHS in seen else max(seen, default=None)


def _at(cause, month):
    return next(row for row in cause["at"] if row["months"] == month)


def _of_cause(cause, month, name):
    row = _at(cause, month)
    return _("{name} {estimate}").format(name=name, estimate=with_limits(row["incidence"], row["lower"], row["upper"]))


def _regression(_panel, result):
    models = [one.get("cause_specific", one) for one in result["models"]]
    common = [model for model in models if len(model["covariates"]) > 1] or models[:1]
    fitted = [model for model in common if not model["refused"]]
    if not fitted:
        return phrases.sentence(common[0]["refused"]) if common else _("No model could be fitted.")
    model = fitted[0]
    text = (
        _("Taken together: {parts}; n {n}, events {events}.")
        if len(model["covariates"]) > 1
        else _("{parts}; n {n}, events {events}.")
    )
    parts = joined(_hazard(term) for term in model["terms"])
    return text.format(parts=parts, n=model["n"], events=model["events"])


def _hazard(term):
    name = phrases.label(term["label"])
    level = phrases.label(term["level_label"]) if term.get("level_label") else ""
    level = "" if level == name else level  # "Prior transplant: Prior transplant"
    lower, upper = (term.get(f"profile_{end}") or term[end] for end in ("lower", "upper"))
    return _("hazard ratio {hr} (95 % CI {lower} to {upper}) {of}").format(
        hr=decimal(term["hr"]),
        lower=decimal(lower),
        upper=decimal(upper),
        of=_("for {name}: {level}").format(name=name, level=level) if level else _("for {name}").format(name=name),
    )


def _proportion(_panel, result):
    groups = [group for group in result["groups"] if group["n"]]
    parts = [_share(group, group["label"] if len(result["groups"]) > 1 else "") for group in groups]
    test = result.get("comparison")
    text = sentences.ended(joined(parts))
    if not test or test.get("p") is None:
        return text
    return _("{parts}; {test} p {p}.").format(
        parts=joined(parts), test=phrases.label(test["test"]), p=p_value(test["p"])
    )


def _share(cell, name):
    shown = with_limits(cell["estimate"], cell["lower"], cell["upper"])
    counts = f"{cell['x']}{NBSP}/{NBSP}{cell['n']}"
    if not name:
        return _("{counts}: {estimate}").format(counts=counts, estimate=shown)
    return _("{name} {counts}: {estimate}").format(name=name, counts=counts, estimate=shown)


def _time_dependent(_panel, result):
    model = result["models"][0] if result["models"] else None
    if model is None or model["refused"] or not model["terms"]:
        return phrases.sentence(model["refused"]) if model and model["refused"] else _("Nobody had the exposure.")
    return _("{parts}; n {n}, events {events}.").format(
        parts=_hazard(model["terms"][0]), n=model["n"], events=model["events"]
    )


def _characteristics(_panel, result):
    rows = {row["column"]: row for row in result["table"]["rows"]}
    said = [ngettext("{n} patient", "{n} patients", result["n"]).format(n=result["n"])]
    age = rows.get("age_infusion")
    if age and age["cells"][0]["n"]:
        cell = age["cells"][0]
        said.append(
            _("median age {median} years ({least}–{most})").format(
                median=f"{cell['median']:.1f}", least=f"{cell['min']:.1f}", most=f"{cell['max']:.1f}"
            )
        )
    said += [
        _("{label} {counts}").format(label=phrases.label(level["label"]), counts=_counted(level["cells"][0]))
        for column in ("burden",)
        if column in rows
        for level in rows[column]["levels"][:1]
    ]
    return sentences.ended(joined(said))


def _counted(cell):
    return f"{cell['x']} ({cell['percent']:.0f}{NBSP}%)" if cell["percent"] is not None else str(cell["x"])


def _response(_panel, result):
    whole = result["table"]["rows"][0]
    labels = {one["id"]: phrases.label(one["label"]) for one in result["table"]["measures"]}
    shown = [cell for cell in whole["cells"] if cell["measure"] in ("orr", "mrd_negative") and cell["n"]]
    return sentences.ended(joined(_share(cell, labels[cell["measure"]]) for cell in shown or whole["cells"][:2]))


def _toxicity(_panel, result):
    rows = {row["column"]: row for row in result["table"]["rows"]}
    parts = []
    for column, name in (("crs_grade", _("CRS")), ("icans_grade", _("ICANS"))):
        if column not in rows:
            continue
        row = rows[column]
        severe = sum(level["cells"][0]["x"] for level in row["levels"] if level["value"] in SEVERE)
        missing = sum(level["cells"][0]["x"] for level in row["levels"] if level["value"] is None)
        text = (
            _("{name} of grade 3 or higher in {x} of {n}")
            if not missing
            else _("{name} of grade 3 or higher in {x} of {n}, not reported in {missing}")
        )
        parts.append(text.format(name=name, x=severe, n=result["n"], missing=missing))
    return sentences.ended(joined(parts))


def _flow(_panel, result):
    nodes = {node["id"]: node for node in result["table"]["nodes"]}
    shown = [nodes[one] for one in ("decided", "collected", "infused", "remission", "relapse") if one in nodes]
    return sentences.ended(
        joined(_("{label} {n}").format(label=phrases.label(one["label"]), n=one["n"]) for one in shown)
    )


def _sensitivity(_panel, result):
    rows = [one for one in result["table"]["rows"] if one["survival"] is not None and one["restriction"] == "all"]
    infused = [one for one in rows if one["population"] == "infused"] or rows
    if not infused:
        return _("No patient can be analysed yet.")
    low, high = (pick(infused, key=lambda one: one["survival"]) for pick in (min, max))
    return _("At {months} months from {low} ({one}) to {high} ({other}), infused patients.").format(
        months=result["table"]["months"],
        low=percent(low["survival"], "–"),
        one=low["endpoint"],
        high=percent(high["survival"], "–"),
        other=high["endpoint"],
    )


def _completeness(_panel, result):
    total = result["table"]["total"]
    if not total["forms_due"]:
        return _("No form is due yet.")
    return _("{x} of {n} forms due are complete ({share} %), at {sites} sites.").format(
        x=total["forms_complete"],
        n=total["forms_due"],
        share=f"{100 * total['forms_complete'] / total['forms_due']:.0f}",
        sites=len(result["table"]["sites"]),
    )


def _enrolment(_panel, result):
    table = result["table"]
    steps = joined(_("{label} {n}").format(label=phrases.label(one["label"]), n=one["n"]) for one in table["steps"])
    if not table["months"]:
        return sentences.ended(steps)
    text = ngettext(
        "{steps}, at {n} site, from {first} to {last}.",
        "{steps}, at {n} sites, from {first} to {last}.",
        len(table["sites"]),
    )
    return text.format(steps=steps, n=len(table["sites"]), first=table["months"][0], last=table["months"][-1])


def _swimmer(_panel, result):
    whole = whole_of(result["table"])
    return _("{free} of {n} patients without an event so far, {alive} alive at last contact.").format(
        free=whole["free"], alive=whole["alive"], n=whole["n"]
    )


ANSWERS = {
    "kaplan-meier": sentences.answer,
    "landmark": sentences.answer,
    "cumulative-incidence": _incidence,
    "cox": _regression,
    "fine-gray": _regression,
    "proportion": _proportion,
    "time-dependent": _time_dependent,
    "table-one": _characteristics,
    "response": _response,
    "toxicity": _toxicity,
    "flow": _flow,
    "sensitivity": _sensitivity,
    "completeness": _completeness,
    "enrolment": _enrolment,
    "swimmer": _swimmer,
}
