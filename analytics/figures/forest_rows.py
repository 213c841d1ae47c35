"""The rows of a forest plot from the models of a Result: every covariate with its levels, the reference first, n and events, hazard ratios."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.figures.words import Words

ALONE, TOGETHER = "alone", "together"
HEAD, REFERENCE, ESTIMATE = "head", "reference", "estimate"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A hazard ratio and its limits as they are printed; None where a number is not defined. kind: alone or together."""

    kind: str
    hr: float | None
    lower: float | None
    upper: float | None
    estimator: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. n and events are None where they are not known, or where they belong to no line."""

    kind: str
    label: str
    n: int | None = None
    events: int | None = None
    ratios: tuple[Ratio, ...] = ()
    is_inner: bool = False  # below a covariate's name
    unit: str = ""  # of a number: its ratios are per so much

    def name(self, words: Words) -> str:
        """The label, with the unit of a number."""
        return words.per.format(label=self.label, unit=self.unit) if self.unit else self.label


@dataclass(frozen=True, slots=True)
class Forest:
    """One hazard of one Result. hazard: "", "cause_specific" or "fine_gray"; models: those that were fitted."""

    hazard: str
    rows: tuple[Row, ...]
    models: tuple[dict, ...]
    refused: tuple[tuple[str, str], ...]  # (covariates, reason)


def forests(result: dict) -> list[Forest]:
    """One forest of a Cox or time-dependent Result, two of one with competing events; none without models."""
    models = result["models"]
    if not models:
        return []
    if "spells" in result:
        return [_exposure(result)]
    if "cause_specific" in models[0]:
        counted = [pair["cause_specific"] for pair in models]
        return [_forest(result, hazard, [pair[hazard] for pair in models], counted) for hazard in models[0]]
    return [_forest(result, "", models, models)]


def _forest(result: dict, hazard: str, models: list[dict], counted: list[dict]) -> Forest:
    """counted: the models that say n and events of each level."""
    rows: list[Row] = []
    for covariate in result["analysis"]["covariates"]:
        levels = [one for model in counted for one in model.get("levels") or () if one["column"] == covariate["column"]]
        rows += _rows(covariate, levels, models)
    fitted = tuple(model for model in models if not model["refused"])
    refused = tuple((", ".join(model["labels"]), model["refused"]) for model in models if model["refused"])
    return Forest(hazard, tuple(rows), fitted, refused)


def _rows(covariate: dict, levels: list[dict], models: list[dict]) -> list[Row]:
    """A number on one row; a category under its name, level by level, the first being the reference."""
    counts: dict[str | None, dict] = {}
    for level in levels:  # those of the covariate alone come first
        counts.setdefault(level["value"], level)
    if covariate["kind"] == "number":
        found = counts.get(None, {})
        ratios, unit = _ratios(covariate, None, models), covariate["unit"]
        return [Row(ESTIMATE, covariate["label"], found.get("n"), found.get("events"), ratios, unit=unit)]
    if not counts and not any(_ratios(covariate, level["value"], models) for level in covariate["levels"]):
        return [Row(ESTIMATE, covariate["label"])]  # refused: the caption says why
    rows = [Row(HEAD, covariate["label"])]
    for place, level in enumerate(covariate["levels"]):
        found = counts.get(level["value"], {})
        kind = ESTIMATE if place else REFERENCE
        ratios = _ratios(covariate, level["value"], models) if place else ()
        rows.append(Row(kind, level["label"], found.get("n"), found.get("events"), ratios, is_inner=True))
    return rows


def _ratios(covariate: dict, level: str | None, models: list[dict]) -> tuple[Ratio, ...]:
    """That of the covariate alone, then that of the common model, as far as there are any."""
    return tuple(
        ratio_of(term, ALONE if len(model["covariates"]) == 1 else TOGETHER, model)
        for model in models
        if not model["refused"]
        for term in model["terms"]
        if term["column"] == covariate["column"] and term["level"] == level
    )


def ratio_of(term: dict, kind: str, model: dict) -> Ratio:
    """A term of a model, with profile limits where there are such."""
    lower, upper = (term.get(f"profile_{edge}", term[edge]) for edge in ("lower", "upper"))
    return Ratio(kind, term["hr"], lower, upper, model["estimator"])


def _exposure(result: dict) -> Forest:
    """Time without the exposure as the reference, and the hazard ratio of the time with it."""
    (model,) = result["models"]
    ratios = tuple(ratio_of(term, ALONE, model) for term in model["terms"])
    without, having = result["spells"]
    rows = (
        Row(HEAD, ", ".join(model["covariates"])),
        Row(REFERENCE, without["label"], without["n"], without["events"], is_inner=True),
        Row(ESTIMATE, having["label"], having["n"], having["events"], ratios, is_inner=True),
    )
    refused = ((", ".join(model["covariates"]), model["refused"]),) if model["refused"] else ()
    return Forest("", rows, () if model["refused"] else (model,), refused)
