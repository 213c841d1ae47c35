"""Which page lists the cases behind a result: of a curve by days, of a table by its cells."""

from analytics.causes_of_cells import cell_cases
from analytics.causes_of_steps import step_cases
from analytics.core.cases_counted import COUNTED


def cases_page(request, behind):
    """The page. Query of a curve: what, group, from, to (days, both included), cause; of a table: row, value, by, of
    (analytics.core.cases_counted)."""
    method = behind.result["analysis"]["method"]
    return (cell_cases if method in COUNTED else step_cases)(request, behind)
