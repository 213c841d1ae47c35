"""Cases for the checks from the infusion on: rule, forms with which it is silent, forms with which it speaks."""

from datetime import date
from decimal import Decimal

from tests.registry.edit_checks.cases_before import INFUSED, collected, infused, patient
from tests.registry.edit_checks.rows import TODAY, day


def relapse(number, kind=1, **answers):
    return "relapse", {"rel_date": day(number), "rel_kind": kind, **answers}


def response(number, site=None, **answers):
    return "response_assessment", {"rsp_date": day(number), "rsp_site": site, **answers}


def contact(number, status=1, **answers):
    return "follow_up", {"fup_date": day(number), "vital_status": status, **answers}


def died(number, **answers):
    return "death", {"death_date": day(number), **answers}


def crs(**answers):
    return "crs", {"crs_occurred": 1, **answers}


def episode(onset, resolved=9, **answers):
    parts = {"crs_fever": 1, "crs_hypotension": 1, "crs_hypoxia": 0, "crs_attrib_other": 0}
    return "crs_episode", {"crs_onset": day(onset), "crs_resolved": day(resolved), **parts, **answers}


def icans(**answers):
    return "icans", {"icans_occurred": 1, "dev_delay": 0, **answers}


def neurotoxic(onset=5, **answers):
    parts = {
        "icans_tool": 3,
        "icans_conscious": 1,
        "icans_seizure": 0,
        "icans_motor": 0,
        "icans_edema": 0,
        "icans_alt_cause": 0,
        "tool_unable": 0,
    }
    return "icans_episode", {"icans_onset": day(onset), **parts, **answers}


def crs_day(number, episode=1, **answers):
    """A day of a CRS log with fever alone, unless changed."""
    parts = {"crs_day_fever": 1, "crs_day_hypotension": 0, "crs_day_hypoxia": 0}
    return "crs_day", {"crs_day_episode": episode, "crs_day_date": day(number), **parts, **answers}


def icans_day(number, episode=1, **answers):
    """A day of an ICANS log without findings, unless changed."""
    parts = {"icans_day_tool": 3, "icans_day_unable": 0}
    parts |= {f"icans_day_{name}": 0 for name in ("conscious", "seizure", "motor", "edema", "alt_cause")}
    return "icans_day", {"icans_day_episode": episode, "icans_day_date": day(number), **parts, **answers}


def ice(total, attention=0):
    parts = {"ice_orient": 4, "ice_naming": 3, "ice_command": 1, "ice_writing": 0, "ice_attention": attention}
    return neurotoxic(icans_tool=1, ice_total=total, **parts)


ICE_OF_DAY = {
    "icans_day_ice_orient": 4,
    "icans_day_ice_naming": 3,
    "icans_day_ice_command": 1,
    "icans_day_ice_writing": 1,
    "icans_day_ice_attention": 0,
}


def blood(**answers):
    return "iechs_haematotoxicity", answers


def then(number, kind, **answers):
    return "subsequent_therapy", {"stx_date": day(number), "stx_type": kind, **answers}


def sample(number, cells, blast=0):
    return "bcell_assessment", {"bca_date": day(number), "b19_abs": Decimal(cells), "b19_is_blast": blast}


def igg(level):
    return "bcell_assessment", {"igg_level": Decimal(level)}


def tocilizumab(given, number):
    return crs(toci_given=given, toci_first_date=day(number))


def marrow(blasts):
    return {"rsp_bm_done": 1, "rsp_bm_blast": Decimal(blasts), "rsp_pb_blast": Decimal(0), "rsp_cns": 1, "rsp_emd": 0,
            "rsp_anc": Decimal(2), "rsp_plt": Decimal(150), "rsp_transfused": 0}  # fmt: skip


BORN = patient(birth_date=date(2012, 6, 8))  # 12 on day 5
LAST = contact((TODAY - day(0)).days - 457, fup_visit=7)  # 1.25 × 365 days and a day
IN_TIME = contact((TODAY - day(0)).days - 456, fup_visit=7)
NONE_BEFORE = ("prior_therapy", {"prior_hsct": 0})

AFTER = [
    ("X21", [*INFUSED, crs(), episode(0)], [*INFUSED, crs(), episode(-1)]),
    ("X21", [*INFUSED, crs(), episode(3, 3)], [*INFUSED, crs(), episode(3, 2)]),
    ("X21", [*INFUSED, crs(), episode(3, 9), episode(3, 2)], [*INFUSED, crs(), episode(-3, 9), episode(3, 2)]),
    ("X21", [*INFUSED, crs(), episode(3, crs_hypoxia=None)], [*INFUSED, crs(), episode(3, crs_hypoxia=None, crs_hypoxia_mr="UK")]),
    ("X22", [crs(), episode(3, crs_system=1, crs_grade_site=2)], [crs(), episode(3, crs_system=1, crs_grade_site=3)]),
    ("X22", [crs(), episode(3, crs_system=2, crs_grade_site=3)], [crs(), episode(3, crs_system=1, crs_grade_site=1)]),
    ("X22", [BORN, icans(), neurotoxic(icans_system=2, icans_grade_site=1, icans_tool=2, capd_total=5)],
     [BORN, icans(dev_delay=1), neurotoxic(icans_system=2, icans_grade_site=3, icans_tool=2, capd_total=5)]),
    ("X21", [*INFUSED, crs(), episode(2), crs_day(2)], [*INFUSED, crs(), episode(2), crs_day(2, crs_day_hypoxia=None, crs_day_hypoxia_mr="ND")]),
    ("X22", [crs(), episode(3, crs_system=1, crs_grade_site=1), crs_day(3)],
     [crs(), episode(3, crs_system=1, crs_grade_site=2), crs_day(3), crs_day(4, crs_day_hypoxia=2)]),
    ("X22", [BORN, icans(), neurotoxic(icans_system=1, icans_grade_site=3), icans_day(5), icans_day(6, icans_day_seizure=1)],
     [BORN, icans(), neurotoxic(icans_system=1, icans_grade_site=1), icans_day(5), icans_day(6, icans_day_seizure=1)]),
    ("X23", [*INFUSED, crs(), episode(21, 30)], [*INFUSED, crs(), episode(22, 30)]),
    ("X23", [*INFUSED, icans(), neurotoxic(42)], [*INFUSED, icans(), neurotoxic(43)]),
    ("X24", [crs(icu_admit=1), episode(3, crs_hypoxia=3)], [crs(icu_admit=0), episode(3, crs_hypoxia=3)]),
    ("X24", [crs(icu_admit=0), episode(3, crs_hypotension=2)], [crs(icu_admit=0), episode(3, crs_hypotension=3)]),
    ("X24", [crs(icu_admit=0), episode(3), crs_day(3)], [crs(icu_admit=0), episode(3), crs_day(3, crs_day_hypoxia=3)]),
    ("X25", [*INFUSED, tocilizumab(1, 0)], [*INFUSED, tocilizumab(1, -1)]),
    ("X25", [*INFUSED, tocilizumab(2, -1)], [*INFUSED, tocilizumab(2, -2)]),
    ("X25", [*INFUSED, crs(steroid_crs=1, steroid_start=day(0))], [*INFUSED, crs(steroid_crs=1, steroid_start=day(-1))]),
    ("X26", [BORN, icans(), neurotoxic(5, icans_tool=1)], [BORN, icans(), neurotoxic(4, icans_tool=1)]),
    ("X26", [BORN, icans(), neurotoxic(4, icans_tool=2)], [BORN, icans(), neurotoxic(5, icans_tool=2)]),
    ("X26", [BORN, icans(dev_delay=1), neurotoxic(5, icans_tool=2)], [BORN, icans(dev_delay=1), neurotoxic(5, icans_tool=1)]),
    ("X26", [BORN, icans(), neurotoxic(4, icans_tool=3)], [BORN, icans(), neurotoxic(4, icans_tool=1)]),
    ("X26", [patient(birth_date=date(2012, 1, 1), birth_date_p="Y"), icans(), neurotoxic(4, icans_tool=2)],
     [patient(birth_date=date(2011, 1, 1), birth_date_p="Y"), icans(), neurotoxic(4, icans_tool=2)]),
    ("X26", [BORN, icans(), neurotoxic(4), icans_day(4, icans_day_tool=2)],
     [BORN, icans(), neurotoxic(4), icans_day(4, icans_day_tool=1)]),
    ("X27", [icans(), neurotoxic(), icans_day(5, icans_day_ice_total=9, **ICE_OF_DAY)],
     [icans(), neurotoxic(), icans_day(5, icans_day_ice_total=8, **ICE_OF_DAY)]),
    ("X27", [icans(), ice(8)], [icans(), ice(9)]),
    ("X27", [icans(), ice(9, attention=None)], [icans(), ice(9, attention=0)]),
    ("X27", [icans(), neurotoxic(icans_tool=2, capd_total=32)], [icans(), neurotoxic(icans_tool=2, capd_total=33)]),
    ("X28", [blood(anc100_days=5, anc500_days=5)], [blood(anc100_days=6, anc500_days=5)]),
    ("X28", [blood(anc500_days=31)], [blood(anc500_days=32)]),
    ("X28", [*INFUSED, died(9), blood(anc500_days=10)], [*INFUSED, died(9), blood(anc500_days=11)]),
    ("X28", [blood(plt20_days=5, plt50_days=5)], [blood(plt20_days=6, plt50_days=5)]),
    ("X28", [blood(late_plt20_days=70)], [blood(late_plt20_days=71)]),
    ("X29", [*INFUSED, blood(anc_never_rec=1, anc_rec_date=day(31))], [*INFUSED, blood(anc_never_rec=1, anc_rec_date=day(30))]),
    ("X29", [*INFUSED, blood(anc_never_rec=0, anc_rec_date=day(20))], [*INFUSED, blood(anc_never_rec=1, anc_rec_date=day(20))]),
    ("X30", [*INFUSED, response(42, rsp_timepoint=1)], [*INFUSED, response(43, rsp_timepoint=1)]),
    ("X30", [*INFUSED, response(75, rsp_timepoint=2)], [*INFUSED, response(74, rsp_timepoint=2)]),
    ("X30", [*INFUSED, response(1, rsp_timepoint=9)], [*INFUSED, response(0, rsp_timepoint=9)]),
    ("X30", [*INFUSED, response(900, rsp_timepoint=8)], [*INFUSED, response(900, rsp_timepoint=7)]),
    ("X31", [*INFUSED, response(42), contact(90)], [*INFUSED, response(43), contact(90)]),
    ("X31", [*INFUSED, contact(42)], [*INFUSED, contact(43)]),
    ("X31", [*INFUSED, died(42)], [*INFUSED, died(43)]),
    ("X32", [response(28, 1, rsp_anc=Decimal(1), rsp_plt=Decimal(100), rsp_transfused=0)], [response(28, 1, rsp_plt=Decimal(99))]),
    ("X32", [response(28, 2, rsp_anc=Decimal("0.9"))], [response(28, 1, rsp_anc=Decimal("0.9"))]),
    ("X32", [response(28, 2, rsp_transfused=1)], [response(28, 1, rsp_transfused=99)]),
    ("X33", [response(28, 1, **marrow("4.9"))], [response(28, 1, **marrow(5))]),
    ("X33", [response(28, 3, rsp_pb_blast=Decimal(1))], [response(28, 2, rsp_pb_blast=Decimal(1))]),
    ("X33", [response(28, 1, rsp_emd=98, rsp_cns=2)], [response(28, 1, rsp_emd=1)]),
    ("X33", [response(28, 1, rsp_cns=98)], [response(28, 1, rsp_cns=3)]),
    ("X33", [response(28, 1, **marrow(1)), response(90, 1, rsp_bm_done=0)],
     [response(28, 3, **marrow(30)), response(90, 1, rsp_bm_done=0)]),
    ("X33", [response(28, rsp_bm_done=1), response(90, 1, rsp_bm_done=0)], [response(90, 1, rsp_bm_done=0)]),
    ("X34", [response(28, 1), relapse(90)], [response(28, 3), relapse(90)]),
    ("X34", [response(28, 2), relapse(90)], [response(90, 2), relapse(90)]),
    ("X34", [relapse(90, kind=6)], [relapse(90, kind=2)]),
    ("X34", [("cart_course", {"prod_name": 88, "prod_name_oth": "HSCT"}), relapse(90)], [("cart_course", {"prod_name": 1}), relapse(90)]),
    ("X35", [relapse(90, rel_bm_blast=Decimal(5))], [relapse(90, rel_bm_blast=Decimal("4.9"))]),
    ("X36", [relapse(90, 2, rel_confirmed=1)], [relapse(90, 2, rel_confirmed=0)]),
    ("X37", [relapse(90, rel_cd19=2)], [relapse(90, rel_cd19=98)]),
    ("X38a", [relapse(90), then(90, 4, stx_reason=4)], [relapse(91), then(90, 4, stx_reason=4)]),
    ("X38a", [then(90, 4, stx_reason=3)], [then(90, 4, stx_reason=4)]),
    ("X38b", [response(28, **marrow(30)), then(28, 4, stx_reason=5)], [response(29, **marrow(30)), then(28, 4, stx_reason=5)]),
    ("X38b", [response(28, rsp_bm_done=1), then(90, 4, stx_reason=5)], [response(28, **marrow(1)), then(90, 4, stx_reason=5)]),
    ("X39", [NONE_BEFORE, then(80, 1), then(90, 10)], [NONE_BEFORE, then(95, 1), then(90, 10)]),
    ("X39", [("prior_therapy", {"prior_hsct": 1}), then(90, 10)], [NONE_BEFORE, then(90, 10)]),
    ("X40", [died(100), contact(100, status=2)], [died(100), contact(101, status=2)]),
    ("X40", [died(100), ("bcell_assessment", {"bca_date": date(2024, 9, 1), "bca_date_p": "M"})],
     [died(100), ("bcell_assessment", {"bca_date": date(2024, 10, 1), "bca_date_p": "M"})]),
    ("X40", [died(100), ("subsequent_neoplasm", {"smn_date": day(90), "smn_reported": day(130)})],
     [died(100), ("subsequent_neoplasm", {"smn_date": day(101)})]),
    ("X40", [died(100), patient(consent_date=day(300))], [died(100), relapse(101)]),
    ("X41", [died(100), contact(100, status=2)], [contact(100, status=2)]),
    ("X41", [died(100), contact(100), contact(100, status=2)], [died(100), contact(101), contact(100, status=2)]),
    ("X41", [died(100)], [died(100), contact(90)]),
    ("X42", [relapse(50), contact(90, disease_status_fup=5), died(100, death_in_remission=1)], [relapse(50), died(100, death_in_remission=1)]),
    ("X42", [relapse(50), then(60, 4, stx_response=1), died(100, death_in_remission=1)],
     [relapse(50), then(40, 4, stx_response=1), died(100, death_in_remission=1)]),
    ("X43", [died(100, death_cause=1, death_in_remission=0)], [died(100, death_cause=1, death_in_remission=1)]),
    ("X44", [contact(90, last_disease_date=day(90))], [contact(90, last_disease_date=day(91))]),
    ("X44", [("follow_up", {"fup_date": TODAY})], [contact((TODAY - day(0)).days + 1)]),
    ("X45", [sample(50, 49), contact(90, disease_status_fup=1)], [sample(50, 50), contact(90, disease_status_fup=1)]),
    ("X45", [sample(44, 50), contact(90, disease_status_fup=1)], [sample(45, 50), contact(90, disease_status_fup=1)]),
    ("X45", [sample(80, 90, blast=1), contact(90, disease_status_fup=1)], [sample(80, 90), contact(90, disease_status_fup=1)]),
    ("X45", [sample(60, 90), sample(80, 0), contact(90, disease_status_fup=1)], [sample(60, 0), sample(80, 90), contact(90, disease_status_fup=1)]),
    ("X46", [igg(50)], [igg("49.9")]),
    ("X46", [igg(2000)], [igg(2001)]),
    ("X47", [("pre_infusion_assessment", {"pre_crp": Decimal(30)})], [("pre_infusion_assessment", {"pre_crp": Decimal("30.1")})]),
    ("X47", [crs(peak_crp=Decimal(40))], [crs(peak_crp=Decimal("40.1"))]),
    ("X48", [("subsequent_neoplasm", {"smn_type": 1, "smn_car_tested": 9})], [("subsequent_neoplasm", {"smn_type": 1, "smn_car_tested": 0})]),
    ("X49", [IN_TIME], [LAST]),
    ("X49", [contact(28, fup_visit=1, lost_to_fup=1)], [contact(28, fup_visit=1, lost_to_fup=0)]),
    ("X49", [contact(28, fup_visit=1), patient(consent_withdrawn=1)], [contact(28, fup_visit=1), patient(consent_withdrawn=0)]),
    ("X49", [contact(28, fup_visit=9)], [infused(), contact(28, fup_visit=9)]),
    ("X50", [patient(birth_date=TODAY.replace(year=TODAY.year - 18, day=2), consent_type=4)],
     [patient(birth_date=TODAY.replace(year=TODAY.year - 18), consent_type=4)]),
    ("X50", [patient(birth_date=date(1999, 1, 1), consent_type=4), died(90)], [patient(birth_date=date(1999, 1, 1), consent_type=4)]),
    ("X13", [("cart_course", {"prod_name": 88, "prod_name_oth": "HSCT"}), collected(-5), infused()], [collected(-5), infused()]),
]  # fmt: skip
