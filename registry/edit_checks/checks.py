"""The cross-form checks by their number in docs/clinical/edit-checks.csv."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registry.edit_checks import (
    burden,
    custody,
    disease_history,
    dose,
    follow_up,
    laboratory,
    lymphodepletion,
    neoplasm,
    relapse_and_therapy,
    response,
    toxicity,
)
from registry.edit_checks.base import HARD, SOFT, Finding
from registry.edit_checks.whole import Record


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `state(case)` yields its findings; `car_t_only`: it says nothing about an imported transplant."""

    state: Callable[[Record], Iterator[Finding]]
    severity: str
    car_t_only: bool = False


CHECKS = {
    "X01": Check(disease_history.disease_history_is_in_order, HARD),
    "X02": Check(custody.custody_is_in_order, HARD),
    "X03": Check(disease_history.collection_follows_the_decision, SOFT, car_t_only=True),
    "X04": Check(lymphodepletion.bridging_and_lymphodepletion_are_in_order, HARD),
    "X05": Check(lymphodepletion.interval_from_lymphodepletion_is_the_labels, SOFT, car_t_only=True),
    "X06": Check(custody.shipped_cells_are_manufactured, HARD),
    "X07": Check(custody.repeat_collection_has_its_cause, HARD),
    "X08": Check(custody.infused_product_was_released, HARD),
    "X09": Check(custody.released_product_is_viable, SOFT),
    "X10": Check(dose.dose_is_the_labels, SOFT, car_t_only=True),
    "X11": Check(dose.dose_by_weight_is_possible, HARD, car_t_only=True),
    "X12": Check(dose.weight_is_stable, SOFT),
    "X13": Check(lymphodepletion.vein_to_vein_time_is_usual, SOFT, car_t_only=True),
    "X14": Check(dose.age_is_the_labels, SOFT, car_t_only=True),
    "X15": Check(dose.not_infused_has_no_course_after_infusion, HARD),
    "X16": Check(dose.reason_for_non_infusion_agrees, HARD),
    "X17a": Check(burden.burden_is_assessed_between_collection_and_infusion, HARD),
    "X17b": Check(burden.marrow_is_examined_after_bridging, SOFT, car_t_only=True),
    "X18": Check(burden.burden_is_recent, SOFT, car_t_only=True),
    "X19": Check(burden.mrd_value_reaches_its_sensitivity, HARD),
    "X20": Check(burden.blasts_and_mrd_agree, SOFT),
    "X21": Check(toxicity.crs_has_dates_and_a_grade, HARD),
    "X22": Check(toxicity.site_grade_is_the_derived_one, SOFT),
    "X23": Check(toxicity.onset_is_not_late, SOFT, car_t_only=True),
    "X24": Check(toxicity.grade_4_is_in_intensive_care, SOFT),
    "X25": Check(toxicity.treatment_follows_the_infusion, HARD),
    "X26": Check(toxicity.tool_fits_the_age, HARD),
    "X27": Check(toxicity.scores_add_up, HARD),
    "X28": Check(toxicity.cytopenia_days_agree, HARD),
    "X29": Check(toxicity.recovery_agrees_with_never, SOFT),
    "X30": Check(response.assessment_fits_its_timepoint, HARD, car_t_only=True),
    "X31": Check(response.day_28_is_assessed, SOFT, car_t_only=True),
    "X32": Check(response.complete_remission_has_counts, SOFT),
    "X33": Check(response.remission_meets_its_criteria, HARD),
    "X34": Check(relapse_and_therapy.relapse_follows_a_remission, HARD, car_t_only=True),
    "X35": Check(relapse_and_therapy.marrow_relapse_has_blasts, SOFT),
    "X36": Check(relapse_and_therapy.mrd_relapse_is_confirmed, SOFT),
    "X37": Check(relapse_and_therapy.relapse_has_its_cd19, SOFT),
    "X38a": Check(relapse_and_therapy.therapy_for_relapse_has_a_relapse, HARD),
    "X38b": Check(relapse_and_therapy.therapy_for_no_response_has_an_assessment, SOFT),
    "X39": Check(relapse_and_therapy.donor_lymphocytes_follow_a_transplant, SOFT, car_t_only=True),
    "X40": Check(follow_up.nothing_happens_after_death, HARD),
    "X41": Check(follow_up.vital_status_agrees_with_the_death_form, HARD),
    "X42": Check(follow_up.death_in_remission_agrees_with_the_relapse, SOFT),
    "X43": Check(follow_up.cause_of_death_agrees_with_remission, SOFT),
    "X44": Check(follow_up.follow_up_is_in_order, HARD),
    "X45": Check(laboratory.aplasia_agrees_with_the_count, SOFT),
    "X46": Check(laboratory.igg_is_in_mg_per_dl, SOFT),
    "X47": Check(laboratory.crp_is_in_mg_per_dl, SOFT),
    "X48": Check(neoplasm.t_cell_malignancy_is_tested_for_car, SOFT),
    "X49": Check(follow_up.follow_up_is_not_overdue, SOFT, car_t_only=True),
    "X50": Check(follow_up.consent_at_majority, SOFT),
    "X52": Check(disease_history.relapse_after_transplant_is_not_very_late, SOFT),
    "X53a": Check(disease_history.performance_scale_does_not_fit_the_age, HARD),
    "X53b": Check(disease_history.performance_scale_near_the_16th_birthday, SOFT),
}
ACROSS_CASES = {"X51a": HARD, "X51b": SOFT}  # compare patients, so no single case can answer them
