"""The table of the checks as the codebook reads it: both languages, and the items that each check reads."""

import re

import pytest

from registry.edit_checks.case import Record, case_findings
from registry.edit_checks.checks import ACROSS_CASES, CHECKS
from registry.edit_checks.table import described_checks
from registry.models import FORMS
from tests.registry.edit_checks.cases_after import AFTER
from tests.registry.edit_checks.cases_before import BEFORE
from tests.registry.edit_checks.rows import TODAY, rows_of

ITEMS = {name: item for form in FORMS for name, item in form.items().items()}
READS = {one.number: set(one.reads(ITEMS)) for one in described_checks()}


def test_every_check_of_the_code_is_described_and_reads_something():
    numbers = {re.match(r"X\d+", rule)[0] for rule in (*CHECKS, *ACROSS_CASES)}

    assert numbers == {one.number for one in described_checks()}
    for one in described_checks():
        assert READS[one.number] and READS[one.number] <= ITEMS.keys(), one.number
        assert one.message and one.message_ja


@pytest.mark.parametrize("rule", sorted({rule for rule, _silent, _speaking in BEFORE + AFTER}))
def test_a_check_reads_every_item_at_which_it_finds_something(rule):
    for case_rule, _silent, speaking in BEFORE + AFTER:
        if case_rule == rule:
            found = {one.item for one in case_findings(Record(rows_of(*speaking), TODAY)) if one.rule == rule}
            assert found <= READS[re.match(r"X\d+", rule)[0]]


def test_what_a_rule_means_without_naming_it_is_read_too():
    assert "inf_date" in READS["X05"], "T0"
    assert {"inf_dose_total", "inf_weight"} <= READS["X11"], "dose_kg"
    assert "birth_date" in READS["X14"], "age_inf_y"
    assert "smn_date" in READS["X40"] and "smn_reported" in READS["X40"], "every date, and the exception it names"
    assert "consent_date" not in READS["X40"]
