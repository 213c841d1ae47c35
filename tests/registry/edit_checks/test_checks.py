"""Every cross-form check: silent where it should be, speaking where it should, silent without its inputs; and the table of them."""

import csv
from pathlib import Path

import polib
import pytest

from registry.dictionary.items import EMPTY
from registry.edit_checks.base import HARD, SOFT
from registry.edit_checks.case import CHAINS, Record, case_findings, cross_form_findings
from registry.edit_checks.checks import ACROSS_CASES, CHECKS
from registry.record import said
from tests.registry.edit_checks.cases_after import AFTER
from tests.registry.edit_checks.cases_before import BEFORE
from tests.registry.edit_checks.rows import TODAY, rows_of

CASES = BEFORE + AFTER
ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT / "docs" / "clinical" / "edit-checks.csv"
CATALOGUE = ROOT / "locale" / "ja" / "LC_MESSAGES" / "django.po"
OWN_WORDS = {"X17a"}  # the table has one message for both parts of X17, which fits part b
NAMES = [f"{number}-{rule}" for number, (rule, _silent, _speaking) in enumerate(CASES)]


def found(rule, forms):
    """What the rule finds in these forms."""
    return [one for one in case_findings(Record(rows_of(*forms), TODAY)) if one.rule == rule]


def places(rule, forms):
    return {(one.form, one.key, one.item) for one in found(rule, forms)}


@pytest.mark.parametrize(("rule", "silent", "speaking"), CASES, ids=NAMES)
def test_a_check_speaks_only_where_it_should(rule, silent, speaking):
    assert found(rule, silent) == []
    spoken = found(rule, speaking)
    assert spoken
    assert {one.severity for one in spoken} == {CHECKS[rule].severity}


@pytest.mark.parametrize(("rule", "silent", "speaking"), CASES, ids=NAMES)
def test_a_missing_answer_never_makes_a_check_speak(rule, silent, speaking):
    """Each answer in turn is taken away: nothing new is found, and nothing at the question that has no answer."""
    before = places(rule, speaking)
    for number, (form, answers) in enumerate(speaking):
        for item, answer in answers.items():
            if answer in EMPTY or item.endswith(("_mr", "_p", "_oth")) or item == "prod_name":
                continue
            less = [*speaking]
            less[number] = (form, {**answers, item: None})
            after = places(rule, less)
            assert rule in CHAINS or after <= before, f"without {item}"  # a chain then tells of the next date
            if rule not in ("X15", "X41"):  # these speak of whole forms
                key = rows_of(*less)[number].key
                assert (form, key, item) not in after, f"without {item}"


@pytest.mark.parametrize("form", ["patient", "baseline_disease", "prior_therapy", "prior_transplant", "leukapheresis"])
def test_blank_forms_have_no_findings(form):
    assert cross_form_findings(Record(rows_of((form, {})), TODAY)) == []


def table():
    with TABLE.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def base(rule):
    return rule.rstrip("ab")


def test_every_check_of_the_table_is_stated_with_its_severity():
    stated = {**{rule: check.severity for rule, check in CHECKS.items()}, **ACROSS_CASES}
    severities = {}
    for rule, severity in stated.items():
        severities.setdefault(base(rule), []).append({HARD: "H", SOFT: "S"}[severity])
    assert {rule: " / ".join(words) for rule, words in severities.items()} == {
        row["id"]: row["severity"] for row in table()
    }
    assert len(severities) == 53


def test_no_function_states_two_checks():
    assert len({check.state for check in CHECKS.values()}) == len(CHECKS)


def test_every_check_is_tried():
    assert {rule for rule, _silent, _speaking in CASES} == set(CHECKS)


def test_every_message_begins_as_the_table_says_in_both_languages():
    japanese = {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE)) if not entry.msgctxt}
    wanted = {row["id"]: row for row in table()}
    for rule, _silent, speaking in CASES:
        for one in found(rule, speaking):
            assert "%(" not in said(one)
            if rule not in OWN_WORDS:
                assert said(one).startswith(wanted[base(rule)]["message"]), rule
                assert (japanese[one.text] % one.values).startswith(wanted[base(rule)]["message_ja"]), rule
