"""The OpenAPI document is true: what the registry answers fits it, and whatever is sent is answered by what it says."""

import copy
import itertools

import jsonschema
import openapi_spec_validator
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import FORMS
from tests import factories
from tests.registry.api.conftest import Rest

KEYS = itertools.count(1)


@pytest.fixture(scope="module")
def served():
    """What was served, once."""
    return {}


@pytest.fixture
def document(nurse, served):
    """The document as served."""
    if not served:
        served |= yaml.load(nurse.get("schema/").content, yaml.CSafeLoader)
    return served


def validate(document, schema, body):
    """`body` fits the schema; those of OpenAPI 3.1 are JSON Schema as it is."""
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(body)


def check(document, name, body):
    """`body` fits the component `name`, and holds nothing that the component does not name."""
    validate(document, {"$ref": f"#/components/schemas/{name}"}, body)
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


def test_it_is_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    openapi_spec_validator.OpenAPIV31SpecValidator(document).validate()


def examples_of(operation):
    """(what is sent, or None; schema; example) of an operation."""
    told = [(False, one) for one in operation["responses"].values()] + [(True, operation.get("requestBody", {}))]
    for is_sent, place in told:
        content = place.get("content", {}).get("application/json", {})
        for one in content.get("examples", {}).values():
            yield is_sent, content["schema"], one["value"]


def only_sent(document):
    """The document without the names that only answers hold: OpenAPI's `required` of a readOnly name means those."""
    plain = copy.deepcopy(document)
    for schema in plain["components"]["schemas"].values():
        own = schema.get("properties", {})
        schema["required"] = [name for name in schema.get("required", []) if not own[name].get("readOnly")]
    return plain


def test_every_example_fits_its_schema(document):
    sent, seen = only_sent(document), set()
    for operations in document["paths"].values():
        for operation in operations.values():
            for is_sent, schema, example in examples_of(operation):
                validate(sent if is_sent else document, schema, example)
                seen.add(operation["operationId"])
    main = {f"{form.form_name}_{deed}" for form in FORMS for deed in ("list", "create", "read", "update")}
    assert (
        main | {"cases_create", "codebook_list", "queries_step", "datasets_list", "results_read", "runs_create"} <= seen
    )


def test_what_the_examples_send_is_taken(document):
    """A case and its forms as the examples enter them, in the order of the forms, at a hospital that has nothing yet."""
    site = factories.site("NAG")
    nurse = Rest(factories.person("coordinator", sites=[site], email="nagoya@example.org"))
    number = nurse.post("cases", {**sent_by(document, "cases"), "site": site.code}).json()["number"]
    for form in FORMS:
        answer = nurse.post(form.form_name, {**sent_by(document, form.form_name), "case": number})
        assert answer.status_code == 201, (form.form_name, answer.content)


def sent_by(document, path):
    """The example of what a create sends."""
    operation = document["paths"][f"/api/v1/{path}"]["post"]
    (body,) = [example for is_sent, _schema, example in examples_of(operation) if is_sent]
    return body


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
