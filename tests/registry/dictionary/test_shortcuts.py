"""What "None of these" may set and "As last time" may repeat: declared item by item, within bounds that hold for all."""

import pytest

from registry.models import FORMS

ITEMS = [(form, name, item) for form in FORMS for name, item in form.items().items()]
NONE_LABELS = {"No", "None", "Normal", "Grade 0 (none)"}
LABORATORY = {"pre_ldh_uln"}  # the laboratory's own limit, not a measurement of the patient


@pytest.mark.parametrize(("form", "name", "item"), [one for one in ITEMS if one[2].none is not None])
def test_none_is_an_answer_that_says_so(form, name, item):
    assert item.codelist(item.none).label in NONE_LABELS, name
    assert item.kind in ("cat", "multi")
    assert item.kind == "cat" or item.codelist(item.none).exclusive


def test_none_never_speaks_of_an_examination_a_product_or_an_event_that_defines_the_form():
    spoken_of = {name for _form, name, item in ITEMS if item.none is not None}

    assert not spoken_of & {
        "rsp_bm_done", "pre_bm_done", "rsp_mrd_method", "pre_mrd_method", "rsp_mrd_result", "pre_mrd_result", "aph_shipped",
        "aph_adequate", "infused", "inf_oos", "inf_entire", "brg_given", "ld_given", "crs_occurred", "icans_occurred", "iechs_dx",
        "crs_fever", "consent_share_intl", "consent_withdrawn", "cyto_abn", "rel_bca", "death_in_remission", "dev_delay",
    }  # fmt: skip


@pytest.mark.parametrize(("form", "name", "item"), [one for one in ITEMS if one[2].lasting])
def test_what_may_be_repeated_is_no_day_no_row_and_no_measurement(form, name, item):
    assert form.key_item, "only a repeating form has a last time"
    assert not item.key and item.kind != "date" and not item.identifying
    assert item.kind in ("cat", "multi") or name in LABORATORY


def test_no_endpoint_rests_on_a_repeated_answer():
    assert not {name for _form, name, item in ITEMS if item.lasting} & {
        "rsp_site", "rsp_mrd_result", "rsp_mrd_value", "rsp_mrd_lod", "rsp_bm_blast", "vital_status", "disease_status_fup",
        "b19_abs", "rel_kind", "stx_type", "crs_grade_site", "icans_grade_site",
    }  # fmt: skip
