"""Check of subsequent neoplasms: X48."""

from __future__ import annotations

from collections.abc import Iterator

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding
from registry.edit_checks.whole import Record, finding

T_CELL, NOT_TESTED = 1, 0


def t_cell_malignancy_is_tested_for_car(case: Record) -> Iterator[Finding]:
    """X48: a T-cell malignancy is tested for the CAR."""
    for row in case.of("subsequent_neoplasm"):
        if row["smn_type"] == T_CELL and row["smn_car_tested"] == NOT_TESTED:
            yield finding(
                row,
                "smn_car_tested",
                "X48",
                gettext_noop("CAR testing is needed for a T-cell malignancy: the tumour is recorded as not tested."),
                SOFT,
            )
