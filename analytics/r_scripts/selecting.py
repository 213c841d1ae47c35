"""The lines of a script that read the files and keep exactly the rows that the analysis used."""

from collections.abc import Callable

from analytics.core.columns.column import EARLY_CLOCKS, FLAG
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.items.asked import forms_of
from analytics.core.parts import PERIOD
from analytics.r_scripts.answering import files_of, is_answer, of_answers
from analytics.r_scripts.text import comment, literal, name, vector

IN_ENDPOINTS = ("site", "stratum", "burden", "prior_hsct")  # columns of the case table that the endpoint table has, too
YEAR = "year"  # the column of the case table that says of a period what the files hold
NO_MONTHS = "It keeps cases by the month in which their clock starts. The files hold the year of the infusion and no calendar date: "
LAST_MONTH = 12


class NotInFilesError(ValueError):
    """The Result rests on what the CSV files of its dataset do not hold; the message says on what."""


def of_times(asked: dict) -> list[str]:
    """The rows of one endpoint, population and grouping; days of the reported months."""
    rule, options = ENDPOINTS[asked["endpoint"]], asked["options"]
    population = None if asked["set"] in ("all", rule.set) else asked["set"]
    dates = (f"day_{asked['exposure']['date']}", f"day_{rule.clock}") if asked["exposure"] else ()
    columns = [population, *_asked_columns(asked), *dates]
    lacking = list(dict.fromkeys(one for one in columns if one and one not in IN_ENDPOINTS and not is_answer(one)))
    lines = [
        "# ---- the rows that the analysis used",
        'rows <- read_text(file_named(1, "endpoints.csv"))',
        f"rows <- rows[rows$endpoint == {literal(asked['endpoint'])}, ]",
        'for (name in c("time", "status", "cause")) rows[[name]] <- as.numeric(rows[[name]])',
    ]
    if lacking:
        lines += ['cases <- read_text(file_named(2, "cases.csv"))', _joined(lacking)]
    lines += of_answers(_asked_columns(asked), 3 if lacking else 2)
    lines += [*_of_population(population), *_filtered(asked)]
    if options.get("without_imputed"):
        lines.append('rows <- rows[rows$imputed == "0", ]')
    lines += _grouped(asked)
    months = f"months <- {vector(sorted(set(asked['at_months'])))}"
    return [*lines, f"strata <- {literal(options.get('strata') or None)}", months, "days <- 30.4375 * months"]


def of_cases(asked: dict, columns: list[str]) -> list[str]:
    """The cases of one population with the columns that are counted; `levels` are those of the groups."""
    population = None if asked["set"] == "all" else asked["set"]
    groups = [asked["groups"]["column"]] if asked["groups"] else []
    named = list(dict.fromkeys(one for one in (population, *_filtering(asked), *groups, *columns) if one))
    wanted = [one for one in named if not is_answer(one)]
    return [
        "# ---- the cases that the analysis used",
        'cases <- read_text(file_named(1, "cases.csv"))',
        'rows <- cases["case"]',
        *([_joined(wanted)] if wanted else []),
        *of_answers(named, 2),
        *_of_population(population),
        *_filtered(asked),
    ]


def needs_cases(asked: dict) -> bool:
    """Whether an analysis of an endpoint reads cases.csv beside endpoints.csv."""
    return any("with_columns" in line for line in of_times(asked))


def answers_read(asked: dict) -> list[str]:
    """The files of answers that an analysis reads beside the others."""
    return files_of(_asked_columns(asked))


def forms_asked(asked: dict) -> tuple[str, ...]:
    """The forms whose answers an analysis asks about."""
    return forms_of(_asked_columns(asked))


def _asked_columns(asked: dict) -> list[str]:
    strata = asked["options"].get("strata")
    found = [one["column"] for one in (asked["groups"], *asked["covariates"]) if one]
    return [*_filtering(asked), *found, *([strata] if strata else [])]


def _filtering(asked: dict) -> list[str]:
    """The columns of the files by which the analysis keeps cases."""
    return [YEAR if one["column"] == PERIOD else one["column"] for one in asked["filters"]]


def _joined(columns: list[str]) -> str:
    """Columns of the case table joined to the rows. Raises NotInFilesError for one that it does not hold."""
    for one in columns:
        if one not in COLUMN_OF and one not in IN_ENDPOINTS:
            raise NotInFilesError(f"It rests on {one}, which cases.csv does not hold.")
    marks = [one for one in columns if one in COLUMN_OF and COLUMN_OF[one].kind == FLAG]
    return f"rows <- with_columns(rows, {vector(columns)}, marks = {vector(marks)})"


def _of_population(population: str | None) -> list[str]:
    return [f'rows <- rows[which(rows${name(population)} == "yes"), ]'] if population else []


def _filtered(asked: dict) -> list[str]:
    """What keeps the cases that every filter keeps; one whose value is not known is not kept."""
    if not asked["filters"]:
        return []
    return [
        "# only the cases that every filter keeps; an unknown value is not kept",
        *map(_kept(asked), asked["filters"]),
    ]


def _kept(asked: dict) -> Callable[[dict], str]:
    def line(one: dict) -> str:
        if one["column"] == PERIOD:
            return _of_years(asked, one)
        column = f"rows${name(one['column'])}"
        if one["values"]:
            return f"rows <- rows[which({column} %in% {vector(one['values'])}), ]"
        return _within(column, one["low"], one["high"])

    return line


def _within(column: str, low: float | None, high: float | None) -> str:
    """Numbers between two ends, both included."""
    ends = [
        f"as.numeric({column}) {sign} {literal(end)}" for sign, end in ((">=", low), ("<=", high)) if end is not None
    ]
    return f"rows <- rows[which({' & '.join(ends)}), ]"


def _of_years(asked: dict, one: dict) -> str:
    """A period of whole years, from the year of the infusion. Raises NotInFilesError for months and for earlier clocks."""
    low, high = (None if end is None else int(end) for end in (one["low"], one["high"]))
    if asked["endpoint"] and ENDPOINTS[asked["endpoint"]].clock in EARLY_CLOCKS:
        raise NotInFilesError(f"{NO_MONTHS}a clock that starts before the infusion cannot be told from them.")
    if (low and low % 100 != 1) or (high and high % 100 != LAST_MONTH):
        raise NotInFilesError(f"{NO_MONTHS}choose a period of whole years to have a script.")
    return _within(f"rows${YEAR}", low and low // 100, high and high // 100)


def group_of(groups: dict) -> str:
    """R source of the level of each row: the value itself, or where a number lies between the cut points."""
    column = f"rows${name(groups['column'])}"
    if not groups["cuts"]:
        return column
    return f"levels[findInterval(as.numeric({column}), {vector(groups['cuts'])}) + 1]"


def _grouped(asked: dict) -> list[str]:
    groups = asked["groups"]
    if not groups or asked["exposure"]:
        return ['levels <- "all"', 'rows$group <- factor(rep("all", nrow(rows)))']
    return [
        *said_of(groups),
        f"levels <- {vector(one['value'] for one in groups['levels'])}",
        f"rows$group <- factor({group_of(groups)}, levels)",
        "rows <- rows[!is.na(rows$group), ]",
    ]


def said_of(groups: dict | None) -> list[str]:
    """The comment that says what the groups are called."""
    if not groups:
        return []
    levels = "; ".join(f"{one['value']} = {one['label']}" for one in groups["levels"])
    return [comment(f"{groups['label']}: {levels}")]
