"""A mapping file is checked whole, and what is wrong is named with what is allowed."""

import pytest
from django.core.exceptions import ValidationError

from registry.demo.consortium import TRANSPLANT_COHORT
from registry.imports.mapping import read_mapping
from registry.management.commands.load_demo import DEMO
from tests.registry.imports.conftest import MAPPING


def faults(tmp_path, text):
    path = tmp_path / "map.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValidationError) as refused:
        read_mapping(path)
    return refused.value.messages


def test_the_demonstrations_mapping_reads_or_ignores_every_column_of_its_file():
    mapping = read_mapping(DEMO / "bmt_km.yml")
    header = (DEMO / "bmt_km.csv").read_text().splitlines()[0].replace('"', "").split(",")
    mapping.refuse_header(header)
    assert mapping.cohort == TRANSPLANT_COHORT
    assert mapping.columns() == {"id", "hospital", "group", "age", "male", "dfs", "dfs_time", "os_time", "death", "cr"}


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (("cohort:", "cohorte:"), "the mapping has the unknown key “cohorte”; allowed are about, cohort, site"),
        (("form: death", "form: dead"), "There is no form “dead”; the forms are patient, baseline_disease"),
        (("death_cause:", "cause:"), "death has the unknown key “cause”; allowed are death_date, death_cause"),
        (("{day: died}", "{days: died}"), "death.death_date must name one of column, day"),
        (("{day: died}", "{day: died, column: died}"), "death.death_date must name one of"),
        (
            ("{day: died}", "{day: died, codes: {1: 2}}"),
            "death.death_date has the unknown key “codes”; allowed are day, empty",
        ),
        (
            ("death_cause: {missing: UK}", "death_cause: {missing: NA}"),
            "“NA” is no missing reason; they are ND, UK, NAP, PD",
        ),
        (("{filled: true}}\n    items: {death", "{is: 1}}\n    items: {death"), "“is”; allowed are less_than, filled"),
        (("when: {died: {filled: true}}", "when: [died]"), "“when” of death must be columns and values"),
        (("    when: {died", "    wenn: {died"), "form 5 of the mapping has the unknown key “wenn”"),
        (('mrn_hash: {column: id, prefix: "X-"}', "race_ethnicity: 1"), "The mapping must give patient.mrn_hash"),
        (("day_0: {column: day0}", "day_0: soon"), "day_0 is soon; expected a date"),
        (("day_0: {column: day0}\n", ""), "counts days, but gives no day_0"),
        (("ignore: [blasts]", "ignore: blasts"), "“ignore” must be a list"),
        (("codes: {m: 1, f: 2}", "codes: [1, 2]"), "patient.sex_at_birth: “codes” must be pairs"),
        (("site: {", "site: {{"), "The mapping is not YAML (line 3"),
    ],
)
def test_a_fault_is_named_with_what_is_allowed(tmp_path, spoilt, said):
    assert spoilt[0] in MAPPING
    found = faults(tmp_path, MAPPING.replace(*spoilt))
    assert any(said in message for message in found), found


def test_all_faults_are_named_at_once(tmp_path):
    assert len(faults(tmp_path, MAPPING.replace("cohort:", "cohorte:").replace("form: death", "form: dead"))) == 2


@pytest.mark.parametrize("text", ["", "- a\n", "just text"])
def test_what_is_no_mapping_is_refused(tmp_path, text):
    assert any("the mapping must be keys and values" in message for message in faults(tmp_path, text))


def test_python_objects_in_yaml_are_not_made(tmp_path):
    (message,) = faults(tmp_path, "about: !!python/object/apply:os.getcwd []\n" + MAPPING)
    assert "not YAML" in message


def test_an_absent_or_huge_mapping_is_refused(tmp_path):
    with pytest.raises(ValidationError, match="There is no mapping file"):
        read_mapping(tmp_path / "absent.yml")
    (tmp_path / "huge.yml").write_text("#" * (1024 * 1024 + 1))
    with pytest.raises(ValidationError, match="larger than 256 kB"):
        read_mapping(tmp_path / "huge.yml")
