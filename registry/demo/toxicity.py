"""CRS, ICANS and blood counts of a synthetic patient. Grades follow from their components, as ASTCT 2019 has them."""

from collections.abc import Iterator
from decimal import Decimal

from registry.demo.story import Story

ICE_FROM_AGE = 12
ICE, CAPD = 1, 2
LOGGED_FROM = 3  # grade of CRS from which a demonstration site keeps a daily log
CRS_HYPOTENSION_HYPOXIA = {1: (0, 0), 2: (1, 1), 3: (2, 2), 4: (3, 3)}  # grade → the worse of both
ICE_PARTS = {
    1: (4, 3, 1, 0, 0),
    2: (2, 2, 1, 0, 0),
    3: (1, 0, 0, 0, 0),
}  # orientation, naming, command, writing, attention
CAPD_TOTAL = {1: 5, 2: 8, 3: 14}


def toxicity_forms(story: Story) -> Iterator[tuple[str, dict]]:
    """Summary and episode of CRS and of ICANS, then the blood counts."""
    high = story.outcome.high_burden
    crs = story.one_of((0, 1, 2, 3, 4), (1, 3, 3, 2, 1) if high else (3, 4, 2, 1, 0))
    icans = story.one_of((0, 1, 2, 3), (12, 3, 1, 1)) if crs else 0
    onset = story.days(1, 5)
    resolved = onset + story.days(3, 8)
    yield "crs", crs_summary(story, crs, icans, onset)
    if crs:
        episode = crs_episode(story, crs, onset, resolved)
        yield "crs_episode", episode
        if crs >= LOGGED_FROM:
            yield from (
                ("crs_day", crs_day(story, episode, day, onset, resolved)) for day in range(onset, resolved + 1)
            )
    yield "icans", {"icans_occurred": int(icans > 0), "dev_delay": 0}
    if icans:
        yield "icans_episode", icans_episode(story, icans, onset + 2)
    yield "iechs_haematotoxicity", counts(story, crs, resolved)


def crs_summary(story: Story, grade: int, icans: int, onset: int) -> dict:
    """Occurred or not, treatment, intensive care, peak markers."""
    tocilizumab, steroid, intensive = grade >= 2, grade >= 3 or icans >= 2, grade >= 3
    answers = {
        "crs_occurred": int(grade > 0),
        "toci_given": int(tocilizumab),
        "steroid_crs": int(steroid),
        "anticytokine": [2] if grade == 4 else [0],
        "icu_admit": int(intensive),
        "peak_ferritin": story.amount(600, 6000 * (grade + 1), 0),
        "peak_crp": story.amount(1, 4 + 4 * grade),
        "peak_il6": story.amount(20, 500 * (grade + 1) ** 2, 0),
    }
    if tocilizumab:
        answers |= {
            "toci_doses": 1 if grade == 2 else 2,
            "toci_first_date": story.on(onset + 1),
            "peak_il6_post_toci": 1,
        }
    if steroid:
        answers |= {"steroid_start": story.on(onset + 2), "steroid_days": story.days(2, 8)}
    if intensive:
        answers |= {
            "icu_start": story.on(onset + 1),
            "icu_days": story.days(2, 9),
            "vent_yn": 2 if grade == 4 else 0,
            "rrt_yn": 0,
        }
    return answers


def crs_episode(story: Story, grade: int, onset: int, resolved: int) -> dict:
    """The components from which the grade is derived: the worse of hypotension and hypoxia decides."""
    hypotension, hypoxia = CRS_HYPOTENSION_HYPOXIA[grade]
    if grade > 1 and story.chance(0.5):
        hypoxia -= 1
    return {
        "crs_onset": story.on(onset),
        "crs_resolved": story.on(resolved),
        "crs_system": 1,
        "crs_grade_site": grade,
        "crs_fever": 1,
        "crs_tmax": story.amount(38.3, 40.6),
        "crs_hypotension": hypotension,
        "crs_hypoxia": hypoxia,
        "crs_attrib_other": 0,
        "crs_death": 0,
    }


def crs_day(story: Story, episode: dict, day: int, onset: int, resolved: int) -> dict:
    """A day of the log: fever alone, the worst for two days, a step better under tocilizumab, at last nothing."""
    worst = {name: episode[f"crs_{name}"] for name in ("hypotension", "hypoxia")}
    if day == onset:
        fever, parts = 1, dict.fromkeys(worst, 0)
    elif day <= onset + 2:
        fever, parts = 1, worst
    elif day < resolved:
        fever, parts = 2, {name: max(code - 1, 0) for name, code in worst.items()}
    else:
        fever, parts = 0, dict.fromkeys(worst, 0)
    answers = {"crs_day_episode": 1, "crs_day_date": story.on(day), "crs_day_fever": fever}
    if day == onset + 1:
        answers["crs_day_tmax"] = episode["crs_tmax"]
    return answers | {f"crs_day_{name}": code for name, code in parts.items()} | {"crs_day_attrib_other": 0}


def icans_episode(story: Story, grade: int, onset: int) -> dict:
    """ICE from 12 years of age, CAPD below."""
    answers = {
        "icans_onset": story.on(onset),
        "icans_resolved": story.on(onset + story.days(1, 6)),
        "icans_grade_site": grade,
        "tool_unable": 0,
        "icans_conscious": grade,
        "icans_seizure": 0,
        "icans_motor": 0,
        "icans_edema": 0,
        "icans_alt_cause": 0,
        "icans_death": 0,
        "icans_therapy": [1] if grade >= 2 else [0],
    }
    if story.age_on(onset) < ICE_FROM_AGE:
        return answers | {"icans_system": CAPD, "icans_tool": CAPD, "capd_total": CAPD_TOTAL[grade]}
    parts = ICE_PARTS[grade]
    named = dict(zip(("ice_orient", "ice_naming", "ice_command", "ice_writing", "ice_attention"), parts, strict=True))
    return answers | named | {"icans_system": ICE, "icans_tool": ICE, "ice_total": sum(parts)}


def counts(story: Story, crs: int, resolved: int) -> dict:
    """Days of cytopenia and recovery; an HLH-like syndrome after the gravest CRS."""
    neutropenic = story.days(4, 12) + 3 * crs
    below_50 = story.days(5, 12) + 3 * crs
    answers = {
        "iechs_dx": int(crs == 4),
        "anc500_days": neutropenic,
        "anc100_days": neutropenic // 3,
        "anc_never_rec": 0,
        "late_anc_nadir": story.amount(0.5, 2),
        "anc_rec_date": story.on(neutropenic + story.days(1, 4)),
        "plt50_days": below_50,
        "plt20_days": below_50 // 4,
        "late_plt20_days": 0,
        "late_plt_nadir": Decimal(max(25, 170 - 6 * below_50)),
        "plt_rec_date": story.on(below_50 // 4 + story.days(3, 9)),
        "gcsf_yn": story.one_of((0, 1), (3, 2)),
    }
    if crs == 4:
        answers |= {
            "iechs_onset": story.on(resolved + 1),
            "iechs_grade": 2,
            "iechs_fibrinogen": story.amount(70, 140, 0),
            "iechs_ast_uln": Decimal(story.days(3, 12)),
            "iechs_hemophago": 98,
        }
    return answers
