"""The OpenAPI document is true: what the registry answers fits it, and whatever is sent is answered by what it says."""

import itertools

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import FORMS
from tests import factories

KEYS = itertools.count(1)


@pytest.fixture
def document(nurse):
    """The document as served."""
    return yaml.safe_load(nurse.get("schema/").content)


def as_json_schema(node):
    """OpenAPI 3.0 says null by `nullable`; JSON Schema by a type."""
    if isinstance(node, list):
        return [as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: as_json_schema(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [{"type": "null"}, plain]} if node.get("nullable") is True else plain


def check(document, name, body):
    """`body` fits the component `name`, and holds nothing that the component does not name."""
    components = as_json_schema(document["components"])
    jsonschema.validate(body, {"$ref": f"#/components/schemas/{name}", "components": components})
    assert body.keys() <= document["components"]["schemas"][name]["properties"].keys()


def test_stored_forms_fit_the_document(nurse, world, document):
    factories.relapse(world.case, 90, rel_site=[1, 2], rel_bm_blast=factories.Decimal("12.5"))
    factories.follow_up(world.case, 120, lost_to_fup=0)
    nurse.patch("patient/KYO-0001/1", {"decision_date": "2024-03"})
    stored = nurse.get("cases/KYO-0001").json()

    check(document, "CaseDetail", stored)
    for form in stored["forms"]:
        body = nurse.client.get(form["url"], headers=nurse.headers).json()
        model = next(one for one in FORMS if one.form_name == form["form"])
        check(document, model.__name__, body)


def test_lists_codebook_and_problems_fit_the_document(nurse, document):
    check(document, "CasePage", nurse.get("cases").json())
    check(document, "InfusionPage", nurse.get("infusion").json())
    check(document, "ItemPage", nurse.get("codebook").json())
    check(document, "SitePage", nurse.get("sites").json())
    check(document, "Index", nurse.get("").json())
    check(document, "Problem", nurse.get("cases/XXX-0001").json())
    check(document, "Problem", nurse.post("relapse", {"case": "KYO-0001", "rel_kind": 77}).json())


def test_every_item_is_in_the_document_of_its_form(document):
    for form in FORMS:
        properties = document["components"]["schemas"][form.__name__]["properties"]
        assert set(form.columns()) <= properties.keys()


def test_every_address_says_who_may_and_how_it_fails(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["operationId"], path
            if "/problems/" not in path:
                assert operation["security"] == [{"token": []}, {"session": []}], path
                assert {"401", "403"} <= operation["responses"].keys(), path
            if method in ("post", "patch"):
                assert "422" in operation["responses"], path


def test_the_documentation_page_opens_for_who_is_logged_in(world):
    from django.test import Client

    client = Client()
    client.force_login(factories.person("statistician"))
    page, script = client.get("/api/v1/docs/"), client.get("/api/v1/docs/?script=")

    assert (page.status_code, script.status_code) == (200, 200)
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert b"cdn" not in page.content and b"drf_spectacular_sidecar" in page.content


NAMES = st.sampled_from(["case", "form", "course_no", "_reason", *(name for form in FORMS for name in form.columns())])
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from(["KYO-0001", "OSA-0001", "2024-02-30", "2024-06", "0000", "9999-12-31", "ND", "D"])
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(FORMS),
    answers=st.dictionaries(NAMES | st.text(max_size=8), VALUES, max_size=6),
    own=st.booleans(),
)
def test_whatever_is_sent_is_answered_and_never_fails(nurse, form, answers, own):
    items = [name for name in answers if name in form.columns()]
    body = {**(answers if own else {name: answers[name] for name in items}), "case": "KYO-0001"}
    if isinstance(answers.get("case"), str | list):
        body["case"] = answers["case"]

    answer = nurse.post(form.form_name, body, **{"Idempotency-Key": f"fuzz-{next(KEYS)}"})

    assert answer.status_code in (201, 400, 404, 409, 413, 422), answer.content


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=st.sampled_from([name for form in FORMS for name in form.columns()]), value=VALUES)
def test_whatever_an_item_is_corrected_to_is_answered_and_never_fails(nurse, world, item, value):
    form = next(one for one in FORMS if item in one.columns())
    path = {"patient": "patient/KYO-0001/1", "infusion": "infusion/KYO-0001/1.1"}.get(
        form.form_name, "cart_course/KYO-0001/1"
    )

    answer = nurse.patch(path, {item: value, "_reason": "fuzz"})

    assert answer.status_code in (200, 400, 422), answer.content


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["case", "site", "cohort", "cursor", "limit", "form", "x"]),
    text=st.text(max_size=12),
    path=st.sampled_from(["cases", "infusion", "codebook"]),
)
def test_whatever_a_parameter_holds_is_answered_and_never_fails(nurse, name, text, path):
    answer = nurse.client.get(
        f"/api/v1/{path}", {name: text.encode("utf-8", "replace").decode()}, headers=nurse.headers
    )

    assert answer.status_code in (200, 400), answer.content
