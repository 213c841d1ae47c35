"""The table of thresholds: each named once, with a source; those recalled are marked; no number hides in the rules."""

import ast
from pathlib import Path

import pytest

from registry.grading import base
from registry.grading.thresholds import LIMITS, THRESHOLDS

FOLDER = Path(base.__file__).parent
PROVISIONAL = {"icaht_early", "icaht_late", "iechs", "burden_prwcc"}


def test_every_threshold_has_one_name_a_unit_and_a_source():
    assert len(LIMITS) == len(THRESHOLDS)
    assert all(one.unit and one.source for one in THRESHOLDS)


def test_the_thresholds_recalled_and_no_others_are_provisional():
    of_a_rule = {one.name for one in THRESHOLDS if one.name.partition(".")[0] in PROVISIONAL}
    counts = {"resp_derived.rsp_anc", "resp_derived.rsp_plt"}
    assert {one.name for one in THRESHOLDS if one.provisional} == of_a_rule | counts


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_rule_holds_a_number_other_than_a_code_or_a_grade(path):
    """Codes and grades go up to 5, "unknown" and "not done" to 99: a larger or broken number would be a hidden threshold."""
    codes = {*range(6), 12, 31, 98, 99}  # 12 and 31: the last day of a year
    numbers = {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    }
    assert numbers <= codes
