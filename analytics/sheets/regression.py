"""Regressions as tables: hazard ratios with limits, what each compares, and what the model rests on."""

from django.utils.translation import gettext as _

from analytics import phrases
from analytics.sheets.sheet import Row, Sheet, between, counted, decimal, label, p_of

ESTIMATORS = {"cox": "Cox", "firth-cox": "Firth", "fine-gray": "Fine–Gray"}


def sheets(result):
    """A table of the covariates one by one, and one of the common model."""
    alone = [model for model in result["models"] if model["kind"] == "univariable"]
    found = [_sheet(_("Each covariate alone"), alone)] if alone else []
    return found + [
        _sheet(_("All together"), [model]) for model in result["models"] if model["kind"] == "multivariable"
    ]


def competing_sheets(result):
    """For each question two hazards: of the event itself, and of its incidence."""
    kinds = (
        ("cause_specific", _("Cause-specific hazard, each covariate alone"), _("Cause-specific hazard, all together")),
        (
            "fine_gray",
            _("Subdistribution hazard (Fine–Gray), each covariate alone"),
            _("Subdistribution hazard (Fine–Gray), all together"),
        ),
    )
    found = []
    for kind, alone, together in kinds:
        models = [pair[kind] for pair in result["models"]]
        single = [model for model in models if len(model["covariates"]) == 1]
        found += [_sheet(alone, single)] if single else []
        found += [_sheet(together, [model]) for model in models if len(model["covariates"]) > 1]
    return found


def exposure_sheets(result):
    """Time without and with the exposure, and its hazard ratio."""
    rows = tuple(
        Row(label(spell["label"]), (counted(spell["n"]), counted(spell["events"]), _years(spell["days"])))
        for spell in result["spells"]
    )
    heads = (_("Patients"), _("Events"), _("Patient-years"))
    found = [Sheet(_("Time without and with the exposure"), _("Exposure"), heads, rows)] if rows else []
    if result["mantel_byar"]:
        test = result["mantel_byar"]
        note = _("Mantel–Byar test: χ² {statistic}, df {df}, p {p}.").format(
            statistic=decimal(test["statistic"]), df=test["df"], p=p_of(test["p"])
        )
        found.append(_sheet(_("Hazard ratio of the exposure, from its beginning on"), result["models"], note))
    return found


def _years(days):
    return counted(None) if days is None else f"{days / 365.25:.1f}"


def _sheet(caption, models, note=""):
    rows = [row for model in models for row in _rows(model)]
    if len(models) == 1 and models[0].get("beside"):
        rows += _rows({**models[0], **models[0]["beside"]})
    heads = (_("Compared with"), _("n, events"), _("Hazard ratio"), _("95 % CI"), _("p"), _("Estimator"))
    return Sheet(caption, _("Covariate"), heads, tuple(rows), note or _note(models))


def _rows(model):
    """A row for each term; a model that could not be fitted says why."""
    if model["refused"]:
        return [Row(label_of(model), (phrases.sentence(model["refused"]), "", "", "", "", ""))]
    counts = f"{counted(model['n'])}, {counted(model['events'])}"
    return [
        Row(
            _term(term),
            (
                label(term.get("reference_label")),
                counts,
                decimal(term["hr"]),
                between(term.get("profile_lower", term["lower"]), term.get("profile_upper", term["upper"])),
                p_of(term["p"]),
                ESTIMATORS[model["estimator"]],
            ),
        )
        for term in model["terms"]
    ]


def label_of(model):
    """The covariates of a model without terms, by their labels."""
    return ", ".join(label(one) for one in model.get("labels") or model["covariates"])


def _term(term):
    if term.get("level_label"):
        return f"{label(term['label'])}: {label(term['level_label'])}"
    return (
        _("{label}, per {unit}").format(label=label(term["label"]), unit=label(term["unit"]))
        if term.get("unit")
        else label(term["label"])
    )


def _note(models):
    """Why this estimator, how well the model tells cases apart, whether hazards are proportional."""
    if len(models) != 1 or models[0]["refused"]:
        return _("Limits: profile likelihood where it is given, else Wald; Firth: profile penalised likelihood.")
    model = models[0]
    said = [phrases.sentence(model["reason"])] if model.get("reason") else []
    if model.get("optimism"):
        corrected = model["optimism"]
        said.append(
            _("Concordance {apparent}, corrected for optimism {corrected} ({n} resamples, seed {seed}).").format(
                apparent=decimal(corrected["apparent"]),
                corrected=decimal(corrected["corrected"]),
                n=corrected["resamples"],
                seed=corrected["seed"],
            )
        )
    if model.get("proportional_hazards"):
        test = model["proportional_hazards"]["global"]
        said.append(_("Proportional hazards: p {p} for all terms together.").format(p=p_of(test["p"])))
    if model.get("second_opinion"):
        said.append(_opinion(model["second_opinion"]))
    return " ".join(one for one in said if one)


def _opinion(found):
    """What the other engine says; nothing where it was not asked."""
    if found["agrees"] is None:
        return ""
    text = (
        _("{library} finds the same coefficients (largest difference {difference}).")
        if found["agrees"]
        else _(
            "{library} finds other coefficients (largest difference {difference}): do not use them before this is cleared up."
        )
    )
    return text.format(library=found["library"], difference=f"{found['largest_difference']:.0e}")
