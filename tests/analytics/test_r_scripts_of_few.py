"""Scripts of Results over few cases: a group without a case, no event, a model that was refused; R says what the Result says."""

import json
from pathlib import Path

import pytest

from analytics.catalogue import CATALOGUE, TISAGENLECLEUCEL
from analytics.core.analysis import PROPORTION, Analysis, Options
from analytics.core.columns.table import case_table, flat
from analytics.core.endpoints.derive import endpoint_table
from analytics.core.items.asked import file_of
from analytics.core.items.files import answers_of
from analytics.core.items.joined import with_answers
from analytics.core.run import run
from analytics.core.whole import whole_table
from analytics.explore.address import analysis_of
from analytics.r_scripts import NotInFilesError, script
from deploy import r
from tests.analytics.core.items import worlds as answered
from tests.analytics.recomputed import compared, differences, files_named, run_all
from tests.reference.twelve_patients import PATIENTS, case_rows, on, tables_of

NAMED = {one.name: one for one in CATALOGUE}
# What the catalogue does not ask: strata, a horizon, no imputed dates, a proportion within an endpoint's window.
VARIANTS = (
    NAMED["efs-a-by-prior-transplant"].with_(name="x-strata", options=Options(strata="sex", tau_months=6)),
    NAMED["efs-a-regression"].with_(name="x-cox-strata", options=Options(strata="sex", resamples=20)),
    NAMED["os"].with_(name="x-known", options=Options(without_imputed=True, tau_months=120)),
    NAMED["os"].with_(name="x-responders", population="responder"),
    Analysis(name="x-window", title="", question="", cohort=TISAGENLECLEUCEL, endpoint="TT_CRS", method=PROPORTION),
)
# What an address of the explorer may ask for: filters of both kinds, cut points, landmarks, periods of whole years.
ADDRESSES = (
    "endpoint=efs-b&group=prior_hsct&is.sex=male&to.blasts_before=10",
    "endpoint=os&group=blasts_before&cuts=4,10&from.period=2020&to.period=2029",
    "endpoint=os&method=landmark&day=20&group=sex&is.prior_hsct=yes",
    "endpoint=os&method=landmark&day=20&exposure=remission&is.sex=male&strata=sex",
    "endpoint=cir&group=sex&to.blasts_before=8",
    "endpoint=efs-a&method=cox&covariate=blasts_before&covariate=sex&per.blasts_before=10&to.blasts_before=8",
    "method=fine-gray&endpoint=cir&covariate=sex&is.prior_hsct=no&is.prior_hsct=yes",
    "endpoint=os&method=time-dependent&exposure=remission&is.sex=male",
    "method=proportion&outcome=BOR&counts=CR&group=blasts_before&cuts=4&is.sex=male",
    "method=proportion&outcome=responded&counts=no&population=all&is.responded=no",
    "method=proportion&endpoint=tt-crs&is.sex=male&group=prior_hsct",
    "method=characteristics&group=blasts_before&cuts=4&is.sex=male&p=1",
    "method=toxicity&group=sex&is.prior_hsct=yes",
    "endpoint=os&group=first.pre_cns&is.answer.prior_blina=yes",
    "endpoint=efs-a&group=highest.pre_ferritin&cuts=500,1000&from.last.pre_anc=0.5&is.sex=male",
    "endpoint=cir&group=any.cyto_abn.2_3",
    "method=characteristics&group=any.pre_infection.1_2&is.last.pre_cns=1&is.last.pre_cns=2",
    "method=proportion&outcome=responded&group=lowest.pre_ferritin&cuts=900",
)
EXPLORED = [(address, analysis_of(address).analysis) for address in ADDRESSES]
WHY_NOT = r.why_not("survival", "cmprsk", "jsonlite")


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
def test_few_cases_are_recomputed_too(tmp_path):
    found = {}
    for n in (1, 2, 5, 12):
        folder = tmp_path / str(n)
        folder.mkdir()
        found |= {(one.name, n): pair for one, pair in asked_of(dict(list(PATIENTS.items())[:n]), folder)}
    run_all([job for _, job in found.values()], tmp_path)

    wrong = []
    for (name, n), (stored, job) in found.items():
        said = json.loads(Path(job["arguments"][-1]).read_text(encoding="utf-8"))
        values = list(compared(said, stored))
        assert values, name
        wrong += [f"{name}, {n} cases: {one}" for one in differences(values, stored["analysis"]["method"])]
    assert not wrong, "\n".join(wrong[:20])


def forms_of(case, place):
    """The worked forms of a patient, with what splits the cases: sex, transplant, marrow and answers before infusion."""
    blasts = {"pre_seq": 1, "pre_phase": 2, "pre_bm_done": 1, "pre_bm_blast": 8 * (place % 3), "pre_bm_blast_op": 1}
    blasts |= {"pre_cns": (1, 2, 98)[place % 3], "pre_ferritin": (450, 1200.5, None)[place % 3], "pre_anc": 1.5}
    blasts |= {"pre_infection": (0, 1, 2, None)[place % 4]}
    later = {"pre_seq": 2, "pre_cns": (1, 3)[place % 2], "pre_ferritin": 900, "pre_anc": (0.2, 0.9)[place % 2]}
    return [
        *case_rows(case),
        ("patient", {"sex_at_birth": 1 + place // 2 % 2}),
        ("prior_therapy", {"prior_hsct": place % 2, "prior_blina": (0, 1, 1)[place % 3]}),
        ("baseline_disease", {"cyto_abn": ("{0}", "{2,15}", "{8}", None)[place % 4]}),
        ("pre_infusion_assessment", {**later, "pre_date": on(-3), "pre_date_p": "D"}),
        ("pre_infusion_assessment", {**blasts, "pre_date": on(-10), "pre_date_p": "D"}),
    ]


def asked_of(patients, folder):
    """Each analysis that has a script, with its Result over these patients and the job for R."""
    forms = {case: forms_of(case, place) for place, case in enumerate(patients)}
    tables = tables_of(forms)
    whole, cases = whole_table(tables), case_table(tables)
    answers = {form: table.to_csv(index=False) for form, table in answers_of(answered.stored(forms), cases).items()}
    for form, text in answers.items():
        (folder / file_of(form)).write_text(text, encoding="utf-8")
    rows = endpoint_table(cases)
    rows.assign(imputed=rows["imputed"].astype(int)).to_csv(folder / "endpoints.csv", index=False)
    flat(cases).to_csv(folder / "cases.csv", index=False)
    explored = [one.with_(name=f"explore-{place}") for place, (_address, one) in enumerate(EXPLORED)]
    for one in (one for one in (*CATALOGUE, *VARIANTS, *explored) if one.cohort == TISAGENLECLEUCEL):
        result = json.loads(json.dumps(run(one, with_answers(whole, one, answers))))
        try:
            text = script(result)
        except NotInFilesError:
            continue
        file = folder / f"{one.name}.R"
        file.write_text(text, encoding="utf-8")
        files = [folder / name for name in files_named(text)]
        arguments = [str(each) for each in (*files, "--json", file.with_suffix(".json"))]
        yield one, (result, {"script": str(file), "arguments": arguments})


def test_of_no_case_there_is_no_script():
    result = run(CATALOGUE[0], whole_table(tables_of({})))

    with pytest.raises(NotInFilesError, match="No case can be analysed"):
        script(result)
