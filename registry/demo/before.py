"""The forms of a synthetic patient up to the infusion, as (form name, answers)."""

from collections.abc import Iterator
from decimal import Decimal

from registry.demo.story import Story

Answers = tuple[str, dict]

KARYOTYPES = {
    1: ("46,{sex}[20]", [0]),
    2: ("46,{sex},t(9;22)(q34;q11.2)[16]/46,{sex}[4]", [1]),
    4: ("46,{sex},t(4;11)(q21;q23)[15]/46,{sex}[5]", [2]),
    5: ("46,{sex}[20]", [4]),
    6: ("54,{sex},+4,+6,+10,+14,+17,+18,+21,+21[12]/46,{sex}[8]", [7]),
    8: ("46,{sex},t(1;19)(q23;p13.3)[14]/46,{sex}[6]", [5]),
}
LANSKY, KARNOFSKY = 1, 2
OWN_CONSENT_FROM = 16


def forms_before_infusion(story: Story) -> Iterator[Answers]:
    """In the order in which a coordinator enters them: a form comes after those on which its questions depend."""
    yield "patient", patient(story)
    yield "baseline_disease", baseline(story)
    yield "prior_therapy", prior_therapy(story)
    if story.hsct is not None:
        yield "prior_transplant", prior_transplant(story)
    yield "leukapheresis", leukapheresis(story)
    yield "manufacturing", manufacturing(story)
    yield "bridging_therapy", bridging(story)
    yield "lymphodepletion", lymphodepletion(story)
    yield "pre_infusion_assessment", assessment(story)
    yield "cart_course", {"infused": 1, "prod_name": 1}
    yield "infusion", infusion(story)


def patient(story: Story) -> dict:
    """Registration, consent and decision."""
    first_line = 1 if story.relapses == 0 else 2 if story.relapses == 1 else 5
    return {
        "mrn_hash": story.outcome.patient,
        "birth_date": story.birth_date,
        "sex_at_birth": story.sex,
        "race_ethnicity": story.one_of((1, 2, 7), (36, 3, 1)),
        "decision_date": story.on(story.decision),
        "indication": 3 if story.hsct is not None and story.relapses == 1 else first_line,
        "consent_type": 1,
        "consent_date": story.on(story.decision - story.days(0, 5)),
        "consent_share_intl": story.one_of((1, 0), (9, 1)),
        "consent_withdrawn": 0,
    }


def baseline(story: Story) -> dict:
    """Diagnosis, genetics, relapses and condition at the decision."""
    karyotype, abnormalities = KARYOTYPES[story.subtype]
    answers = {
        "dx_date": story.on(story.diagnosis),
        "all_subtype": story.subtype,
        "karyotype_done": 1,
        "karyotype_iscn": karyotype.format(sex="XY" if story.sex == 1 else "XX"),
        "cyto_abn": abnormalities,
        "down_syndrome": 0,
        "wbc_dx": story.amount(2, 180),
        "blast_bm_dx": story.amount(60, 98, 0),
        "cns_dx": story.one_of((1, 2, 3), (14, 3, 1)),
        "emd_dx": [0],
        "n_relapses": story.relapses,
        "refractory_type": 1 if story.relapses == 0 else story.one_of((0, 2), (2, 3)),
        "n_prior_lines": 2 + story.relapses,
        "n_prior_cr": story.relapses,
        "disease_status_dec": {0: 1, 1: 4, 2: 5}[story.relapses],
        "cns_ever": 0,
        "emd_ever": 0,
        "ps_scale": LANSKY if story.age_on(story.decision) < OWN_CONSENT_FROM else KARNOFSKY,
        "ps_score_dec": story.one_of((100, 90, 80, 70), (4, 8, 4, 1)),
        "cd19_screen_pct": story.amount(92, 100, 0),
    }
    if story.relapses:
        answers |= {
            "rel1_date": story.on(story.first_relapse),
            "rel_last_date": story.on(story.last_relapse),
            "rel_last_site": [1],
        }
    return answers


def prior_therapy(story: Story) -> dict:
    """Transplant, blinatumomab, inotuzumab and other treatment before."""
    answers = {
        "prior_hsct": int(story.outcome.prior_hsct),
        "ist_at_aph": 0,
        "prior_blina": int(story.blina),
        "prior_ino": int(story.ino),
        "prior_cd19_other": [0],
    }
    if story.hsct is not None:
        answers |= {
            "n_prior_hsct": 1,
            "hsct_rel_date": story.on(story.last_relapse),
            "agvhd_hx": story.one_of((0, 1, 2, 3), (6, 5, 4, 1)),
            "cgvhd_hx": story.one_of((0, 1), (4, 1)),
        }
    if story.blina:
        answers |= {
            "blina_cycles": story.days(1, 3),
            "blina_last_date": story.on(story.decision - story.days(1, 15)),
            "blina_response": story.one_of((1, 2, 3), (2, 2, 3)),
        }
    if story.ino:
        answers |= {
            "ino_doses": story.days(2, 6),
            "ino_last_date": story.on(story.decision - story.days(2, 18)),
            "ino_timing": 1,
        }
    if story.subtype in (2, 3):
        answers["prior_tki"] = 1
    return answers


def prior_transplant(story: Story) -> dict:
    """The one transplant before."""
    return {
        "hsct_date": story.on(story.hsct),
        "hsct_donor": story.one_of((1, 2, 3, 5), (3, 4, 2, 3)),
        "hsct_source": story.one_of((1, 2, 3), (4, 3, 3)),
        "hsct_tbi": story.one_of((0, 1, 2), (2, 1, 5)),
        "hsct_dis_status": 1 if story.relapses == 1 else 2,
    }


def leukapheresis(story: Story) -> dict:
    """One collection, shipped."""
    cells, share = story.amount(6, 20), story.amount(30, 70, 0)
    return {
        "aph_start_date": story.on(story.aph_start),
        "aph_end_date": story.on(story.aph_end),
        "aph_days": story.aph_days,
        "aph_weight": story.weight,
        "alc_pre_aph": story.amount(0.4, 2.5, 2),
        "pb_blast_aph": story.amount(0, 8, 0) if story.outcome.high_burden else Decimal(0),
        "aph_tnc": cells,
        "aph_cd3": (cells * share / 100).quantize(Decimal("0.1")),
        "aph_cd3_pct": share,
        "aph_adequate": 1,
        "aph_shipped": 1,
    }


def manufacturing(story: Story) -> dict:
    """One attempt, released; a few outside the specification."""
    outside = story.out_of_specification
    answers = {
        "ship_date": story.on(story.shipped),
        "mfg_start_date": story.on(story.shipped + 3),
        "mfg_site": story.one_of((5, 1, 3), (6, 3, 1)),
        "mfg_outcome": 2 if outside else 1,
        "release_date": story.on(story.released),
        "product_receipt_date": story.on(story.received),
        "prod_car_total": dose(story),
        "prod_viability": story.amount(71, 78) if outside else story.amount(82, 96),
        "prod_car_pct": story.amount(12, 42),
    }
    return answers | ({"oos_reason": [1], "oos_route": 3} if outside else {})


def dose(story: Story) -> Decimal:
    """CAR+ viable T cells, 10^6: by weight up to 50 kg, flat above. The same each time it is asked."""
    portion = (sum(map(ord, story.outcome.patient)) * 37 % 100) / 100
    if story.weight <= 50:
        return (story.weight * Decimal(f"{1.6 + 2.4 * portion:.3f}")).quantize(Decimal("0.1"))
    return Decimal(f"{120 + 100 * portion:.1f}")


def bridging(story: Story) -> dict:
    """One block, or none."""
    if not story.outcome.high_burden and story.chance(0.2):
        return {"brg_given": 0}
    start = story.aph_end + story.days(3, 6)
    return {
        "brg_given": 1,
        "brg_start": story.on(start),
        "brg_end": story.on(start + story.days(10, 18)),
        "brg_type": [2] if story.outcome.high_burden else story.one_of(([1], [1, 6], [1, 8])),
    }


def lymphodepletion(story: Story) -> dict:
    """Fludarabine and cyclophosphamide at the label's doses."""
    return {
        "ld_given": 1,
        "ld_start": story.on(story.ld_start),
        "ld_end": story.on(story.ld_end),
        "ld_regimen": 1,
        "flu_dose_day": Decimal(30),
        "flu_days": 4,
        "cy_dose_day": Decimal(500),
        "cy_days": 2,
    }


def assessment(story: Story) -> dict:
    """Marrow after bridging: the disease burden. MRD is measured where blasts leave something to measure."""
    blasts = story.outcome.blasts
    answers = {
        "pre_date": story.on(story.assessed),
        "pre_phase": 2,
        "pre_bm_done": 1,
        "pre_bm_blast": blasts,
        "pre_bm_blast_op": 1,
        "pre_pb_blast": story.amount(0, 10, 0) if story.outcome.high_burden else Decimal(0),
        "pre_mrd_method": 0,
        "pre_cns": story.one_of((1, 2), (9, 1)),
        "pre_emd": 0,
        "pre_anc": story.amount(0.3, 3),
        "pre_hb": story.amount(8, 12),
        "pre_plt": story.amount(20, 220, 0),
        "pre_crp": story.amount(0.1, 3),
        "pre_ferritin": story.amount(300, 6000, 0),
        "pre_infection": story.one_of((0, 1), (9, 1)),
        "ps_score_inf": story.one_of((100, 90, 80, 70), (3, 8, 4, 1)),
    }
    if not story.outcome.high_burden:
        answers |= {"pre_mrd_method": 1, "pre_mrd_lod": Decimal("0.0001"), "pre_mrd_result": int(blasts > 0)}
        answers |= {"pre_mrd_value": blasts / 100} if blasts > 0 else {}
    return answers


def infusion(story: Story) -> dict:
    """Day 0."""
    return {
        "inf_date": story.day_0,
        "inf_weight": (story.weight * Decimal(f"{story.random.uniform(0.95, 1.05):.3f}")).quantize(Decimal("0.1")),
        "inf_dose_total": dose(story),
        "inf_entire": 1,
        "inf_oos": int(story.out_of_specification),
        "inf_viability": story.amount(75, 95),
        "inf_setting": 1,
        "inf_reaction": story.one_of((0, 1), (9, 1)),
    }
