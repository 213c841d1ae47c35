"""Examples of the OpenAPI document: what is sent and what comes back. Those of a form are made from its items."""

from registry.fields import HospitalNumber
from registry.models import FORMS

DAY, MOMENT, MARK = "2024-06-03", "2024-06-03T09:15:00+09:00", "WzEwNTIsNzQ1…"
MOST_ANSWERS = 4
CASE = {
    "number": "KYO-0001", "site": "KYO", "cohort": "tisagenlecleucel", "stratum": None, "enrolled_at": MOMENT, "version": 3,
}  # fmt: skip
FINDING = {
    "form": "infusion", "key": "1.1", "field": "inf_dose_total", "rule": "soft_range", "severity": "soft",
    "detail": "Total dose is outside the usual range.",
}  # fmt: skip
QUERY = {
    "id": 7, "case": "KYO-0001", "site": "KYO", "form": "infusion", "key": "1.1", "form_url": "/api/v1/infusion/KYO-0001/1.1",
    "item": "inf_dose_total", "question": "Total dose is outside the usual range.", "state": "open", "owes": "site",
    "raised_by": "machine", "rule": "soft_range", "rule_version": "1", "severity": "soft", "values": {"inf_dose_total": 300},
    "answer": "", "opened_at": MOMENT, "changed_at": MOMENT, "version": 1,
}  # fmt: skip
ITEM = {
    "variable": "infused", "form": "cart_course", "form_id": "CT", "form_title": "CAR-T course", "section": "Course",
    "label": "Infused", "label_ja": "輸注の実施", "type": "code", "unit": "", "codelist": "YesNo",
    "codes": [{"code": 1, "label": "Yes", "label_ja": "はい", "exclusive": False}], "hard_range": None, "soft_range": None,
    "required": True, "asked_if": [], "order": [], "partial": False, "critical": True, "identifying": False, "key": False,
    "sas": "INFUSED", "note": "", "columns": ["infused", "infused_mr"],
}  # fmt: skip
STEP = {"at": MOMENT, "by": "coordinator.kyoto@example.org", "role": "coordinator", "step": "answered"}

IMPORT = {
    "id": 12, "state": "looked", "step": "look", "steps": ["store"], "reason": "", "kind": "records", "name": "records.csv",
    "encoding": "utf-8", "completes": False, "site": None, "records": 2, "records_done": 2,
    "counts": {"new": 0, "changed": 1, "unchanged": 0, "refused": 1, "answers": 3, "queries": 0}, "is_kept": True,
    "asked_at": MOMENT, "ended_at": MOMENT, "expires_at": MOMENT,
}  # fmt: skip
CELL = {"form": "response_assessment", "row": "1", "column": "rsp_bm_blast", "old": "", "new": "35"}
RECORD = {
    "number": 1, "name": "KYO-0001", "case": "KYO-0001", "rows": [2], "outcome": "changed", "is_stored": False, "answers": 1,
    "cells": [CELL], "queries": [], "faults": [],
}  # fmt: skip
WHOLE = {
    "is_stored": False, "seen": "5d41…", "new_cases": [], "new_forms": 1, "changed_forms": 0,
    "cells": [{"case": "KYO-0001", **CELL}], "queries": [],
}  # fmt: skip


def page(*rows, **more):
    """A page with these rows that is the last one."""
    return {"results": list(rows), "next": None, **more}


def put(result, examples):
    """Put examples into the document: operation id → {"request": what is sent, a status: what comes back}. Returns the document."""
    operations = {one["operationId"]: one for path in result["paths"].values() for one in path.values()}
    for name, of_operation in examples.items():
        for place, value in of_operation.items():
            holder = operations[name]["requestBody" if place == "request" else "responses"]
            content = (holder if place == "request" else holder[place])["content"]["application/json"]
            content["examples"] = {"example": {"value": value}}
    return result


def everywhere(result, generator, request, public):
    """After: the examples of cases, forms, codebook and queries."""
    stored = {"form": "infusion", "key": "1.1", "version": 2, "state": "complete", "url": QUERY["form_url"]}
    answer = {"step": "answer", "answer": "confirmed", "text": "Checked against the batch record."}
    of_query = {**QUERY, "state": "answered", "owes": "manager", "answer": "confirmed", "version": 2}
    of_query["steps"] = [{**STEP, "answer": "confirmed", "text": answer["text"]}]
    examples = {
        "sites_list": {"200": page({"code": "KYO", "name": "Kyoto", "takes_part": True})},
        "codebook_list": {"200": page(ITEM)},
        "cases_list": {"200": page(CASE, as_of=MARK)},
        "cases_create": {"request": {"site": "KYO"}, "201": {**CASE, "version": 1}},
        "cases_read": {"200": {**CASE, "forms": [stored], "findings": [FINDING]}},
        "queries_list": {"200": page(QUERY, as_of=MARK)},
        "queries_read": {"200": {**QUERY, "steps": []}},
        "queries_step": {"request": answer, "201": of_query},
        "imports_list": {"200": page(IMPORT)},
        "imports_create": {"202": {**IMPORT, "state": "queued", "steps": [], "records": None, "records_done": 0}},
        "imports_read": {"200": IMPORT},
        "imports_step": {
            "request": {"step": "store"},
            "202": {**IMPORT, "state": "queued", "step": "store", "steps": []},
        },
        "imports_whole": {"200": WHOLE},
        "import_records_list": {"200": page(RECORD)},
    }
    for form in FORMS:
        examples |= of_form(form)
    return put(result, examples)


def of_form(form):
    """The examples of one form, with its first answers; a stored form holds all its columns."""
    name, answers = form.form_name, answers_of(form)
    course = {"course_no": 1} if form.of_course else {}
    key = ".".join("1" for _part in range(max(1, bool(form.of_course) + bool(form.key_item))))
    secret = {one for one in answers if isinstance(form._meta.get_field(one), HospitalNumber)}
    shown = {one: value for one, value in answers.items() if one not in secret}
    state = {"is_complete": False, "is_verified": False, "is_locked": False}
    stored = {"case": "KYO-0001", "site": "KYO", "form": name, "key": key, "version": 1, **state, **course, **shown}
    corrected = dict(list(shown.items())[-1:])
    return {
        f"{name}_list": {"200": page(stored, as_of=MARK)},
        f"{name}_create": {"request": {"case": "KYO-0001", **course, **answers}, "201": stored},
        f"{name}_read": {"200": stored},
        f"{name}_update": {
            "request": {**corrected, "_reason": "Read again in the source"},
            "200": {**stored, "version": 2},
        },
    }


def answers_of(form):
    """Item → answer of the first questions that are always asked."""
    asked = {name: item for name, item in form.items().items() if not (item.asked_if or item.key)}
    return {name: answer_to(item) for name, item in list(asked.items())[:MOST_ANSWERS]}


def answer_to(item):
    """A possible answer: the first code, the middle of the usual range, a day, a word."""
    if item.codelist:
        first = item.codelist.codes()[0]
        return [first] if item.kind == "multi" else first
    if item.kind in ("int", "dec"):
        limits = item.soft or item.hard
        low, high = (limits.low or 0, limits.high or 100) if limits else (1, 1)
        return int((low + high) / 2) or 1
    return DAY if item.kind == "date" else "K-0815"
