"""Every number that a grade or class turns on, in one table; those not yet checked against the paper are provisional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ICAHT = "Rejeski 2023, doi:10.1182/blood.2023020578"
T_ICAHT = "published T-ICAHT table"
ASTCT = "Lee 2019, doi:10.1016/j.bbmt.2018.12.758"
CAPD = "Traube 2014, doi:10.1097/CCM.0b013e3182a66b76"
IECHS = "Hines 2023"
PRWCC = "PRWCC burden definition"
RESPONSE = "registry's data dictionary, response category"
MRD = "registry's data dictionary, MRD class"
BCELLS = "NCT04225676"
US_CENTRE = "rule of one US centre"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One cut: its value and unit, where it comes from, and whether it is still to be confirmed in that source."""

    name: str
    value: Decimal
    unit: str
    source: str
    provisional: bool = False


Limits = Mapping[str, Threshold]


def _threshold(name: str, value: str, unit: str, source: str, provisional: bool = False) -> Threshold:
    return Threshold(name, Decimal(value), unit, source, provisional)


THRESHOLDS = (
    # ICANS: a score up to the value has at least that grade
    _threshold("icans.age", "12", "y", "design choice between ASTCT (under 12) and NCI (12 and under)"),
    _threshold("icans.ice.3", "2", "points", ASTCT),
    _threshold("icans.ice.2", "6", "points", ASTCT),
    _threshold("icans.ice.1", "9", "points", ASTCT),
    _threshold("icans.capd.3", "9", "points", CAPD),
    _threshold("icans.capd.1", "1", "points", ASTCT),
    # early ICAHT: days from 0 to 30, cumulative
    _threshold("icaht_early.4.anc100_days", "14", "d", ICAHT, provisional=True),
    _threshold("icaht_early.3.anc500_days", "14", "d", ICAHT, provisional=True),
    _threshold("icaht_early.3.anc100_days", "7", "d", ICAHT, provisional=True),
    _threshold("icaht_early.2.anc500_days", "7", "d", ICAHT, provisional=True),
    _threshold("icaht_early.1.anc500_days", "1", "d", ICAHT, provisional=True),
    # late ICAHT: lowest count after day 30
    _threshold("icaht_late.4.late_anc_nadir", "0.1", "10^9/L", ICAHT, provisional=True),
    _threshold("icaht_late.3.late_anc_nadir", "0.5", "10^9/L", ICAHT, provisional=True),
    _threshold("icaht_late.2.late_anc_nadir", "1.0", "10^9/L", ICAHT, provisional=True),
    _threshold("icaht_late.1.late_anc_nadir", "1.5", "10^9/L", ICAHT, provisional=True),
    # T-ICAHT
    _threshold("t_icaht_early.4.plt20_days", "14", "d", T_ICAHT),
    _threshold("t_icaht_early.3.plt20_days", "1", "d", T_ICAHT),
    _threshold("t_icaht_early.2.plt50_days", "7", "d", T_ICAHT),
    _threshold("t_icaht_early.1.plt50_days", "1", "d", T_ICAHT),
    _threshold("t_icaht_late.4.late_plt20_days", "14", "d", T_ICAHT),
    _threshold("t_icaht_late.3.late_plt20_days", "1", "d", T_ICAHT),
    _threshold("t_icaht_late.2.late_plt_nadir", "50", "10^9/L", T_ICAHT),
    _threshold("t_icaht_late.1.late_plt_nadir", "100", "10^9/L", T_ICAHT),
    # IEC-HS: supportive findings, shown beside the site's grade
    _threshold("iechs.iechs_fibrinogen", "150", "mg/dL", IECHS, provisional=True),
    _threshold("iechs.iechs_ast_uln", "5", "xULN", IECHS, provisional=True),
    # response, MRD, B cells
    _threshold("resp_derived.rsp_bm_blast", "5", "%", RESPONSE),
    _threshold("resp_derived.rsp_anc", "1.0", "10^9/L", RESPONSE, provisional=True),
    _threshold("resp_derived.rsp_plt", "100", "10^9/L", RESPONSE, provisional=True),
    _threshold("mrd_class.cut", "0.0001", "fraction", MRD),
    _threshold("bca_status.b19_abs", "50", "/µL", BCELLS),
    _threshold("bca_status.b19_pct", "10", "%", BCELLS),
    _threshold("bca_status_confirmed.b19_abs", "100", "/µL", US_CENTRE),
    _threshold("bca_status_confirmed.b19_pct", "1", "%", US_CENTRE),
    # disease burden before infusion
    _threshold("burden_kato.high", "5", "%", "Kato 2025, doi:10.1016/j.jtct.2024.11.016"),
    _threshold("burden_prwcc.high", "5", "%", PRWCC, provisional=True),
    _threshold("burden_prwcc.sensitivity", "0.0001", "fraction", PRWCC, provisional=True),
    _threshold("burden_50.high", "50", "%", "CIBMTR 2025"),
    _threshold("burden_50.low", "5", "%", "CIBMTR 2025"),
    _threshold("burden_mrd2.high", "0.01", "fraction", "France 2021"),
    _threshold("burden_mrd2.blasts", "5", "%", "design choice, where MRD was not quantified"),
    _threshold("hsct_rel_gap.months", "6", "months", "Germany 2023"),
)
LIMITS: Limits = {one.name: one for one in THRESHOLDS}


def is_provisional(limits: Limits, rule: str) -> bool:
    """Whether a threshold of this rule is still to be confirmed."""
    return any(one.provisional for name, one in limits.items() if name.partition(".")[0] == rule)
