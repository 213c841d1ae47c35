"""Cases for the checks up to the infusion: rule, forms with which it is silent, forms with which it speaks."""

from datetime import date
from decimal import Decimal

from tests.registry.edit_checks.rows import DAY_0, day

INFUSED = (("cart_course", {"infused": 1}), ("infusion", {"inf_date": DAY_0}))


def patient(**answers):
    return "patient", answers


def disease(**answers):
    return "baseline_disease", answers


def collected(start=-60, **answers):
    return "leukapheresis", {"aph_start_date": day(start), "aph_end_date": day(start), "aph_shipped": 1, **answers}


def made(outcome=1, shipped=-58, **answers):
    return "manufacturing", {"mfg_outcome": outcome, "ship_date": day(shipped), **answers}


def infused(**answers):
    return "infusion", {"inf_date": DAY_0, **answers}


def depleted(start, end):
    return "lymphodepletion", {"ld_given": 1, "ld_start": start and day(start), "ld_end": day(end)}


def bridged(start, end):
    return "bridging_therapy", {"brg_given": 1, "brg_start": day(start), "brg_end": day(end)}


def assessed(number, **answers):
    return "pre_infusion_assessment", {"pre_date": day(number), "pre_phase": 2, "pre_bm_done": 1, **answers}


def dose(total, weight):
    return infused(inf_dose_total=Decimal(total), inf_weight=Decimal(weight))


def not_infused(**answers):
    return "cart_course", {"infused": 0, **answers}


def mrd(method=1, result=1, value=None, lod=None, blasts=None):
    return assessed(
        -9,
        pre_mrd_method=method,
        pre_mrd_result=result,
        pre_mrd_value=value and Decimal(value),
        pre_mrd_lod=lod and Decimal(lod),
        pre_bm_blast=blasts and Decimal(blasts),
    )


def scale(which, age):
    return (
        patient(birth_date=date(2024 - age, 1, 1), decision_date=date(2024, 3, 1)),
        disease(ps_scale=which, ps_score_dec=90),
    )


def transplanted(relapse):
    return ("prior_therapy", {"prior_hsct": 1, "hsct_rel_date": relapse}), (
        "prior_transplant",
        {"hsct_date": date(2010, 5, 1)},
    )


DECIDED = patient(birth_date=date(2012, 1, 1), decision_date=day(-70))
IN_TIME = made(release_date=day(-30), product_receipt_date=day(-28))

BEFORE = [
    ("X01", [DECIDED, disease(dx_date=day(-400), rel1_date=day(-200), rel_last_date=day(-100))],
     [DECIDED, disease(dx_date=day(-400), rel1_date=day(-401))]),
    ("X01", [DECIDED, disease(dx_date=date(2012, 1, 1), dx_date_p="Y")], [DECIDED, disease(dx_date=date(2011, 12, 31))]),
    ("X01", [DECIDED, disease(dx_date=day(-70))], [DECIDED, disease(dx_date=day(-69))]),
    ("X02", [collected(), IN_TIME, *INFUSED], [collected(), made(release_date=day(-30), product_receipt_date=day(-31)), *INFUSED]),
    ("X02", [collected(), IN_TIME, *INFUSED], [collected(), made(product_receipt_date=day(1)), *INFUSED]),
    ("X02", [collected(-90), made(3, -88), collected(-60), made(1, -58), *INFUSED],
     [collected(-90), made(3, -88), collected(-60), made(1, -61), *INFUSED]),  # the second attempt is of the second collection
    ("X02", [collected(), made(shipped=-60)], [collected(), made(shipped=-61)]),
    ("X02", [disease(dx_date=day(-60)), collected()], [disease(dx_date=day(-59)), collected()]),
    ("X02", [collected(), *INFUSED], [collected(3), *INFUSED]),
    ("X03", [DECIDED, collected(-70)], [DECIDED, collected(-71)]),
    ("X04", [collected(-60), bridged(-60, -10), depleted(-10, -1), *INFUSED], [collected(-60), bridged(-61, -10), *INFUSED]),
    ("X04", [bridged(-20, -8), depleted(-8, -4)], [bridged(-20, -7), depleted(-8, -4)]),
    ("X04", [depleted(-8, -8), *INFUSED], [depleted(-8, -9), *INFUSED]),
    ("X04", [depleted(-8, -1), *INFUSED], [depleted(-8, 0), *INFUSED]),
    ("X04", [collected(-60), depleted(-60, -5)], [collected(-60), depleted(-61, -5)]),
    ("X04", [collected(-90, aph_shipped=1), bridged(-80, -70), collected(-60)],
     [collected(-90, aph_shipped=0), bridged(-80, -70), collected(-60)]),  # from the first one shipped
    ("X05", [depleted(-8, -2), *INFUSED], [depleted(-8, -1), *INFUSED]),
    ("X05", [depleted(-18, -14), *INFUSED], [depleted(-18, -15), *INFUSED]),
    ("X06", [collected(), made()], [collected(aph_shipped=0), made()]),
    ("X06", [collected(aph_shipped=1)], [collected(), collected(-40), made()]),
    ("X07", [collected(-90), made(3, -88), collected(aph_repeat_reason=2)],
     [collected(-90), made(1, -88), collected(aph_repeat_reason=2)]),
    ("X07", [collected(-90), made(2, -88), collected(aph_repeat_reason=3)],
     [collected(-90), made(3, -88), collected(aph_repeat_reason=3)]),
    ("X07", [collected(-90), collected(aph_repeat_reason=2)], [collected(-90), made(4, -88), collected(aph_repeat_reason=2)]),
    ("X08", [collected(), made(2), infused(inf_oos=1)], [collected(), made(2), infused(inf_oos=0)]),
    ("X08", [collected(), made(1), infused(inf_oos=0)], [collected(), made(1), infused(inf_oos=1)]),
    ("X08", [*INFUSED, made(1)], [*INFUSED, made(3)]),
    ("X08", [made(2, product_receipt_date=day(-20)), made(1, product_receipt_date=day(-9)), infused(inf_oos=0)],
     [made(2, product_receipt_date=day(-20)), made(1, product_receipt_date=day(9)), infused(inf_oos=0)]),  # the one that was there
    ("X09", [made(1, prod_viability=Decimal(80))], [made(1, prod_viability=Decimal("79.9"))]),
    ("X09", [made(2, prod_viability=Decimal(75))], [made(1, prod_viability=Decimal(75))]),
    ("X10", [dose(250, 50)], [dose(251, 50)]),
    ("X10", [dose(4, 20)], [dose("3.9", 20)]),
    ("X10", [dose(250, 51)], [dose(251, 51)]),
    ("X10", [dose(10, 51)], [dose("9.9", 51)]),
    ("X10", [dose(2000, 20)], [dose(200, 20)]),  # a unit error is X11 alone
    ("X11", [dose(1000, 20)], [dose(1001, 20)]),
    ("X11", [dose("0.2", 20)], [dose("0.1", 20)]),
    ("X12", [collected(aph_weight=Decimal(20)), infused(inf_weight=Decimal(25))],
     [collected(aph_weight=Decimal(20)), infused(inf_weight=Decimal("25.1"))]),
    ("X13", [collected(-21), *INFUSED], [collected(-20), *INFUSED]),
    ("X13", [collected(-180), *INFUSED], [collected(-181), *INFUSED]),
    ("X13", [collected(-300), made(3, -290), collected(-60), made(1), *INFUSED],
     [collected(-300), made(1, -290), collected(-60), made(3), *INFUSED]),  # the collection behind the infused product
    ("X14", [patient(birth_date=date(1999, 6, 4)), *INFUSED], [patient(birth_date=date(1999, 5, 1)), *INFUSED]),
    ("X14", [patient(birth_date=date(1999, 1, 1), birth_date_p="Y"), *INFUSED],
     [patient(birth_date=date(1998, 1, 1), birth_date_p="Y"), *INFUSED]),
    ("X15", [*INFUSED, ("crs", {"crs_occurred": 0})], [not_infused(), ("crs", {"crs_occurred": 0})]),
    ("X15", [not_infused(), ("follow_up", {"fup_date": day(28)})], [not_infused(), ("relapse", {"rel_date": day(28)})]),
    ("X16", [not_infused(noninf_reason=1), ("death", {"death_date": day(-5)})], [not_infused(noninf_reason=2)]),
    ("X16", [not_infused(noninf_reason=4), made(3)], [not_infused(noninf_reason=4), made(1)]),
    ("X16", [not_infused(noninf_reason=8), made(2)], [not_infused(noninf_reason=8), made(3)]),
    ("X16", [not_infused(noninf_reason=4)], [not_infused(noninf_reason=4), made(2)]),
    ("X17a", [collected(), assessed(-60), *INFUSED], [collected(), assessed(-61), *INFUSED]),
    ("X17a", [assessed(0), *INFUSED], [assessed(1), *INFUSED]),
    ("X17a", [collected(), assessed(-61, pre_phase=1), assessed(-9), *INFUSED], [collected(), assessed(-61, pre_phase=1), *INFUSED]),
    ("X17b", [assessed(-9), *INFUSED], [assessed(-40, pre_phase=1), *INFUSED]),
    ("X17b", [assessed(-40, pre_phase=1)], [assessed(-40, pre_phase=1), assessed(-9, pre_bm_done=0), *INFUSED]),
    ("X18", [assessed(-28), *INFUSED], [assessed(-29), *INFUSED]),
    ("X19", [mrd(value="0.0001", lod="0.0001")], [mrd(value="0.00009", lod="0.0001")]),
    ("X19", [mrd(result=0, lod="0.0001")],
     [("response_assessment", {"rsp_mrd_method": 1, "rsp_mrd_result": 1, "rsp_mrd_value": Decimal("0.00001"),
                               "rsp_mrd_lod": Decimal("0.0001")})]),
    ("X20", [mrd(value="0.05", blasts="4.9")], [mrd(value="0.06", blasts="4.9")]),
    ("X20", [mrd(value="0.01", blasts="5")], [mrd(method=2, value="0.009", blasts="5")]),
    ("X20", [mrd(method=2, value="0.06", blasts="4.9")],
     [("response_assessment", {"rsp_mrd_method": 1, "rsp_mrd_result": 1, "rsp_mrd_value": Decimal("0.06"), "rsp_bm_done": 1,
                               "rsp_bm_blast": Decimal(1)})]),
    ("X52", transplanted(date(2020, 5, 1)), transplanted(date(2020, 5, 2))),
    ("X53a", scale(1, 15), scale(1, 17)),
    ("X53a", scale(2, 16), scale(2, 14)),
    ("X53a", scale(3, 30), scale(1, 30)),
    ("X53b", scale(1, 15), scale(1, 16)),
    ("X53b", scale(2, 14), scale(2, 15)),  # further off is hard
]  # fmt: skip
