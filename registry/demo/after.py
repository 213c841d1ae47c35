"""The forms of a synthetic patient after the infusion, as (form name, answers), around the given outcome."""

from collections.abc import Iterator
from decimal import Decimal

from registry.demo.story import Story
from registry.demo.toxicity import toxicity_forms

PLANNED_ASSESSMENTS = {90: 2, 180: 3, 270: 4, 365: 5, 545: 6, 730: 7, 1095: 8, 1460: 8}  # day → code of rsp_timepoint
PLANNED_CONTACTS = {183: 3, 365: 4, 730: 6, 1095: 7, 1460: 7}  # day → code of fup_visit
DAY_28, UNSCHEDULED = 1, 9
CR, CRI, NO_RESPONSE = 1, 2, 3
COUNTS_STAY_LOW_UNTIL = 120  # a CRi becomes a CR only after the window of the best response
SALVAGED_AFTER = 200  # days from relapse after which those alive are taken to be in remission again


def forms_after_infusion(story: Story) -> Iterator[tuple[str, dict]]:
    """In the order in which a coordinator enters them."""
    yield from toxicity_forms(story)
    lost_bcells_after = story.days(150, 700) if story.chance(0.3) else None
    for day, timepoint in assessments(story):
        yield "response_assessment", response(story, day, timepoint)
        yield "bcell_assessment", bcells(story, day, lost_bcells_after)
    yield from failure(story)
    if story.outcome.hsct_day is not None:
        yield "subsequent_therapy", transplant(story, story.outcome.hsct_day)
    if story.outcome.death_day is not None:
        yield "death", death(story)
    for day, visit in contacts(story):
        yield "follow_up", follow_up(story, day, visit, lost_bcells_after)


def assessments(story: Story) -> Iterator[tuple[int, int]]:
    """Day and timepoint of each marrow: the first one, and while remission lasts the planned ones."""
    outcome = story.outcome
    yield outcome.assessment_day, DAY_28
    if outcome.response == "NR":
        return
    end = outcome.last_day if outcome.relapse_day is None else outcome.relapse_day
    for planned, timepoint in PLANNED_ASSESSMENTS.items():
        day = planned + story.days(-6, 6)
        if day < end - 7:
            yield day, timepoint


def response(story: Story, day: int, timepoint: int) -> dict:
    """Components of CR, CRi or no response, and the site's own call, which agrees with them."""
    response_now = story.outcome.response
    if response_now == "CRi" and day > COUNTS_STAY_LOW_UNTIL:
        response_now = "CR"
    answers = {
        "rsp_date": story.on(day),
        "rsp_timepoint": timepoint,
        "rsp_bm_done": 1,
        "rsp_bm_blast": story.amount(0, 2),
        "rsp_pb_blast": Decimal(0),
        "rsp_anc": story.amount(1.1, 4.5),
        "rsp_plt": story.amount(110, 320, 0),
        "rsp_transfused": 0,
        "rsp_cns": 1,
        "rsp_emd": 0,
    }
    if response_now == "NR":
        blasts = {"rsp_bm_blast": story.amount(20, 85, 0), "rsp_pb_blast": story.amount(1, 30, 0)}
        return answers | blasts | {"rsp_site": NO_RESPONSE, "rsp_mrd_method": 0}
    negative = {"rsp_mrd_method": 1, "rsp_mrd_result": 0, "rsp_mrd_lod": Decimal("0.0001"), "rsp_mrd_sample": 1}
    if response_now == "CR":
        return answers | negative | {"rsp_site": CR}
    low_counts = {"rsp_anc": story.amount(0.4, 0.9), "rsp_plt": story.amount(25, 90, 0)}
    return answers | negative | low_counts | {"rsp_site": CRI}


def bcells(story: Story, day: int, lost_after: int | None) -> dict:
    """B-cell aplasia until `lost_after`, or until donor cells take over after a transplant."""
    outcome = story.outcome
    failed = outcome.failed_by(day)
    lost = not failed and bcells_back(story, day, lost_after)
    share = story.amount(11, 25) if lost else Decimal(0)
    return {
        "bca_date": story.on(day),
        "b19_abs": story.amount(60, 400, 0) if lost else story.amount(80, 400, 0) if failed else story.amount(0, 3, 0),
        "b19_pct": story.amount(12, 35) if failed else share,
        "b19_is_blast": int(failed),
        "igg_level": story.amount(350, 900, 0),
        "igg_replacement": 0 if lost else story.one_of((1, 2), (4, 1)),
    }


def bcells_back(story: Story, day: int, lost_after: int | None) -> bool:
    """Whether normal B cells are there again on `day`."""
    hsct = story.outcome.hsct_day
    return (lost_after is not None and day > lost_after) or (hsct is not None and day > hsct + 100)


def failure(story: Story) -> Iterator[tuple[str, dict]]:
    """Relapse with its phenotype, or no response; and the therapy for it."""
    outcome = story.outcome
    if outcome.relapse_day is not None:
        yield "relapse", relapse(story, outcome.relapse_day)
        start, reason = outcome.relapse_day + story.days(5, 12), 4
    elif outcome.response == "NR":
        start, reason = outcome.assessment_day + story.days(4, 9), 5
    else:
        return
    answers = {"stx_date": story.on(start), "stx_type": story.one_of((4, 5, 6), (2, 3, 3)), "stx_reason": reason}
    yield "subsequent_therapy", answers | {"stx_status": 4, "stx_response": 3 if reason == 5 else story.one_of((2, 3))}


def relapse(story: Story, day: int) -> dict:
    """In the marrow for the most part, alone or with the CNS."""
    kind, sites = story.one_of(((1, [1]), (5, [1, 2]), (3, [2])), (7, 2, 1))
    answers = {
        "rel_date": story.on(day),
        "rel_kind": kind,
        "rel_site": sites,
        "rel_cd19": story.one_of((1, 2, 3), (5, 4, 1)),
        "rel_lineage_switch": 0,
        "rel_bca": story.one_of((0, 1), (1, 1)),
    }
    return answers | ({} if kind == 3 else {"rel_bm_blast": story.amount(8, 92, 0)})


def transplant(story: Story, day: int) -> dict:
    """Planned consolidation in MRD-negative remission."""
    return {
        "stx_date": story.on(day),
        "stx_type": 1,
        "stx_reason": 1,
        "stx_status": 1,
        "stx_donor": story.one_of((1, 2, 3, 5), (3, 4, 2, 3)),
        "stx_tbi": story.one_of((0, 1, 2), (1, 1, 3)),
    }


def death(story: Story) -> dict:
    """Of leukaemia once it was back or had never gone, else of infection in remission."""
    outcome = story.outcome
    of_leukaemia = outcome.failed_by(outcome.death_day)
    return {
        "death_date": story.on(outcome.death_day),
        "death_cause": 1 if of_leukaemia else 5,
        "death_in_remission": 0 if of_leukaemia else 1,
        "death_cart_related": 1 if of_leukaemia else 2,
        "autopsy": 0,
    }


def contacts(story: Story) -> Iterator[tuple[int, int]]:
    """Day and visit of each follow-up report; the last one is the last contact, or the death."""
    last = story.outcome.last_day
    for planned, visit in PLANNED_CONTACTS.items():
        day = planned + story.days(-10, 10)
        if day < last - 30:
            yield day, visit
    yield last, UNSCHEDULED


def follow_up(story: Story, day: int, visit: int, lost_after: int | None) -> dict:
    """One contact; the disease is seen on the same day."""
    outcome = story.outcome
    dead = outcome.death_day is not None and day >= outcome.death_day
    return {
        "fup_visit": visit,
        "fup_date": story.on(day),
        "vital_status": 2 if dead else 1,
        "fup_source": 1,
        "disease_status_fup": disease_status(story, day, lost_after),
        "last_disease_date": story.on(day),
        "lost_to_fup": 0,
    }


def disease_status(story: Story, day: int, lost_after: int | None) -> int:
    """Code of disease_status_fup on `day`."""
    outcome = story.outcome
    if outcome.failed_by(day):
        salvaged = outcome.death_day is None and day > (outcome.relapse_day or 0) + SALVAGED_AFTER
        return 5 if salvaged else 4
    return 2 if bcells_back(story, day, lost_after) else 1
