"""An export for outside the consortium holds the cases whose consent reaches so far, and nothing of the others."""

from dataclasses import replace
from datetime import date

import pytest

from analytics.exports.abroad import only_abroad
from analytics.exports.policy import CONSORTIUM, DEIDENTIFIED
from analytics.exports.tables import tables_of
from registry.edit_checks.follow_up import PARENTAL_ONLY
from tests.analytics.exports.worlds import world

TODAY = date(2026, 11, 26)


def asked(**answers):
    """The world in which the first six cases answer so about consent, and all others that their data stay."""
    snapshot = world()
    patient = snapshot.forms["patient"].copy().reset_index(drop=True)
    patient["consent_type"], patient["consent_share_intl"], patient["consent_withdrawn"] = "1", "0", "0"
    for name, values in answers.items():
        patient.loc[: len(values) - 1, name] = values
    return replace(snapshot, forms={**snapshot.forms, "patient": patient}), list(patient["case"][:6])


def test_only_whose_consent_reaches_so_far():
    snapshot, cases = asked(
        consent_share_intl=["1", "0", "1", "1", "", "1"],
        consent_type=["1", "1", "", str(PARENTAL_ONLY), "1", str(PARENTAL_ONLY)],
        birth_date=["2000-01-01", "2000-01-01", "2000-01-01", "2015-01-01", "2000-01-01", "2000-01-01"],
    )
    kept = only_abroad(snapshot, TODAY, set(snapshot.ids.values()))

    assert set(kept.whole["case"]) == {cases[0], cases[3]}, "of age by now: the parents' consent reaches no further"
    for table in tables_of(kept, CONSORTIUM):
        assert set(table.rows[table.subject]) <= {cases[0], cases[3]}, table.name


def test_a_cut_holds_no_day_of_birth_so_the_parents_consent_is_not_enough():
    snapshot, cases = asked(consent_share_intl=["1", "1"], consent_type=["1", str(PARENTAL_ONLY)])
    patient = snapshot.forms["patient"].drop(columns=["birth_date", "birth_date_p"])
    ids = set(snapshot.ids.values())
    kept = only_abroad(replace(snapshot, forms={**snapshot.forms, "patient": patient}), TODAY, ids)
    assert set(kept.whole["case"]) == {cases[0]}

    with pytest.raises(ValueError, match="frozen before"):
        only_abroad(replace(snapshot, forms={}), TODAY, ids)


def test_what_was_refused_since_the_cut_stays_and_the_names_cannot_be_joined():
    snapshot, cases = asked(consent_share_intl=["1", "1"])
    kept = only_abroad(snapshot, TODAY, {snapshot.ids[cases[1]]})
    assert set(kept.whole["case"]) == {cases[1]}

    snapshot, _cases = asked(consent_share_intl=["1"] * 40)
    inside = {*tables_of(snapshot, DEIDENTIFIED, wanted=["patient"])[0].rows["case"]}
    abroad = only_abroad(snapshot, TODAY, set(snapshot.ids.values()))
    outside = {*tables_of(abroad, DEIDENTIFIED, wanted=["patient"])[0].rows["case"]}
    assert len(inside) == len(outside) == 40 and not inside & outside
