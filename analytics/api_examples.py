"""Examples of the OpenAPI document for datasets, analyses, results and runs."""

from registry.api.examples import DAY, MOMENT, page, put

HASH = "9f2c41d7" * 8
DATASET = {
    "cohort": "tisagenlecleucel", "kind": "live", "revision": 12, "hash": HASH, "cases": 42, "made_at": MOMENT,
    "code_version": "1.0", "name": "", "cut_date": None, "retired_at": None,
}  # fmt: skip
ENDPOINT_ROW = {
    "case": "5d0c7a31", "site": "KYO", "cohort": "tisagenlecleucel", "stratum": None, "burden": "high", "prior_hsct": "no",
    "endpoint": "OS_INF", "version": 1, "clock": DAY, "time": 200.0, "status": 1, "cause": 1, "event": "death",
    "censor_reason": None, "imputed": False,
}  # fmt: skip
RUN = {
    "id": 311, "analysis": "explored", "analysis_hash": HASH, "dataset": DATASET, "state": "queued", "attempts": 0,
    "requested_at": MOMENT, "ended_at": None, "error": "", "code_version": "1.0",
}  # fmt: skip
SAID = {
    "cohort": "tisagenlecleucel", "kind": "live", "revision": 12, "hash": HASH, "made_at": MOMENT, "name": "", "cut_date": None,
}  # fmt: skip
CURVE = {"time": [0.0, 200.0], "survival": [1.0, 0.75], "at_risk": [4, 4], "events": [0, 1]}
RESULT = {
    "analysis": {"name": "os", "endpoint": "OS_INF", "method": "kaplan-meier"}, "analysis_hash": HASH,
    "endpoint": {"id": "OS_INF", "version": 1}, "n": 4, "events": 1, "excluded": [],
    "groups": [{"group": "all", "n": 4, "events": 1, "curve": CURVE}], "logrank": None, "follow_up": {"median": None},
    "limits": "log-log", "warnings": ["The median was not reached."], "dataset": SAID, "code_version": "1.0", "computed_at": MOMENT,
}  # fmt: skip
ISSUE = {
    "cohort": "tisagenlecleucel", "cut": "asco-2027", "cut_date": DAY, "hash": HASH, "policy": "2025-1", "issued_at": MOMENT,
    "taken_down_at": None, "url": "/api/v1/public/tisagenlecleucel/asco-2027",
}  # fmt: skip
RELEASED = {
    "analysis": "os", "title": "Overall survival", "refused": "", "url": "/api/v1/public/tisagenlecleucel/asco-2027/os",
}  # fmt: skip
PUBLIC = {
    "analysis": {"name": "os", "endpoint": "OS_INF", "method": "kaplan-meier"}, "analysis_hash": HASH, "n": 185, "events": 75,
    "warnings": ["Counts of 1 to 9 are withheld, the others rounded to 5."],
    "disclosure": {"audience": "public", "policy": "2025-1", "k": 10, "base": 5},
    "dataset": {**SAID, "kind": "cut", "name": "asco-2027", "cut_date": DAY}, "code_version": "1.0", "computed_at": MOMENT,
}  # fmt: skip
PUBLIC_DATA = {
    "analysis": "os", "columns": ["group", "n", "months", "survival"],
    "results": [{"group": "all", "n": 185, "months": 12, "survival": 0.78}],
}  # fmt: skip
ANALYSIS = {
    "name": "os", "title": "Overall survival", "question": "How long do patients live after the infusion?", "cohort": "tisagenlecleucel",
    "endpoint": "OS_INF", "population": "infused", "groups": None, "method": "kaplan-meier", "at_months": [6, 12], "tick_months": 6,
    "version": 1, "source": "", "analysis_hash": HASH, "result": "/api/v1/results/os",
}  # fmt: skip


def everywhere(result, generator, request, public):
    """After: these examples at their operations."""
    asked = {"query": "endpoint=efs-b&group=burden&data=live"}
    done = {**RUN, "state": "done", "ended_at": MOMENT, "attempts": 1}
    where = {"analysis": "os", "dataset": SAID, "computed_at": MOMENT, "url": "/api/v1/results/os"}
    return put(
        result,
        {
            "datasets_list": {"200": page(DATASET)},
            "endpoints_read": {"200": {"dataset": DATASET, "results": [ENDPOINT_ROW]}},
            "analyses_list": {"200": page(ANALYSIS)},
            "results_list": {"200": page(where)},
            "results_read": {"200": RESULT},
            "public_list": {"200": page(ISSUE)},
            "public_read": {"200": {**ISSUE, "results": [RELEASED]}},
            "public_results_read": {"200": PUBLIC},
            "public_data_read": {"200": PUBLIC_DATA},
            "runs_list": {"200": page(done)},
            "runs_create": {"request": asked, "200": done, "202": RUN},
            "runs_read": {"200": done},
            "run_results_read": {"200": RESULT},
        },
    )
