"""The case columns of the demonstration: a plausible Table 1, and nothing that is missing everywhere."""

import pytest

from analytics.core.columns.declarations import BASELINE_COLUMNS, INFUSION_COLUMNS, OUTCOME_COLUMNS
from analytics.core.columns.table import case_table

pytestmark = pytest.mark.django_db
# Everybody is infused; marrow is examined after bridging only.
BEFORE_BRIDGING = {f"{name}_before_bridging" for name in ("burden", "burden_50", "burden_prwcc", "burden_mrd")}
EMPTY = {"reason_not_infused", *BEFORE_BRIDGING}


@pytest.fixture(scope="module")
def cases(loaded):
    return case_table(loaded.tables["tisagenlecleucel"])


def test_every_column_says_something(cases):
    declared = [column.name for column in (*BASELINE_COLUMNS, *INFUSION_COLUMNS, *OUTCOME_COLUMNS)]

    assert {name for name in declared if cases[name].isna().all()} == EMPTY


def test_table_one_is_plausible(cases):
    assert len(cases) == 42 and cases["infused"].all()
    assert cases["burden"].value_counts().to_dict() == {"low": 27, "high": 15}
    assert cases["prior_hsct"].value_counts().to_dict() == {"yes": 23, "no": 19}
    assert cases["age_infusion"].between(0, 30).all() and (cases["age_infusion"] >= cases["age_decision"]).all()
    assert cases["dose_per_kg"].between(0.2, 5).all() and cases["vein_to_vein"].between(20, 120).all()
    assert cases["responded"].eq("yes").sum() == 39
    assert (cases["hsct_to_relapse"].notna() == (cases["prior_hsct"] == "yes")).all()
