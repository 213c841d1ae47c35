"""Every expected form of one case, in clinical order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.edit_checks.whole import Record
from registry.schedule.expected import WITHDRAWN, Expected
from registry.schedule.once import once
from registry.schedule.planned import PLANNED, end_of, is_withdrawn, planned

# Form → the answers that the schedule reads. What lists many cases fetches these and no others.
NEEDED = {
    "patient": ("decision_date", "consent_withdrawn"),
    "baseline_disease": (),
    "prior_therapy": ("prior_hsct",),
    "prior_transplant": (),
    "leukapheresis": ("aph_start_date", "aph_end_date", "aph_shipped"),
    "manufacturing": ("release_date",),
    "bridging_therapy": (),
    "lymphodepletion": (),
    "pre_infusion_assessment": (),
    "cart_course": ("infused", "noninf_reason", "noninf_date", "prod_name"),
    "infusion": ("inf_date", "inf_date_p"),
    "crs": ("crs_occurred",),
    "crs_episode": ("crs_onset", "crs_resolved"),
    "crs_day": (),
    "icans": ("icans_occurred",),
    "icans_episode": ("icans_onset", "icans_resolved"),
    "icans_day": (),
    "iechs_haematotoxicity": ("late_anc_nadir", "late_anc_nadir_mr"),
    "adverse_event": ("ae_onset",),
    "response_assessment": ("rsp_date", "rsp_timepoint", "rsp_site"),
    "bcell_assessment": ("bca_date",),
    "relapse": ("rel_date",),
    "subsequent_therapy": ("stx_date", "stx_reason"),
    "follow_up": ("fup_date", "fup_date_p", "fup_visit", "vital_status", "disease_status_fup", "lost_to_fup"),
    "death": ("death_date", "death_cause"),
    "subsequent_neoplasm": ("smn_date",),
    "late_effects": ("late_date",),
}
CLINICAL_ORDER = {form: place for place, form in enumerate(NEEDED)}


def schedule(
    record: Record, exemptions: Mapping[tuple[str, str], str] | None = None, *, until: date | None = None
) -> list[Expected]:
    """Every form that the case should have by its own answers, stored or not, and every stored row.

    An imported transplant is no CAR-T: nothing is expected of it but what is stored.
    exemptions   (form, planned visit or "") → kind
    until        leave out planned visits that open later, or are not asked for any more
    """
    found = [*once(record), *planned(record, until)] if record.is_car_t else []
    known = {(one.form, one.key) for one in found if one.key}
    found += [Expected(row.form, key=row.key) for row in record.rows if (row.form, row.key) not in known]
    found.sort(key=lambda one: CLINICAL_ORDER[one.form])
    always = WITHDRAWN if is_withdrawn(record) else ""
    ends = {form: end_of(record, form) for form in PLANNED}
    exempt = exemptions or {}
    return [
        one._replace(ended=ends.get(one.form, always), exemption=exempt.get((one.form, one.slot), ""))
        if not one.key and (ends.get(one.form, always) or exempt)
        else one
        for one in found
    ]
