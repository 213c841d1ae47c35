"""Results as tables of text, for pages: one function for each method, from the stored JSON to captions, heads and cells."""

from analytics.sheets import competing, course, regression, report, shares, survival
from analytics.sheets.sheet import Row, Sheet

__all__ = ["Row", "Sheet", "sheets_of"]

MAKERS = {
    "kaplan-meier": survival.sheets,
    "landmark": survival.sheets,
    "cumulative-incidence": competing.sheets,
    "cox": regression.sheets,
    "fine-gray": regression.competing_sheets,
    "time-dependent": regression.exposure_sheets,
    "proportion": shares.sheets,
    "table-one": report.characteristics,
    "toxicity": report.characteristics,
    "response": report.response,
    "flow": report.flow,
    "sensitivity": report.sensitivity,
    "completeness": report.completeness,
    "enrolment": course.enrolment,
    "swimmer": course.courses,
}


def sheets_of(result):
    """The tables of a Result in the reader's language."""
    return MAKERS[result["analysis"]["method"]](result)
