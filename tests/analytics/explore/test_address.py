"""An address and an analysis are the same thing twice: one analysis has one address, and a bad address says what is wrong with it."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.analysis import Analysis
from analytics.core.endpoints.definitions import ENDPOINTS, SET_LABELS
from analytics.explore import problems
from analytics.explore.address import address_of, analysis_of
from analytics.explore.choosing import AS_FOUND, CHOOSABLE, EXPOSURES, is_number, levels
from analytics.explore.endpoints import CLOCKS, RULES, WORD_OF
from analytics.explore.grammar import METHODS, PARAMETERS
from analytics.explore.said import as_typed

NUMBERS = [name for name in CHOOSABLE if is_number(name)]
CODED = [name for name in CHOOSABLE if levels(name)]
ANSWERED_NUMBERS = ["answer.wbc_dx", "first.pre_ferritin", "last.pre_anc", "highest.rsp_bm_blast", "lowest.igg_level"]
ANSWERED_CODES = [
    *("answer.tp53_status", "answer.consent_type", "first.pre_cns", "last.pre_infection", "any.cyto_abn.2_3_15"),
    *("any.ae_kind.1", "first.brg_given", "any.pre_cns.1_2_3"),
]
number = st.one_of(st.integers(-50, 5000), st.integers(-9999, 9999).map(lambda n: n / 100))
months = st.lists(st.integers(1, 240), min_size=1, max_size=6).map(lambda listed: ",".join(map(str, listed)))


@st.composite
def filters(draw):
    """The words of one filter."""
    answered = [*ANSWERED_NUMBERS, *ANSWERED_CODES]
    column = draw(st.one_of(st.sampled_from([*NUMBERS, *CODED, *AS_FOUND[:2], "period"]), st.sampled_from(answered)))
    if column == "period":
        return [("from.period", f"{draw(st.integers(2000, 2030))}-{draw(st.integers(1, 12)):02d}")]
    if is_number(column):
        low, high = sorted(draw(st.tuples(number, number)))
        ends = [(f"from.{column}", as_typed(low)), (f"to.{column}", as_typed(high))]
        return draw(st.sampled_from([ends, ends[:1], ends[1:]]))
    possible = [value for value, _ in levels(column)] or ["S-1", "Ünïcode & <b>", "2024"]
    chosen = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True))
    return [(f"is.{column}", value) for value in chosen]


@st.composite
def asked(draw):
    """The words of an address that is often, not always, possible."""
    method = draw(st.sampled_from(list(METHODS)))
    words = [("method", method)]
    word = draw(st.sampled_from(list(RULES)))
    if method not in ("characteristics", "response", "toxicity"):
        words += [("endpoint", word), ("since", draw(st.sampled_from(list(RULES[word].by_clock))))]
    if draw(st.booleans()):
        words += draw(filters())
    if method in ("curve", "incidence", "landmark", "proportion", "characteristics") and draw(st.booleans()):
        column = draw(st.sampled_from([*CHOOSABLE, *ANSWERED_NUMBERS, *ANSWERED_CODES]))
        words.append(("group", column))
        if is_number(column):
            cuts = sorted(draw(st.sets(number, min_size=1, max_size=4)))
            words.append(("cuts", ",".join(as_typed(one) for one in cuts)))
    if method in ("cox", "fine-gray"):
        chosen = draw(st.lists(st.sampled_from([*NUMBERS[:4], *CODED[:12]]), min_size=1, max_size=4, unique=True))
        words += [("covariate", column) for column in chosen]
        words += [(f"per.{column}", str(draw(st.integers(1, 20)))) for column in chosen if column in NUMBERS]
        words += [
            (f"reference.{column}", draw(st.sampled_from(levels(column)))[0]) for column in chosen if column in CODED
        ]
        words += [("together", column) for column in chosen if draw(st.booleans())]
    if method == "proportion" and draw(st.booleans()):
        column = draw(st.sampled_from(CODED))
        words = [pair for pair in words if pair[0] not in ("endpoint", "since")]
        words += [("outcome", column), ("counts", draw(st.sampled_from(levels(column)))[0])]
        words += [("missing", "no")] if draw(st.booleans()) else []
    if method in ("landmark", "time-dependent"):
        words += [("day", str(draw(st.integers(1, 400))))] if method == "landmark" else []
        words += [("exposure", draw(st.sampled_from(list(EXPOSURES))))] if draw(st.booleans()) else []
    if method in ("curve", "incidence", "landmark") and draw(st.booleans()):
        words += [("at", draw(months)), ("ticks", str(draw(st.integers(1, 60))))]
    if method in ("curve", "landmark") and draw(st.booleans()):
        words += [("tau", str(draw(st.integers(1, 240)))), ("strata", "site"), ("imputed", "no")]
    if draw(st.booleans()):
        words.append(("population", draw(st.sampled_from(list(SET_LABELS)))))
    return draw(st.permutations(words))


@settings(max_examples=600, deadline=None, derandomize=True)
@given(asked())
def test_the_address_of_an_analysis_asks_for_the_same_analysis(words):
    first = analysis_of(urlencode(words))
    if first.analysis is None:
        assert first.problems
        return
    address = address_of(first.analysis)
    again = analysis_of(address)

    assert again.analysis == first.analysis, again.problems
    assert again.analysis.hash == first.analysis.hash
    assert address_of(again.analysis) == address, "one analysis has one address"
    assert [name for name, _ in parse_qsl(address)] == sorted(name for name, _ in parse_qsl(address))
    stored = Analysis.from_dict(first.analysis.as_dict())
    assert stored.hash == first.analysis.hash


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=12)), st.text(max_size=20)), max_size=8)
)
def test_no_address_raises(words):
    found = analysis_of(urlencode(words))

    assert (found.analysis is None) == bool(found.problems)
    assert all(problem.kind in problems.KINDS for problem in found.problems)


def test_every_endpoint_can_be_asked_for_from_its_clock():
    assert set(WORD_OF) == set(ENDPOINTS)
    for name, (word, clock) in WORD_OF.items():
        assert RULES[word].by_clock[clock] == name
        assert ENDPOINTS[name].clock == CLOCKS[clock]


def test_a_time_origin_picks_the_rule_that_starts_there():
    assert analysis_of("since=leukapheresis").analysis.endpoint == "OS_APH"
    assert analysis_of("endpoint=efs-c&since=decision").analysis.endpoint == "EFS_C_DEC"


def test_what_is_as_usual_is_left_out():
    assert address_of(analysis_of("endpoint=os&since=infusion&method=curve&at=24,12,6&ticks=6").analysis) == ""
    assert address_of(analysis_of("endpoint=cir&method=incidence&population=responder").analysis) == "endpoint=cir"


def test_the_title_is_made_of_the_parts():
    asked = "endpoint=efs-a&group=age_infusion&cuts=10&method=landmark&day=28&is.burden=low"

    assert analysis_of(asked).analysis.title == (
        "Event-free survival, registry default (rule A), by age at infusion, cut at 10; 28-day landmark; only disease burden, "
        "cut at 5 % marrow blasts: Low"
    )


BAD = {
    "foo=1": ("foo", problems.UNKNOWN_PARAMETER),
    "is.shoe_size=44": ("is.shoe_size", problems.UNKNOWN_PARAMETER),
    "from.burden=1": ("from.burden", problems.UNKNOWN_PARAMETER),
    "is.age_infusion=7": ("is.age_infusion", problems.UNKNOWN_PARAMETER),
    "endpoint=dunno": ("endpoint", problems.UNKNOWN_VALUE),
    "is.burden=huge": ("is.burden", problems.UNKNOWN_VALUE),
    "endpoint=os&endpoint=nrm": ("endpoint", problems.SAID_TWICE),
    "endpoint=efs-b&since=leukapheresis": ("since", problems.NO_SUCH_CLOCK),
    "endpoint=os-hct": ("endpoint", problems.NOT_OF_COHORT),
    "endpoint=cir&method=curve": ("method", problems.COMPETING),
    "group=crs_grade": ("group", problems.LATER),
    "is.responded=yes": ("is.responded", problems.LATER),
    "group=vein_to_vein&cuts=30&since=leukapheresis": ("group", problems.LATER),
    "method=cox&covariate=crs_severe": ("covariate", problems.LATER),
    "strata=icu": ("strata", problems.LATER),
    "group=age_infusion": ("cuts", problems.NEEDS_CUTS),
    "group=age_infusion&cuts=18,10": ("cuts", problems.NOT_ASCENDING),
    "group=age_infusion&cuts=ten": ("cuts", problems.NO_NUMBER),
    "group=age_infusion&cuts=1e3": ("cuts", problems.NO_NUMBER),
    "group=age_infusion&cuts=" + ",".join(map(str, range(40))): ("cuts", problems.TOO_MANY),
    "group=burden&cuts=5": ("cuts", problems.NO_CUTS),
    "cuts=5": ("cuts", problems.NO_CUTS),
    "group=subtype": ("group", problems.TOO_MANY_GROUPS),
    "from.age_infusion=9&to.age_infusion=3": ("to.age_infusion", problems.EMPTY_RANGE),
    "from.period=2022-13": ("from.period", problems.NO_MONTH),
    "from.period=9999": ("from.period", problems.NO_MONTH),
    "day=28": ("day", problems.NOT_FOR_METHOD),
    "method=landmark": ("day", problems.MISSING),
    "method=landmark&day=0": ("day", problems.OUT_OF_RANGE),
    "method=landmark&day=2.5": ("day", problems.OUT_OF_RANGE),
    "method=cox": ("covariate", problems.MISSING),
    "method=cox&covariate=age_infusion&per.age_infusion=0": ("per.age_infusion", problems.OUT_OF_RANGE),
    "method=proportion": ("outcome", problems.MISSING),
    "method=proportion&outcome=crs_grade": ("counts", problems.MISSING),
    "method=time-dependent": ("exposure", problems.MISSING),
    "is.first.shoe_size=44": ("is.first.shoe_size", problems.NO_SUCH_ITEM),
    "is.answer.birth_date=2001-01-01": ("is.answer.birth_date", problems.NO_SUCH_ITEM),
    "group=highest.pre_cns": ("group", problems.NO_SUCH_RULE),
    "is.first.sex_at_birth=1": ("is.first.sex_at_birth", problems.NO_SUCH_RULE),
    "group=any.cyto_abn.3_2": ("group", problems.NO_SUCH_CODES),
    "group=any.cyto_abn": ("group", problems.NO_SUCH_CODES),
    "is.first.pre_cns=7": ("is.first.pre_cns", problems.UNKNOWN_VALUE),
    "from.first.pre_cns=1": ("from.first.pre_cns", problems.UNKNOWN_PARAMETER),
    "covariate=first.pre_cns&method=cox": ("covariate", problems.UNKNOWN_VALUE),
    "group=first.pre_ferritin": ("cuts", problems.NEEDS_CUTS),
    "group=any.ae_kind.1": ("group", problems.LATER),
    "group=first.pre_cns&since=leukapheresis": ("group", problems.LATER),
    "is.answer.consent_type=1": ("is.answer.consent_type", problems.LATER),
    "at=0": ("at", problems.OUT_OF_RANGE),
    "ticks=0.5": ("ticks", problems.OUT_OF_RANGE),
    "at=" + ",".join(map(str, range(1, 30))): ("at", problems.TOO_MANY),
    "&".join(f"is.site=S{n}" for n in range(250)): ("", problems.TOO_MANY),
    "is.site=" + "x" * 5000: ("", problems.TOO_LONG),
}


@pytest.mark.parametrize("query", BAD, ids=lambda query: query[:40])
def test_a_bad_address_says_which_word_is_wrong(query):
    found = analysis_of(query)

    assert found.analysis is None
    assert BAD[query] in {(one.parameter, one.kind) for one in found.problems}


def test_everything_wrong_is_said_at_once_and_the_rest_is_kept():
    found = analysis_of("endpoint=efs-b&is.burden=huge&foo=1&group=age_infusion&cuts=x")

    assert {one.parameter for one in found.problems} == {"is.burden", "foo", "cuts"}
    assert found.said.words["endpoint"] == ["efs-b"]


def test_ticked_codes_of_a_question_are_one_filter():
    found = analysis_of("form=1&add=any.cyto_abn&any.cyto_abn=15&any.cyto_abn=2")

    assert found.query == "is.any.cyto_abn.2_15=yes"
    assert found.begun == () and analysis_of("add=any.cyto_abn").begun == ("any.cyto_abn",)


def test_only_the_levels_that_a_filter_keeps_are_groups():
    found = analysis_of("group=subtype&is.subtype=BCR::ABL1&is.subtype=hypodiploid").analysis

    assert [value for value, _ in found.groups.levels] == ["BCR::ABL1", "hypodiploid"]


def test_the_pages_own_form_may_leave_words_of_another_method_behind():
    found = analysis_of("form=1&method=cox&covariate=burden&group=age_infusion&cuts=10&day=28")

    assert found.analysis is not None
    assert address_of(found.analysis) == "covariate=burden&method=cox"
