"""The derived fields as the codebook names them are those that are derived, from the items that decide them."""

from registry.edit_checks.derived import derived_of
from registry.edit_checks.whole import Record
from registry.grading.fields import FIELDS
from registry.models import FORM_OF, FORMS
from tests.registry.edit_checks.rows import day, rows_of

NOT_SHOWN = {"age_at_form_y"}  # decides what is asked; belongs to no form row
EVERYTHING = (
    ("patient", {"birth_date": day(-3000)}),
    ("prior_therapy", {"prior_hsct": 1, "hsct_rel_date": day(-200)}),
    ("prior_transplant", {"hsct_date": day(-600)}),
    ("pre_infusion_assessment", {"pre_date": day(-9), "pre_phase": 2, "pre_bm_done": 1}),
    ("cart_course", {"infused": 1, "course_no": 1}),
    ("infusion", {"inf_date": day(0)}),
    ("crs", {"crs_occurred": 1}),
    ("crs_episode", {"crs_onset": day(2)}),
    ("icans", {"icans_occurred": 1}),
    ("icans_episode", {"icans_onset": day(4)}),
    ("iechs_haematotoxicity", {"iechs_dx": 0}),
    ("response_assessment", {"rsp_date": day(28)}),
    ("bcell_assessment", {"bca_date": day(28)}),
)
LOGS = (
    ("crs_day", {"crs_day_date": day(2), "crs_day_episode": 1}),
    ("icans_day", {"icans_day_date": day(4), "icans_day_episode": 1}),
)


def test_every_derived_field_is_named_and_every_named_one_is_derived():
    placed = derived_of(Record(rows_of(*EVERYTHING, *LOGS)))

    assert {one.derived.name for one in placed} == {one.name for one in FIELDS} - NOT_SHOWN
    shown = {
        one.derived.name: {other.form for other in placed if other.derived.name == one.derived.name} for one in placed
    }
    for one in FIELDS:
        assert one.name in NOT_SHOWN or one.form in shown[one.name]


def test_the_scale_is_the_one_of_the_value():
    scales = {one.derived.name: one.derived.scale for one in derived_of(Record(rows_of(*EVERYTHING, *LOGS)))}

    assert scales == {one.name: one.scale for one in FIELDS if one.name not in NOT_SHOWN}


def test_fields_are_made_from_items_and_what_is_missing_is_among_them():
    items = {name for form in FORMS for name in form.items()}
    for one in FIELDS:
        assert one.form in FORM_OF and set(one.reads) <= items, one.name
    reads = {one.name: set(one.reads) for one in FIELDS}
    for placed in derived_of(Record(rows_of(*EVERYTHING, *LOGS))):
        assert set(placed.derived.missing) <= reads[placed.derived.name], placed.derived.name


def test_names_for_sas_are_short_and_no_items():
    taken = {item.sas for form in FORMS for item in form.items().values()}
    names = [one.sas for one in FIELDS if one.sas]
    assert len(names) == len(set(names))
    assert not taken.intersection(names) and all(len(name) <= 8 for name in names)
