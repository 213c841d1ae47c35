"""The registry and the analyses derive the same class from the same answers."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.endpoints import derived
from registry.grading.bcells import bca_status
from registry.grading.burden import burden_kato
from registry.grading.response import mrd_class, resp_derived

SENSITIVITIES = (None, 1e-6, 9e-5, 1e-4, 1.1e-4, 1e-3)
PERCENT = (None, 0, 0.1, 4.9, 5, 5.1, 49.9, 50, 100)
# registry's function, the analyses' function, item → every answer worth trying
TWINS = {
    "resp_derived": (
        resp_derived,
        derived.response,
        {
            "rsp_bm_done": (None, 0, 1, 1, 1),
            "rsp_bm_blast": PERCENT,
            "rsp_pb_blast": (None, 0, 0, 0, 0.1, 20),
            "rsp_cns": (None, 1, 1, 2, 3, 98),
            "rsp_emd": (None, 0, 0, 1, 2, 98),
            "rsp_anc": (None, 0.99, 1.0, 1.01),
            "rsp_plt": (None, 99, 99.9, 100, 101),
            "rsp_transfused": (None, 0, 0, 1, 99),
        },
    ),
    "mrd_class": (
        mrd_class,
        derived.mrd_class,
        {
            "rsp_mrd_method": (None, 0, 1, 2, 3, 4, 88),
            "rsp_mrd_result": (None, 0, 1, 2, 3, 99),
            "rsp_mrd_value": SENSITIVITIES,
            "rsp_mrd_lod": SENSITIVITIES,
        },
    ),
    "bca_status": (
        bca_status,
        derived.bcell_status,
        {
            "b19_abs": (None, 0, 49, 49.9, 50, 200),
            "b19_pct": (None, 0, 9.9, 10, 40),
            "b19_is_blast": (None, 0, 1, 99),
        },
    ),
    "burden_kato": (
        burden_kato,
        derived.burden_kato,
        {"pre_bm_done": (None, 0, 1, 1), "pre_bm_blast": PERCENT, "pre_bm_blast_op": (None, 1, 2, 3, 4)},
    ),
}


@pytest.mark.parametrize("name", TWINS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_both_give_the_same_class(name, data):
    one_row, whole_table, answers = TWINS[name]
    row = st.fixed_dictionaries({item: st.sampled_from(found) for item, found in answers.items()})
    rows = data.draw(st.lists(row, min_size=1, max_size=30))
    table = pd.DataFrame(rows, columns=list(answers), dtype="float64")
    found = [None if pd.isna(one) else one for one in whole_table(table)]
    assert [one_row(answers).value for answers in rows] == found


@pytest.mark.parametrize("name", TWINS)
def test_every_class_is_among_the_answers_tried(name):
    one_row, whole_table, answers = TWINS[name]
    names = whole_table(pd.DataFrame(columns=list(answers), dtype="float64")).categories
    grid = pd.MultiIndex.from_product(
        [dict.fromkeys(found) for found in answers.values()], names=list(answers)
    ).to_frame()
    tried = set(whole_table(grid.astype("float64")).dropna())
    assert tried == set(names)
    assert one_row.__name__ == name
