"""Answers of one form, complete, from which a test changes what it is about."""

from datetime import date, timedelta

from hypothesis import given, settings

DAY_0 = date(2024, 6, 3)
CRS = {
    "crs_occurred": 1,
    "toci_given": 0,
    "steroid_before_inf": 0,
    "crs_fever": 1,
    "crs_hypotension": 0,
    "crs_hypoxia": 0,
    "crs_attrib_other": 0,
    "crs_death": 0,
}
ICANS = {
    "icans_occurred": 1,
    "dev_delay": 0,
    "icans_onset": DAY_0,
    "icans_tool": 3,
    "tool_unable": 0,
    "icans_conscious": 0,
    "icans_seizure": 0,
    "icans_motor": 0,
    "icans_edema": 0,
    "icans_alt_cause": 0,
    "icans_death": 0,
}
RESPONSE = {
    "rsp_bm_done": 1,
    "rsp_bm_blast": 1,
    "rsp_pb_blast": 0,
    "rsp_cns": 1,
    "rsp_emd": 0,
    "rsp_anc": 1.0,
    "rsp_plt": 100,
    "rsp_transfused": 0,
}


def crs(**changed):
    """An episode with fever alone, unless changed."""
    return {**CRS, **changed}


def icans(years, **changed):
    """An episode without findings of a patient of this age at its onset: 11.99, or whole years on the birthday."""
    days = round(years * 365.25)
    return {**ICANS, "birth_date": DAY_0 - timedelta(days=days), **changed}


def ice(years, total, **changed):
    """The same, scored with ICE."""
    return icans(years, icans_tool=1, ice_total=total, **changed)


def capd(years, total, **changed):
    """The same, scored with CAPD."""
    return icans(years, icans_tool=2, capd_total=total, **changed)


def without(answers, *items):
    """The answers with some left open."""
    return {name: answer for name, answer in answers.items() if name not in items}


def words(derived):
    """What decided, in English."""
    return [reason.in_words() for reason in derived.decided_by]


def rules(derived):
    """The rules of its queries."""
    return [query.rule for query in derived.queries]


def for_all(*strategies):
    """hypothesis.given without its limit of time: the machine may be busy with other tests."""
    return lambda test: settings(deadline=None)(given(*strategies)(test))
