"""A Result's R script: a heading, the rows that were used, the parts that recompute and write."""

from functools import cache
from pathlib import Path

from analytics.core.columns.column import CATEGORY
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.r_scripts.selecting import (
    NotInFilesError,
    answers_read,
    group_of,
    needs_cases,
    of_cases,
    of_times,
    said_of,
)
from analytics.r_scripts.text import comment, literal, name, named, vector

PARTS = Path(__file__).parent / "parts"
TABLES = ("table-one", "toxicity")
NEEDS_CMPRSK = ("cumulative-incidence", "fine-gray")
NO_SCRIPT = {
    "flow": "It counts where cases stand in the record; there is nothing to estimate.",
    "enrolment": "It counts cases by the month of their dates; there is nothing to estimate.",
    "swimmer": "It draws the dates of cases.csv and the times of endpoints.csv as they are; there is nothing to estimate.",
    "completeness": "It counts forms, queries and lateness in the record, which the files of a dataset do not hold.",
    "response": "Its measures are columns of cases.csv; the analysis best-response shows how such a proportion is recomputed.",
    "sensitivity": "Each of its lines is the Kaplan-Meier estimate of one rule or set of endpoints.csv, as the analysis efs-a has it.",
}


def script(result: dict) -> str:
    """The R script for a Result (schema 2), in its envelope or without.

    It reads endpoints.csv, cases.csv or both, whose names may be given as arguments; it prints the numbers and with
    `--json FILE` writes them under the Result's own keys. Labels stand in comments and strings only. Raises NotInFilesError.
    """
    asked = result["analysis"]
    if asked["method"] in NO_SCRIPT:
        raise NotInFilesError(NO_SCRIPT[asked["method"]])
    if not result["n"]:
        raise NotInFilesError("No case can be analysed: there is nothing to recompute.")
    make = MAKERS.get(asked["method"])
    if make is None:
        raise NotInFilesError(f"No script is written for the method {asked['method']}.")
    body, files = make(result)
    return "\n\n".join([_heading(result, files), *body, _part("write")]) + "\n"


def has_script(result: dict) -> bool:
    """Whether the files of the dataset hold what the Result rests on."""
    try:
        script(result)
    except NotInFilesError:
        return False
    return True


@cache
def _part(name: str) -> str:
    return (PARTS / f"{name}.R").read_text(encoding="utf-8").strip()


def _told(part: str, *assigned: str) -> str:
    """A part of the script with what this analysis tells it, after its first line of comment."""
    first, rest = _part(part).split("\n", 1)
    return "\n".join([first, *assigned, rest])


def _lines(lines: list[str]) -> str:
    return "\n".join(lines)


def _heading(result: dict, files: str) -> str:
    """Which result of which data this is, and how to run it."""
    asked, rule, dataset = result["analysis"], result.get("endpoint"), result.get("dataset")
    events = "" if result.get("events") is None else f", events = {result['events']}"
    lines = [
        asked["title"],
        asked["question"],
        f"Analysis {asked['name']}, version {asked['version']}: {asked['method']}.",
    ]
    if rule:
        lines.append(f"Rule {rule['id']}, version {rule['version']}: {rule['print']}")
    lines.append(f"Population: {asked['population']}. n = {result['n']}{events}.")
    if dataset:
        lines.append(
            f"Dataset: {dataset['cohort']} {dataset['kind']} {dataset['revision']}, SHA-256 {dataset['hash']}."
        )
        lines.append(f"Computed by version {result['code_version']}; specification {result['analysis_hash']}.")
    lines.append(f"Run: Rscript {asked['name']}.R {files} [--json numbers.json]")
    if asked["method"] in NEEDS_CMPRSK:
        lines.append("Needs the package cmprsk beside survival.")
    return _lines([comment(one) for one in lines])


def _timed(result: dict, *parts: str) -> tuple[list[str], str]:
    """Reading and selecting the rows of an endpoint, then the given parts of the script."""
    asked = result["analysis"]
    with_cases = needs_cases(asked)
    answers = answers_read(asked)
    read = ["library(survival)", _part("read"), *([_part("case_columns")] if with_cases else [])]
    read += [_part("answers")] if answers else []
    files = ["endpoints.csv", *(["cases.csv"] if with_cases else []), *answers]
    return [*read, _lines(of_times(asked)), *parts], " ".join(files)


def _kaplan_meier(result: dict) -> tuple[list[str], str]:
    follow_up = (
        'follow_up = list(median = median_of(survfit(Surv(time, status != 1) ~ 1, data = rows, conf.type = "log-log")))'
    )
    return _timed(result, *_survival(result, ["n = nrow(rows)", "events = sum(rows$status == 1)"], [follow_up]))


def _survival(result: dict, first: list[str], last: list[str], *before: str) -> list[str]:
    """Curves, their comparison where there are groups, restricted means; `before` prepares the rows."""
    tau = result["analysis"]["options"].get("tau_months")
    test = result.get("logrank") or {}
    is_compared = bool(test)
    answer = [*first, "groups = lapply(levels, curve_of, rows = rows)"]
    answer += ["logrank = compared(rows)", "pairwise = pairs_of(rows)"] if is_compared else []
    answer += ["restricted_mean = restricted_means(rows)", *last] if result.get("restricted_mean") else []
    ordered = f"ordered <- {literal('trend' in test)}  # whether the order of the levels means something"
    horizon = f"horizon <- {'Inf' if tau is None else f'{literal(tau)} * 30.4375'}"
    return [
        *before,
        _part("curves"),
        *([_told("comparison", ordered)] if is_compared else []),
        _told("restricted_mean", horizon),
        "answer <- list(\n  " + ",\n  ".join(answer) + ")",
    ]


def _exposed(result: dict) -> str:
    """Days from the clock to the exposure."""
    asked = result["analysis"]
    date, clock = name(f"day_{asked['exposure']['date']}"), name(f"day_{ENDPOINTS[asked['endpoint']].clock}")
    return _lines(
        [
            comment(f"---- days from the clock to: {asked['exposure']['label']}; NA where it never came"),
            f"rows$exposed_from <- as.numeric(rows${date}) - as.numeric(rows${clock})",
        ]
    )


def _landmark(result: dict) -> tuple[list[str], str]:
    asked = result["analysis"]
    day = f"landmark <- {literal(asked['options']['landmark_days'])}"
    last = ["landmark = list(days = landmark, n = nrow(rows), excluded = gone)"]
    by_exposure = [_exposed(result)] if asked["exposure"] else []
    return _timed(result, *_survival(result, [], last, *by_exposure, _told("landmark", day)))


def _time_dependent(result: dict) -> tuple[list[str], str]:
    estimator = f"estimator <- {literal(''.join(one.get('estimator', '') for one in result['models']))}"
    tested = result["mantel_byar"] is not None and result["mantel_byar"]["statistic"] is not None
    return _timed(
        result, _exposed(result), _part("cox"), _told("time_dependent", estimator, f"tested <- {literal(tested)}")
    )


def _incidence(result: dict) -> tuple[list[str], str]:
    return _timed(result, _told("incidence", f"causes <- {vector(one['code'] for one in result['causes'])}"))


def _cox(result: dict) -> tuple[list[str], str]:
    return _timed(result, _models(result), _part("cox"), _part("models"), _part("regression"))


def _fine_gray(result: dict) -> tuple[list[str], str]:
    return _timed(result, _models(result), _part("cox"), _part("models"), _part("fine_gray"))


def _models(result: dict) -> str:
    """The covariates (levels, the reference first; or per how many units) and the models, each by its estimator."""
    said = {
        one["column"]: named({"levels": vector(level["value"] for level in one["levels"])})
        if one["kind"] == CATEGORY
        else named({"per": literal(one["per"])})
        for one in result["analysis"]["covariates"]
    }
    covariates = ",\n  ".join(f"{name(column)} = {source}" for column, source in said.items())
    models = ",\n  ".join(map(_model, result["models"]))
    return f"covariates <- list(\n  {covariates})\nmodels <- list(\n  {models})"


def _model(one: dict) -> str:
    own, other = one.get("cause_specific", one), one.get("fine_gray")
    fitted = own["terms"] or (other or own)["terms"]
    said = {
        "covariates": vector(own["covariates"]),
        "fitted": vector(dict.fromkeys(term["column"] for term in fitted)),
        "estimator": literal(own.get("estimator", "")),
        "beside": literal((own.get("beside") or {}).get("estimator", "")),
    }
    return named(said | ({"fine_gray": literal(_is_finite(other))} if other else {}))


def _values(levels: list[dict]) -> str:
    """The values of a characteristic that cases have; "not reported" is none of them."""
    values = [one["value"] for one in levels if one["value"] is not None]
    return vector(values) if values else "character(0)"


def _is_finite(model: dict) -> bool:
    """Whether the model has coefficients to compare: crr stops somewhere on its way to one that has no end."""
    return bool(model["terms"]) and all(term["coef"] is not None for term in model["terms"])


def _proportion(result: dict) -> tuple[list[str], str]:
    asked = result["analysis"]
    outcome = asked["outcome"]
    if not outcome:
        window = ENDPOINTS[asked["endpoint"]].window
        known = "TRUE" if window is None else f"rows$status > 0 | rows$time >= {literal(window)}"
        own = [f"rows$known <- {known}", "rows$counts <- rows$status == 1 & rows$known"]
        return _timed(result, _lines(own), _part("proportion"))
    column = name(outcome["column"])
    known = "rep(TRUE, nrow(rows))" if outcome["missing_is_no"] else f"!is.na(rows${column})"
    own = [
        comment(f"---- what counts: {outcome['label']}"),
        f"rows$known <- {known}",
        f"rows$counts <- rows${column} %in% {vector(outcome['values'])}",
    ]
    return _counted(result, [column], _lines(own), _part("proportion"))


def _counted(result: dict, columns: list[str], *parts: str) -> tuple[list[str], str]:
    """Reading and selecting cases, then the given parts of the script."""
    asked = result["analysis"]
    groups = asked["groups"]
    levels = vector(one["value"] for one in groups["levels"]) if groups else '"all"'
    column = group_of(groups) if groups else 'rep("all", nrow(rows))'
    grouped = [*of_cases(asked, columns), *said_of(groups), f"levels <- {levels}", f"rows$group <- {column}"]
    answers = answers_read(asked)
    read = [_part("read"), _part("case_columns"), *([_part("answers")] if answers else [])]
    return [*read, _lines(grouped), *parts], " ".join(["cases.csv", *answers])


def _table(result: dict) -> tuple[list[str], str]:
    """Every characteristic of the table; `asked_of` says of whom a question is asked where "not reported" is counted."""
    rows = (result["table"] or {"rows": []})["rows"]
    shown = {row["column"]: _values(row["levels"]) for row in rows if "levels" in row}
    counted = [row["column"] for row in rows if any(one["value"] is None for one in row.get("levels", ()))]
    of = {one: COLUMN_OF[one].of or ("case", ()) for one in counted if one in COLUMN_OF}
    columns = [row["column"] for row in rows]
    lines = [
        f"columns <- {vector(columns)}",
        f"shown <- {named(shown)}",
        f"asked_of <- {named({one: named({'column': literal(given[0]), 'values': vector(given[1])}) for one, given in of.items()})}",
    ]
    others = [given[0] for given in of.values() if given[0] != "case"]
    return _counted(result, list(dict.fromkeys([*columns, *others])), _lines(lines), _part("table"))


MAKERS = {
    "kaplan-meier": _kaplan_meier,
    "landmark": _landmark,
    "time-dependent": _time_dependent,
    "cumulative-incidence": _incidence,
    "cox": _cox,
    "fine-gray": _fine_gray,
    "proportion": _proportion,
    **dict.fromkeys(TABLES, _table),
}
